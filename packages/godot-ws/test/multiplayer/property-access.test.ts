import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import {
  bindProperty,
  PropertyList,
  readProperty,
  toSent,
  writeAll,
  writeProperty,
} from "../../src/multiplayer/property-access.ts";
import {
  type AddPropertyOptions,
  type ReplicatedProperty,
  replicate,
  SceneReplicationConfig,
  sync,
} from "../../src/multiplayer/replication-config.ts";
import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { uncaughtDuring } from "../peer/memory-peers.ts";

class Sprite extends Node {
  modulate = new Color(1, 1, 1, 1);
  offset = new Vector2(1, 2);
  max_hp = 1;
  maxHp = 2;
  flipH = false;
  data = new GodotDictionary([["a", 1]]);
  plain: unknown = { x: { y: 1 } };
  #secret = 1;

  get fixed(): number {
    return this.#secret;
  }

  set strict(value: unknown) {
    if (typeof value !== "number") throw new Error("no number");
    this.#secret = value;
  }
}

function property(path: string, options: AddPropertyOptions = {}): ReplicatedProperty {
  const { spawn } = new SceneReplicationConfig().addProperty(path, options).lists;
  return spawn[0]!;
}

function createScene(): {
  root: Node;
  sprite: Sprite;
  at: (path: string) => NonNullable<ReturnType<typeof bindProperty>>;
} {
  const root = new Node("Root");
  const sprite = root.addChild(new Sprite("Sprite"));
  return { root, sprite, at: (path) => bindProperty(root, property(path))! };
}

describe("a property", () => {
  test("is a field of a node below, as named or in camelCase", () => {
    const { root, sprite, at } = createScene();
    expect(readProperty(at("Sprite:max_hp"))).toBe(1);
    expect(at("Sprite:flip_h").field).toBe("flipH");
    expect(writeProperty(at("Sprite:flip_h"), true)).toBe(true);
    expect(sprite.flipH).toBe(true);
    expect(readProperty(at("Sprite:nothing"))).toBeUndefined();
    expect(bindProperty(root, property("Gone:x"))).toBeUndefined();
    expect(readProperty(bindProperty(sprite, property(":max_hp"))!)).toBe(1);
  });

  test("may be a part of a value, which is replaced, since values do not change", () => {
    const { sprite, at } = createScene();
    const { modulate } = sprite;
    expect(readProperty(at("Sprite:modulate:a"))).toBe(1);
    expect(writeProperty(at("Sprite:modulate:a"), 0.5)).toBe(true);
    expect([sprite.modulate.a, sprite.modulate.r, modulate.a]).toEqual([0.5, 1, 1]);
    expect(sprite.modulate).toBeInstanceOf(Color);
    expect(writeProperty(at("Sprite:plain:x:y"), 7)).toBe(true);
    expect(sprite.plain).toEqual({ x: { y: 7 } });
    expect(writeProperty(at("Sprite:offset:z"), 7)).toBe(false);
    expect(writeProperty(at("Sprite:max_hp:z"), 7)).toBe(false);
    expect(readProperty(at("Sprite:offset:toString"))).toBeUndefined();
  });

  test("of a dictionary is set in it", () => {
    const { sprite, at } = createScene();
    const { data } = sprite;
    expect(readProperty(at("Sprite:data:a"))).toBe(1);
    expect(writeProperty(at("Sprite:data:b"), 2)).toBe(true);
    expect(sprite.data).toBe(data);
    expect([...data]).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("without a setter cannot be set", () => {
    expect(writeProperty(createScene().at("Sprite:fixed"), 2)).toBe(false);
  });
});

describe("a list", () => {
  test("finds its nodes once, as long as they are where they were", () => {
    const { root, sprite } = createScene();
    const properties = [property("Sprite:offset"), property("Sprite:flip_h")];
    const list = new PropertyList();
    const bound = list.of(root, properties);
    expect(list.of(root, properties)).toBe(bound);
    sprite.free();
    expect(list.of(root, properties)).toBe("Sprite:offset");
    const other = root.addChild(new Sprite("Sprite"));
    expect(list.of(root, properties)).toMatchObject([{ node: other }, { node: other }]);
    expect(list.of(new Node("Other"), properties)).toBe("Sprite:offset");
  });

  test("is written as a whole, or not at all when a type is wrong", () => {
    const { root, sprite } = createScene();
    const properties = [
      property("Sprite:max_hp", { type: Int }),
      property("Sprite:offset", { type: Vector2 }),
      property("Sprite:flip_h"),
    ];
    const bound = new PropertyList().of(root, properties);
    if (typeof bound === "string") throw new Error(bound);
    expect(writeAll(bound, [new Float(7.5), "no", true])).toBe("Sprite:offset");
    expect([sprite.max_hp, sprite.flipH]).toEqual([1, false]);
    expect(writeAll(bound, [new Float(7.5), new Vector2(3, 4), true])).toBeUndefined();
    expect([sprite.max_hp, sprite.offset, sprite.flipH]).toEqual([7, new Vector2(3, 4), true]);
  });

  test("goes on behind a setter that throws, whose error surfaces", async () => {
    const { root, sprite } = createScene();
    const bound = new PropertyList().of(root, [property("Sprite:strict"), property("Sprite:max_hp")]);
    if (typeof bound === "string") throw new Error(bound);
    let failed: string | undefined;
    const uncaught = await uncaughtDuring(() => {
      failed = writeAll(bound, ["x", 9]);
    });
    expect(failed).toBe("Sprite:strict");
    expect(sprite.max_hp).toBe(9);
    expect(uncaught.map(String)).toEqual(["Error: no number"]);
  });
});

test("whole numbers go out as float where one is declared", () => {
  const { root } = createScene();
  const sentAs = (options: AddPropertyOptions, value: unknown): unknown =>
    toSent(bindProperty(root, property("Sprite:max_hp", options))!, value);
  expect(sentAs({ type: Float }, 2)).toEqual(new Float(2));
  expect(sentAs({ type: Int }, 2)).toBe(2);
  expect(sentAs({}, 2)).toBe(2);
  expect(sentAs({ type: Float }, new Float(2))).toEqual(new Float(2));
});

test("a type that the node's class declares counts where the configuration has none", () => {
  class Typed extends Sprite {}
  replicate(Typed, {
    maxHp: sync(Float),
    data: sync("any", { replaced: true }),
    offset: sync("any"),
  });
  const root = new Node("Root");
  const typed = root.addChild(new Typed("T"));
  Object.assign(typed, { speed: 1 });
  const bound = (path: string, options: AddPropertyOptions = {}) =>
    bindProperty(root, property(path, options))!;
  const sentAs = (path: string, options: AddPropertyOptions = {}): unknown =>
    toSent(bound(`T:${path}`, options), 3);
  expect([sentAs("max_hp"), sentAs("speed")]).toEqual([new Float(3), 3]);
  // The configuration's own type comes first.
  expect(sentAs("max_hp", { type: Int })).toBe(3);
  expect(writeAll([bound("T:max_hp")], ["no number"])).toBe("T:max_hp");
  expect(bound("T:data").property).toMatchObject({ replaced: true, spawn: true, path: "T:data" });
});
