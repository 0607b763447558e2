// The octets of our own calls, at a SceneMultiplayer with a scene.

import { describe, expect, test } from "vitest";
import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { defineRpc } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { Float } from "../../src/variant/numbers.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { FakeTransport } from "./fake-transport.ts";

class Player extends Node {
  act(..._args: unknown[]): void {}
  move(_x: number, _note: unknown): void {}
  quick(): void {}
}
// Numbers 0, 1, 2.
defineRpc(Player, "act", { mode: "any_peer" });
defineRpc(Player, "move", { mode: "any_peer", args: [Float, "any"] });
defineRpc(Player, "quick", { transferMode: "unreliable", channel: 4 });

/** Our side, with these peers, who have all confirmed the node P. */
function createSide(id: number, peers: number[], options: SceneMultiplayerOptions = {}) {
  const multiplayer = new SceneMultiplayer(options);
  const { root } = new SceneTree({ multiplayer });
  const transport = new FakeTransport(id);
  multiplayer.multiplayerPeer = transport;
  const [first, ...others] = peers;
  transport.bring(() => transport.peerConnected.emit(first!));
  for (const other of others) {
    if (id === 1) transport.bring(() => transport.peerConnected.emit(other));
    else transport.bring([1, `0701${hexId(other)}`]);
  }
  const player = root.addChild(new Player("P"));
  player.rpc.quick();
  for (const peer of peers) {
    const confirm = multiplayer.peers.length > 0 && options.version === "4.1" ? "02015000" : "020101000000";
    if (id === 1 || peer === 1) transport.bring([peer, confirm]);
    else transport.bring([1, `0703${hexId(peer)}${confirm}`]);
  }
  transport.news();
  return { multiplayer, root, transport, player };
}

function hexId(id: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(id);
  return bytes.toString("hex");
}

describe("a call", () => {
  test.each([
    ["without arguments", [], "800100"],
    ["with one PackedByteArray", [Uint8Array.of(0xaa, 0xbb)], "800100aabb"],
    ["with an empty one, which looks like none", [new Uint8Array(0)], "800100"],
    [
      "with two",
      [Uint8Array.of(9), Uint8Array.of(8)],
      "000100021d0000000100000009000000 1d0000000100000008000000",
    ],
    ["with small values", [true, false, null, -1, 300], "000100058101 00000000 02ff 422c01"],
    ["with a text", [5, "hi"], "000100020205040000000200000068690000"],
  ])("%s", (_, args, expected) => {
    const { transport, player } = createSide(1, [2]);
    player.rpc.act(...args);
    expect(transport.news()).toEqual([`2: ${expected.replaceAll(" ", "")}`]);
  });

  test("sends declared floats as floats, and leaves the rest alone", () => {
    const { transport, player } = createSide(1, [2]);
    player.rpc.move(5, 5);
    expect(transport.news()).toEqual(["2: 00010102030000000000a0400205"]);
  });

  test("of a client goes to the server bare, and to each of the others in a RELAY", () => {
    const { transport, player } = createSide(2, [1, 5, 6]);
    player.rpc.act();
    expect(transport.news()).toEqual(["1: 800100", "1: 070305000000800100", "1: 070306000000800100"]);
    player.rpcId(-5).act();
    expect(transport.news()).toEqual(["1: 800100", "1: 070306000000800100"]);
    player.rpcId(6).act();
    expect(transport.news()).toEqual(["1: 070306000000800100"]);
  });

  test("to nobody sends nothing", () => {
    const { transport, player } = createSide(1, [2]);
    transport.bring(() => transport.peerDisconnected.emit(2));
    transport.news();
    player.rpc.act(1);
    expect(transport.news()).toEqual([]);
  });

  test("sets mode and channel, and the next one its own", () => {
    const { transport, player } = createSide(1, [2]);
    const seen: unknown[] = [];
    transport.multicast = () => seen.push([transport.transferMode, transport.transferChannel]);
    player.rpc.quick();
    player.rpc.act();
    expect(seen).toEqual([
      [0, 4],
      [2, 0],
    ]);
  });

  test("that cannot be encoded sends nothing to anybody, no number either", () => {
    const { transport, root } = createSide(1, [2, 3]);
    const other = root.addChild(new Player("Q"));
    expect(usageErrorOf(() => other.rpc.act(Symbol("x")))).toBe("ERR_INVALID_PARAMETER");
    expect(transport.news()).toEqual([]);
  });

  test("encodes once for each version among its receivers", () => {
    const { multiplayer, transport, player } = createSide(1, [2, 3, 4]);
    multiplayer.setPeerVersion(3, "4.1");
    multiplayer.setPeerVersion(4, "4.3");
    let encoded = 0;
    const value = {
      get x() {
        encoded++;
        return 1;
      },
    };
    player.rpc.act(value);
    expect(encoded).toBe(3);
    const typed = GodotArray.typed("int", [1]);
    transport.news();
    player.rpc.act(typed);
    const [latest, since43, old] = transport.news().map((entry) => entry.slice(3));
    expect(latest).toBe("000100011c00010002000000010000000200000001000000");
    expect([since43, old].sort()).toEqual([latest, "000100011c000000010000000200000001000000"].sort());
  });
});
