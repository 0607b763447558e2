// Packets of every command, made up or spoilt, from a client to our server and from a server to our client: nobody else is
// disturbed, nothing is thrown, and no call is ever taken for another peer's.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { encodePath, encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { defineRpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { encodeCall, encodeCallWithPath } from "../../src/multiplayer/rpc-packet.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { FakeTransport } from "./fake-transport.ts";

class Player extends Node {
  senders: number[] = [];
  act(): void {
    this.senders.push(this.multiplayer.remoteSenderId);
  }
}
defineRpc(Player, "act", { mode: "any_peer" });
const { checksum } = rpcTableOf(new Player("X"));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const call = (argumentCount: number | undefined, args: Uint8Array) => ({
  methodNumber: 0,
  argumentCount,
  args,
});

const small = fc.integer({ min: 0, max: 5 });
const path = fc.constantFrom("P", "Q", "Main/P", ".", "..", "../root/P", "/root/P", "", "P/", "\u{1f600}");
const plausible = fc.oneof(
  fc.record({ id: small, path }).map((entry) => encodeSimplify({ checksum, ...entry })),
  fc
    .tuple(small, fc.option(small, { nil: undefined }), fc.uint8Array({ maxLength: 9 }))
    .map(([id, count, args]) => encodeCall(call(count, args), id, false)),
  fc
    .tuple(path, fc.option(small, { nil: undefined }), fc.uint8Array({ maxLength: 9 }))
    .map(([to, count, args]) => encodeCallWithPath(call(count, args), encodePath(to))),
  fc.tuple(small, fc.boolean()).map(([id, ok]) => Uint8Array.of(2, ok ? 1 : 0, id, 0, 0, 0)),
  fc
    .tuple(small, fc.integer({ min: -4, max: 9 }), fc.uint8Array({ maxLength: 12 }))
    .map(([sub, peer, rest]) => {
      const packet = Buffer.alloc(6 + rest.length);
      packet.set([7, sub]);
      packet.writeInt32LE(peer, 2);
      packet.set(rest, 6);
      return new Uint8Array(packet);
    }),
);

const spoilt = fc
  .tuple(
    plausible,
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    fc.nat(),
  )
  .map(([packet, changes, cut]) => {
    const copy = Uint8Array.from(packet);
    for (const [at, octet] of changes) copy[at % copy.length] = octet;
    return cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy;
  });

const anything = fc.oneof(plausible, spoilt, fc.uint8Array({ maxLength: 60 }));

/** One side with a scene; the peers 2, 3 (or 1, 3) are there. */
function createSide(ownId: number, peers: number[]) {
  const multiplayer = new SceneMultiplayer();
  const { root } = new SceneTree({ multiplayer });
  const transport = new FakeTransport(ownId);
  multiplayer.multiplayerPeer = transport;
  const [first, ...others] = peers;
  transport.bring(() => transport.peerConnected.emit(first!));
  for (const peer of others) {
    if (ownId === 1) transport.bring(() => transport.peerConnected.emit(peer));
    else transport.bring([1, `0701${hex(Uint8Array.of(peer, 0, 0, 0))}`]);
  }
  const player = root.addChild(new Player("P"));
  transport.news();
  return { multiplayer, root, transport, player };
}

const good = hex(encodeCallWithPath(call(undefined, new Uint8Array(0)), encodePath("P")));

test("a hostile client speaks for itself alone, and disturbs nobody", () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 12 }), (packets) => {
      const { multiplayer, root, transport, player } = createSide(1, [2, 3, 4]);
      for (const packet of packets) transport.bring([2, hex(packet)]);
      root.addChild(new Player("Q"));
      transport.clock.advance(10_000);
      expect(new Set([...player.senders, ...root.getNode("Q", Player).senders, 2])).toEqual(new Set([2]));
      // What others get of it names it as the source.
      for (const entry of transport.news()) expect(entry).toMatch(/^2: 02|^[234]: 070302000000/);
      expect([multiplayer.peers, multiplayer.remoteSenderId]).toEqual([[2, 3, 4], 0]);
      player.senders = [];
      transport.bring([3, good]);
      expect(player.senders).toEqual([3]);
    }),
    { numRuns: 400 },
  );
});

test("a hostile server cannot speak for us, nor make us the server", () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 12 }), (packets) => {
      const { multiplayer, transport, player } = createSide(7, [1, 3]);
      for (const packet of packets) transport.bring([1, hex(packet)]);
      transport.clock.advance(10_000);
      for (const sender of player.senders) expect(sender === 7 || sender < 1).toBe(false);
      expect([multiplayer.uniqueId, multiplayer.isServer, multiplayer.peers.includes(7)]).toEqual([
        7,
        false,
        false,
      ]);
      expect(multiplayer.peers[0]).toBe(1);
      player.senders = [];
      transport.bring([1, good]);
      expect(player.senders).toEqual([1]);
    }),
    { numRuns: 400 },
  );
});
