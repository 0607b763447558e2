// Makes up packets of SceneMultiplayer: of every command, many of them right, the others a little wrong.

import { encodeRaw, encodeSys, sysRelay } from "../../src/multiplayer/commands.ts";
import { encodeConfirm, encodePath, encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { encodeCall, encodeCallWithPath } from "../../src/multiplayer/rpc-packet.ts";
import { encodeArguments } from "../../src/variant/compact.ts";
import { Float } from "../../src/variant/numbers.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { concat } from "../protocol/naive-frames.ts";
import type { SeededRandom } from "../protocol/seeded-random.ts";

export interface PacketWorld {
  readonly random: SeededRandom;
  /** Of nodes that are there, may be there, or cannot be. */
  readonly paths: readonly string[];
  /** Right ones and a wrong one. */
  readonly checksums: readonly string[];
  /** RPCs of the nodes; one more is asked for. */
  readonly methodCount: number;
  /** Of peers that are there, and others. */
  readonly ids: readonly number[];
}

/** Numbers of nodes: few, so that they meet. */
const mostNodeIds = 6;

/** One packet, of whatever kind. */
export function makePacket(world: PacketWorld): Uint8Array {
  const { random } = world;
  const packet = makeWhole(world, true);
  return random.oneIn(3) ? spoil(random, packet) : packet;
}

function makeWhole(world: PacketWorld, mayRelay: boolean): Uint8Array {
  const { random } = world;
  switch (random.below(mayRelay ? 12 : 8)) {
    case 0:
      return encodeSimplify({
        checksum: random.pick(world.checksums),
        id: random.oneIn(8) ? random.uint32() : random.below(mostNodeIds),
        path: random.pick(world.paths),
      });
    case 1:
      return makeConfirm(world);
    case 2:
    case 3:
      return encodeCall(makeContent(world), random.below(mostNodeIds), random.oneIn(3));
    case 4:
    case 5:
      return encodeCallWithPath(makeContent(world), encodePath(random.pick(world.paths)));
    case 6:
      return encodeRaw(random.bytes(random.below(20)));
    case 7:
      // Replication, and anything at all.
      return concat([Uint8Array.of(random.pick([4, 5, 6, 0x16, random.below(256)])), makeBytes(random)]);
    case 8:
    case 9:
      return makeSystem(world);
    default:
      return encodeSys(sysRelay, random.pick(world.ids), makeWhole(world, random.oneIn(8)));
  }
}

function makeBytes(random: SeededRandom): Uint8Array {
  return random.bytes(random.below(random.oneIn(10) ? 300 : 24));
}

function makeConfirm({ random, paths }: PacketWorld): Uint8Array {
  const matches = !random.oneIn(4);
  if (random.oneIn(3)) return encodeConfirm(matches, { path: random.pick(paths) });
  return encodeConfirm(matches, { id: random.below(mostNodeIds) });
}

function makeSystem({ random, ids }: PacketWorld): Uint8Array {
  const head = new Uint8Array(6);
  head[0] = 7;
  head[1] = random.pick([0, 1, 2, 3, random.below(256)]);
  new DataView(head.buffer).setInt32(2, random.pick(ids), true);
  return random.oneIn(3) ? concat([head, makeBytes(random)]) : head;
}

function makeContent({ random, methodCount }: PacketWorld) {
  const wanted = random.below(methodCount + 1);
  const methodNumber = random.oneIn(10) ? random.below(0x10000) : wanted;
  if (random.oneIn(6)) return { methodNumber, argumentCount: undefined, args: makeBytes(random) };
  if (random.oneIn(6)) {
    return { methodNumber, argumentCount: random.below(256), args: makeBytes(random) };
  }
  const values = Array.from({ length: random.pick([0, 1, 1, 1, 2, 3]) }, () => makeValue(random, 0));
  return { methodNumber, argumentCount: values.length, args: encodeArguments(values) };
}

function makeValue(random: SeededRandom, depth: number): Variant {
  switch (random.below(depth > 2 ? 6 : 8)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.uint32() - 0x8000_0000;
    case 3:
      return new Float(random.uint32() / 7);
    case 4:
      return "x".repeat(random.below(9));
    case 5:
      return new Vector2(random.below(9), 0.5);
    case 6:
      return Array.from({ length: random.below(4) }, () => makeValue(random, depth + 1));
    default:
      return new Map([[makeValue(random, depth + 1), makeValue(random, depth + 1)]]);
  }
}

/** Changes octets, cuts off, or appends. */
export function spoil(random: SeededRandom, packet: Uint8Array): Uint8Array {
  const spoilt = Uint8Array.from(packet);
  const kind = random.below(4);
  if (kind === 0) return spoilt.subarray(0, random.below(spoilt.length + 1));
  if (kind === 1) return concat([spoilt, makeBytes(random)]);
  for (let i = random.below(3); i >= 0 && spoilt.length > 0; i--) {
    const at = random.below(spoilt.length);
    if (kind === 2) spoilt[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    else spoilt[at] = spoilt[at]! ^ (1 << random.below(8));
  }
  return spoilt;
}
