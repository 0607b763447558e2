// Calls written by hand, at a SceneMultiplayer with a scene: what is refused, and what waits for its node.

import { describe, expect, test } from "vitest";
import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { encodePath, encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { defineRpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { encodeCallWithPath } from "../../src/multiplayer/rpc-packet.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { GodotObject } from "../../src/variant/references.ts";
import { uncaughtDuring } from "../peer/memory-peers.ts";
import { FakeTransport } from "./fake-transport.ts";

class Player extends Node {
  readonly log: unknown[] = [];
  act(...args: unknown[]): void {
    this.log.push([this.multiplayer.remoteSenderId, ...args]);
  }
  boss(): void {
    this.log.push("boss");
  }
  chat(_text: string): void {
    this.log.push("chat");
  }
}
// Numbers 0, 1, 2.
defineRpc(Player, "act", { mode: "any_peer" });
defineRpc(Player, "boss");
defineRpc(Player, "chat", { mode: "any_peer", args: [String] });

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A call by path of one argument, a small int. */
function callOf(path: string, value: number, methodNumber = 0): string {
  return hex(
    encodeCallWithPath({ methodNumber, argumentCount: 1, args: Uint8Array.of(2, value) }, encodePath(path)),
  );
}

function bareCallOf(path: string, methodNumber: number): string {
  const call = { methodNumber, argumentCount: undefined, args: new Uint8Array(0) };
  return hex(encodeCallWithPath(call, encodePath(path)));
}

function createServer(options: SceneMultiplayerOptions = {}) {
  const multiplayer = new SceneMultiplayer(options);
  const { root } = new SceneTree({ multiplayer });
  const transport = new FakeTransport(1);
  const log: string[] = [];
  multiplayer.rpcRejected.connect((id, { reason, path, method }) =>
    log.push(`${id}!${reason} ${path} ${method}`),
  );
  multiplayer.multiplayerPeer = transport;
  for (const id of [2, 3]) transport.bring(() => transport.peerConnected.emit(id));
  transport.news();
  return { multiplayer, root, transport, log, clock: transport.clock };
}

describe("a call is refused", () => {
  const { checksum } = rpcTableOf(new Player("X"));
  const simplify = hex(encodeSimplify({ checksum, id: 1, path: "P" }));
  test.each([
    ["that is too short", "0001", "too short undefined undefined"],
    ["of one octet", "00", "too short undefined undefined"],
    ["with node size 3", "b0010000000000", "malformed undefined undefined"],
    ["whose path is outside", "a0ffff00800050", "malformed undefined undefined"],
    ["whose path is no UTF-8", "a00600008000ff00", "malformed undefined undefined"],
    ["for an unknown number", "800900", "unknown node id undefined undefined"],
    ["for an unknown method", "800109", "unknown method P undefined"],
    ["for a method number of a node's own", "c0010080", "unknown method P undefined"],
    ["that only the authority may make", "800101", "not allowed P boss"],
    ["with fewer arguments than it says", "000100020205", "malformed arguments P act"],
    ["with half an argument", "000100010400", "malformed arguments P act"],
    ["with an unknown type", "00010001ff000000", "malformed arguments P act"],
    ["with a null object", "0001000118000000", "malformed arguments P act"],
    ["with a whole object", "0001000118000000040000004142434400000000", "malformed arguments P act"],
    ["without an argument it needs", "800102", "wrong number of arguments P chat"],
    ["with an argument of the wrong type", "000102010205", "wrong argument type P chat"],
  ])("%s", (_, packet, expected) => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    transport.bring([2, simplify], [2, packet]);
    expect([log, player.log]).toEqual([[`2!${expected}`], []]);
    // Nobody is disturbed, the sinner neither.
    transport.bring([2, callOf("P", 1)], [3, callOf("P", 2)]);
    expect(player.log).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test("when the node has no such method", () => {
    const { root, transport, log } = createServer();
    root.addChild(new Player("P")).rpcConfig("fly", { mode: "any_peer" });
    transport.bring([2, bareCallOf("P", 0x8000)]);
    expect(log).toEqual(["2!unknown method P fly"]);
  });

  test("and without a scene is none of our business", () => {
    const multiplayer = new SceneMultiplayer();
    const transport = new FakeTransport(1);
    const log: unknown[] = [];
    multiplayer.rpcRejected.connect((...args) => log.push(args));
    multiplayer.packetRejected.connect((...args) => log.push(args));
    multiplayer.multiplayerPeer = transport;
    transport.bring(
      () => transport.peerConnected.emit(2),
      [2, callOf("P", 1)],
      [2, simplify],
      [2, "020101000000"],
    );
    expect([log, transport.news()]).toEqual([[], []]);
  });

  test("by whole objects, unless they are allowed", () => {
    const { multiplayer, root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    const object = new Uint8Array(
      Buffer.from("18000000 04000000 4e6f6465 00000000".replaceAll(" ", ""), "hex"),
    );
    const call = { methodNumber: 0, argumentCount: 1, args: object };
    const packet = hex(encodeCallWithPath(call, encodePath("P")));
    transport.bring([2, packet]);
    expect(log).toEqual(["2!malformed arguments P act"]);
    multiplayer.allowObjectDecoding = true;
    transport.bring([2, packet]);
    expect(player.log).toEqual([[2, expect.any(GodotObject)]]);
  });
});

describe("a call for a node that is not there yet", () => {
  test("waits for it, in order, and later ones do not overtake it", () => {
    const { root, transport, log, clock } = createServer();
    transport.bring([2, callOf("Main/P", 1)], [3, callOf("Main/P", 2)], [2, callOf("Main/P", 3)]);
    clock.advance(4999);
    const main = new Node("Main");
    const player = main.addChild(new Player("P"));
    root.addChild(main);
    expect(player.log).toEqual([]);
    transport.bring([2, callOf("Main/P", 4)]);
    expect(player.log).toEqual([
      [2, 1],
      [3, 2],
      [2, 3],
      [2, 4],
    ]);
    clock.advance(60_000);
    expect([log, clock.timerCount]).toEqual([[], 0]);
  });

  test("is carried out at the end of the turn, when nothing else comes", () => {
    const { root, transport, clock } = createServer();
    transport.bring([2, callOf("P", 1)]);
    const player = root.addChild(new Player("P"));
    clock.runTurns();
    expect(player.log).toEqual([[2, 1]]);
  });

  test("is carried out by the next poll of a game loop", () => {
    const { multiplayer, root, transport, clock } = createServer({ autoPoll: false });
    multiplayer.poll();
    multiplayer.poll();
    transport.bring([2, callOf("P", 1)]);
    multiplayer.poll();
    const player = root.addChild(new Player("P"));
    clock.runTurns();
    expect(player.log).toEqual([]);
    multiplayer.poll();
    expect(player.log).toEqual([[2, 1]]);
  });

  test("is reported when its time is over, in both styles", () => {
    for (const autoPoll of [true, false]) {
      const { multiplayer, root, transport, log, clock } = createServer({
        autoPoll,
        heldCallTimeoutMs: 1000,
      });
      multiplayer.poll();
      multiplayer.poll();
      transport.bring([2, callOf("P", 1)]);
      multiplayer.poll();
      clock.advance(500);
      transport.bring([3, callOf("P", 2)]);
      multiplayer.poll();
      clock.advance(500);
      multiplayer.poll();
      expect(log).toEqual(["2!node not found P undefined"]);
      clock.advance(500);
      multiplayer.poll();
      expect(log).toEqual(["2!node not found P undefined", "3!node not found P undefined"]);
      const player = root.addChild(new Player("P"));
      clock.runTurns();
      multiplayer.poll();
      expect(player.log).toEqual([]);
    }
  });

  test("is reported when its sender leaves, and at once beyond the limit or with no time", () => {
    const limited = createServer({ maxHeldCalls: 1 });
    limited.transport.bring([2, callOf("P", 1)], [2, callOf("P", 2)]);
    expect(limited.log).toEqual(["2!node not found P undefined"]);
    limited.transport.bring(() => limited.transport.peerDisconnected.emit(2));
    expect(limited.log).toHaveLength(2);
    const hasty = createServer({ heldCallTimeoutMs: 0 });
    hasty.transport.bring([2, callOf("P", 1)]);
    expect(hasty.log).toEqual(["2!node not found P undefined"]);
  });

  test("does not find a node of another API", () => {
    const { root, transport, multiplayer, log } = createServer({ heldCallTimeoutMs: 0 });
    const part = root.addChild(new Node("Part"));
    const player = part.addChild(new Player("P"));
    (root.tree as SceneTree).setMultiplayer(new SceneMultiplayer(), "/root/Part");
    transport.bring(
      [2, callOf("Part/P", 1)],
      [2, callOf("../root/Part/P", 1)],
      [2, callOf("/root/Part/P", 1)],
    );
    expect([player.log, log.length, multiplayer.peers]).toEqual([[], 3, [2, 3]]);
  });
});

describe("a method that fails", () => {
  class Broken extends Node {
    act(): void {
      throw new Error("now");
    }
    async later(): Promise<void> {
      throw new Error("later");
    }
  }
  defineRpc(Broken, "act", { mode: "any_peer" });
  defineRpc(Broken, "later", { mode: "any_peer" });

  test("is an uncaught error where nobody listens, and the next packet is handled", async () => {
    const { multiplayer, root, transport } = createServer();
    root.addChild(new Broken("P"));
    const player = root.addChild(new Player("Q"));
    const uncaught = await uncaughtDuring(() => {
      transport.bring([2, bareCallOf("P", 0)], [2, bareCallOf("P", 1)], [3, callOf("Q", 1)]);
    });
    expect(uncaught).toEqual([new Error("now"), new Error("later")]);
    expect([player.log, multiplayer.remoteSenderId]).toEqual([[[3, 1]], 0]);
  });

  test("is told to who listens, with whose call it was", () => {
    const { multiplayer, root, transport } = createServer();
    const node = root.addChild(new Broken("P"));
    const failures: unknown[] = [];
    multiplayer.rpcFailed.connect((error, call) => failures.push([(error as Error).message, call]));
    transport.bring([2, bareCallOf("P", 0)]);
    expect(failures).toEqual([["now", { peer: 2, node, method: "act" }]]);
  });
});
