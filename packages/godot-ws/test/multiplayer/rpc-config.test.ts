import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import {
  compareByCodePoint,
  defineRpc,
  type RpcTable,
  rpc,
  rpcTableOf,
  toSnakeCase,
} from "../../src/multiplayer/rpc-config.ts";
import { Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";

const numbered = ({ byNumber }: RpcTable): [number, string][] =>
  [...byNumber.values()].map(({ number, name }) => [number, name]);

class Base extends Node {
  jump(): void {}
  hit(_by: number): void {}
  notOne(): void {}
}
defineRpc(Base, "jump");
defineRpc(Base, "hit", { mode: "any_peer", callLocal: true, transferMode: "unreliable", channel: 3 });

describe("numbers and checksum", () => {
  test("are those of the names in order", () => {
    const table = rpcTableOf(new Base("A"));
    expect(numbered(table)).toEqual([
      [0, "hit"],
      [1, "jump"],
    ]);
    expect(table.checksum).toBe("8e9533bd72f45b8e5704e3a6145dcca1");
    expect(table.byName.get("hit")).toMatchObject({
      name: "hit",
      method: "hit",
      number: 0,
      mode: "any_peer",
      callLocal: true,
      transferMode: "unreliable",
      channel: 3,
      required: 1,
    });
    expect(table.byName.get("jump")).toMatchObject({
      mode: "authority",
      callLocal: false,
      transferMode: "reliable",
      channel: 0,
      required: 0,
    });
    expect(rpcTableOf(new Base("B"))).toBe(table);
  });

  test("of none are those of the empty text", () => {
    expect(rpcTableOf(new Node("A"))).toMatchObject({
      checksum: "d41d8cd98f00b204e9800998ecf8427e",
      names: [],
    });
  });

  test("hold what the class descends from, overridden or not", () => {
    class Derived extends Base {
      override hit(_by: number): void {}
      aim(): void {}
    }
    defineRpc(Derived, "aim");
    expect(numbered(rpcTableOf(new Derived("A")))).toEqual([
      [0, "aim"],
      [1, "hit"],
      [2, "jump"],
    ]);
    class Redefined extends Derived {
      override hit(): void {}
    }
    defineRpc(Redefined, "hit", { mode: "disabled" });
    expect(rpcTableOf(new Redefined("A")).byName.get("hit")).toMatchObject({ mode: "disabled" });
    expect(rpcTableOf(new Derived("A")).byName.get("hit")).toMatchObject({ mode: "any_peer" });
  });

  test("are made anew when there is one more", () => {
    class Growing extends Node {
      a(): void {}
      b(): void {}
    }
    class Below extends Growing {}
    defineRpc(Growing, "b");
    expect(numbered(rpcTableOf(new Below("A")))).toEqual([[0, "b"]]);
    defineRpc(Growing, "a");
    expect(numbered(rpcTableOf(new Below("A")))).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
  });

  test("go by the names on the wire", () => {
    class Named extends Node {
      zebra(): void {}
      rollDice(): void {}
      first(): void {}
    }
    defineRpc(Named, "zebra", { name: "_log" });
    defineRpc(Named, "rollDice");
    defineRpc(Named, "first");
    const table = rpcTableOf(new Named("A"));
    expect(numbered(table)).toEqual([
      [0, "_log"],
      [1, "first"],
      [2, "roll_dice"],
    ]);
    expect(
      ["zebra", "_log", "rollDice", "roll_dice", "nothing"].map((name) => table.byName.get(name)?.number),
    ).toEqual([0, 0, 2, 2, undefined]);
  });
});

describe("RPCs of one node", () => {
  // As a 4.6.3 engine numbered them in a recorded session.
  class Cfg extends Node {
    z_ann(): void {}
    a_ann(): void {}
    cfg_a(): void {}
    cfg_b(): void {}
    set_process_priority(): void {}
  }
  defineRpc(Cfg, "z_ann");
  defineRpc(Cfg, "a_ann");

  test("have numbers from 0x8000 on, and stand first in the checksum", () => {
    const node = new Cfg("A");
    node.rpcConfig("cfg_b", { mode: "any_peer" });
    node.rpcConfig("cfg_a", { mode: "any_peer" });
    node.rpcConfig("set_process_priority", { mode: "authority" });
    const table = rpcTableOf(node);
    expect(numbered(table)).toEqual([
      [0x8000, "cfg_a"],
      [0x8001, "cfg_b"],
      [0x8002, "set_process_priority"],
      [0, "a_ann"],
      [1, "z_ann"],
    ]);
    expect(table.checksum).toBe("1ba6505946334aa7cc6db68a0c359238");
    expect(rpcTableOf(node)).toBe(table);
    expect(numbered(rpcTableOf(new Cfg("B")))).toHaveLength(2);
  });

  test("without a mode take up a number", () => {
    const node = new Cfg("A");
    node.rpcConfig("cfg_a", {});
    node.rpcConfig("cfg_b", { mode: "any_peer" });
    const table = rpcTableOf(node);
    expect(numbered(table)[0]).toEqual([0x8001, "cfg_b"]);
    expect(table.names).toEqual(["cfg_b", "a_ann", "z_ann"]);
  });

  test("that the class has too are sent by the class's number, and both are taken", () => {
    const node = new Cfg("A");
    node.rpcConfig("z_ann", { mode: "any_peer" });
    const table = rpcTableOf(node);
    expect(table.byName.get("z_ann")).toMatchObject({ number: 1, mode: "authority" });
    expect(table.byNumber.get(0x8000)).toMatchObject({ method: "z_ann", mode: "any_peer" });
  });

  test("change when the configuration does", () => {
    const node = new Cfg("A");
    node.rpcConfig("cfg_a", { mode: "any_peer" });
    const before = rpcTableOf(node);
    node.rpcConfig("cfg_b", { mode: "any_peer" });
    expect(rpcTableOf(node).checksum).not.toBe(before.checksum);
  });
});

describe("arguments", () => {
  class Typed extends Node {
    move(_count: number, _at = new Vector2()): void {}
  }

  test("are required up to the first default value, or as said", () => {
    defineRpc(Typed, "move", { args: [Int, Vector2] });
    expect(rpcTableOf(new Typed("A")).byName.get("move")).toMatchObject({
      required: 1,
      argTypes: ["Int", "Vector2"],
    });
    defineRpc(Typed, "move", { args: [Int, Vector2], required: 2 });
    expect(rpcTableOf(new Typed("A")).byName.get("move")).toMatchObject({ required: 2 });
  });

  test("must have the types of the parameters", () => {
    const never = (): void => {
      // @ts-expect-error: its parameters are number and Vector2.
      defineRpc(Typed, "move", { args: [String, Vector2] });
      // @ts-expect-error: there is no such method.
      defineRpc(Typed, "fly");
      // @ts-expect-error: it is no method.
      defineRpc(Typed, "path");
      defineRpc(Typed, "move", { args: ["any", "any"] });
    };
    expect(never).toBeTypeOf("function");
  });
});

describe("what makes no sense is a UsageError", () => {
  class Odd extends Node {
    a(): void {}
    A(): void {}
  }

  test.each([
    ["a token of no type", () => defineRpc(Odd, "a", { args: [Date as never] })],
    ["no method", () => defineRpc(Odd, "b" as never)],
    ["a rate of nothing", () => defineRpc(Odd, "a", { rateLimit: { perSecond: 0 } })],
  ])("%s", (_, define) => {
    expect(usageErrorOf(define)).toBe("ERR_INVALID_PARAMETER");
  });

  test("two of one name", () => {
    defineRpc(Odd, "a");
    defineRpc(Odd, "A");
    expect(usageErrorOf(() => rpcTableOf(new Odd("X")))).toBe("ERR_ALREADY_IN_USE");
  });

  test.each([
    ["static", { static: true }],
    ["private", { private: true }],
    ["a symbol", { name: Symbol("x") }],
  ])("a decorated method that is %s", (_, part) => {
    const context = { kind: "method", name: "a", static: false, private: false, ...part };
    expect(usageErrorOf(() => rpc()(() => {}, context as never))).toBe("ERR_INVALID_PARAMETER");
  });
});

// This test's own loader knows no decorators: the compiler makes JavaScript of them first.
test("the decorator is a standard one, as the compiler makes it", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "godot-ws-decorated-"));
  try {
    const source = fileURLToPath(new URL("decorated.ts", import.meta.url));
    const compiler = fileURLToPath(new URL("../../../../node_modules/.bin/tsc", import.meta.url));
    const options =
      "--ignoreConfig --target es2022 --module nodenext --rewriteRelativeImportExtensions --skipLibCheck";
    const types = [
      "--lib",
      "es2023,esnext.disposable,dom",
      "--types",
      "node",
      "--strict",
      "--outDir",
      folder,
    ];
    const run = spawnSync(compiler, [...options.split(" "), ...types, source], { encoding: "utf8" });
    expect(run.stdout + run.stderr).toBe("");
    const built = join(folder, "test/multiplayer/decorated.js");
    const { describeDecorated } = (await import(/* @vite-ignore */ pathToFileURL(built).href)) as {
      describeDecorated(): unknown;
    };
    expect(describeDecorated()).toEqual({
      names: ["hit", "jump", "roll_dice"],
      checksum: "c65f136b13f4ced879c2b349c9dc4b32",
      hit: ["any_peer", true, ["Int", "String"], 1],
      jump: ["authority", false, undefined, 0],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["hit", "hit"],
  ["rollDice", "roll_dice"],
  ["parseHTTPHead", "parse_http_head"],
  ["_onHit", "_on_hit"],
  ["item2Take", "item2_take"],
  ["already_so", "already_so"],
  ["größeÄndern", "größe_ändern"],
])("%s is %s on the wire", (name, snake) => {
  expect(toSnakeCase(name)).toBe(snake);
});

test("names are compared by code point, not by UTF-16", () => {
  const names = ["\u{1f600}", "\uffee", "B", "_a", "a", "ab", ""];
  expect(names.sort(compareByCodePoint)).toEqual(["", "B", "_a", "a", "ab", "\uffee", "\u{1f600}"]);
});
