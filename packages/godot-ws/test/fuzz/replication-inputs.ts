// Makes up packets of replication: SPAWN, DESPAWN and both kinds of SYNC, many of them right, the others wrong in one of
// their lengths, counts, ids, numbers, masks or names, or anywhere.

import { encodeSys, sysRelay } from "../../src/multiplayer/commands.ts";
import { encodeConfirm, encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import {
  customScene,
  encodeDespawn,
  encodeSpawn,
  encodeStates,
  pathNetId,
  type StateItem,
} from "../../src/multiplayer/replication-packets.ts";
import { encodeArguments } from "../../src/variant/compact.ts";
import { Float } from "../../src/variant/numbers.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import type { SeededRandom } from "../protocol/seeded-random.ts";
import { makePacket, type PacketWorld, spoil } from "./multiplayer-packets.ts";

export interface ReplicationWorld extends PacketWorld {
  readonly random: SeededRandom;
  /** Of spawners and synchronizers, in the order of the numbers that they are told by; from 1. */
  readonly paths: readonly string[];
  /** Of new nodes. */
  readonly names: readonly string[];
  /** For the spawn function. */
  readonly arguments: readonly Variant[];
}

/** Few, so that they meet. */
const mostNetIds = 12;
const huge = [0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** The packet that tells of the path of this index. */
export function tellPath({ checksums, paths }: ReplicationWorld, index: number): Uint8Array {
  return encodeSimplify({ checksum: checksums[0]!, id: index + 1, path: paths[index]! });
}

/** One packet, of whatever kind. */
export function makeReplicationPacket(world: ReplicationWorld): Uint8Array {
  const { random } = world;
  const whole = makeWhole(world);
  const packet = random.oneIn(4) ? spoil(random, whole) : whole;
  return random.oneIn(4) ? encodeSys(sysRelay, random.pick(world.ids), packet) : packet;
}

function makeWhole(world: ReplicationWorld): Uint8Array {
  const { random } = world;
  switch (random.below(16)) {
    case 0:
      return makePacket(world);
    case 1:
      return tellPath(world, random.below(world.paths.length));
    case 2:
      return encodeConfirm(!random.oneIn(4), { id: random.below(6) });
    case 3:
    case 4:
      return encodeDespawn(random.oneIn(9) ? random.pick(huge) : random.below(mostNetIds));
    case 5:
    case 6:
    case 7:
    case 8:
      return makeStates(world, random.uint32() & 0xffff);
    case 9:
    case 10:
    case 11:
      return makeStates(world, undefined);
    default:
      return makeSpawn(world);
  }
}

function makeSpawn(world: ReplicationWorld): Uint8Array {
  const { random } = world;
  const scene = random.pick([0, 0, 0, 1, 1, 2, 3, 254, customScene, customScene]);
  const packet = encodeSpawn({
    scene,
    // The first two are spawners.
    spawnerId: random.oneIn(3) ? random.below(world.paths.length + 2) : random.pick([1, 2, 2]),
    netId: random.oneIn(9) ? random.pick(huge) : random.below(mostNetIds),
    syncIds: Array.from({ length: random.pick([0, 1, 1, 1, 2, 3, 40]) }, () => makeNetId(world)),
    name: random.pick(world.names),
    argument: scene === customScene ? encodeArguments([random.pick(world.arguments)]) : undefined,
    state: makeState(random, 4),
  });
  if (random.oneIn(6)) {
    // One of its counts and lengths, which may wrap around at 32 bits.
    const value = random.oneIn(2) ? random.pick(huge) : random.below(40);
    new DataView(packet.buffer).setUint32(random.pick([10, 14, 14, packet.length - 4]), value, true);
  }
  return packet;
}

function makeNetId({ random, paths }: ReplicationWorld): number {
  if (random.oneIn(9)) return random.uint32();
  return random.oneIn(2) ? random.below(mostNetIds) : pathNetId(random.below(paths.length + 1));
}

function makeStates(world: ReplicationWorld, stamp: number | undefined): Uint8Array {
  const { random } = world;
  const isDelta = stamp === undefined;
  const items = Array.from({ length: random.pick([1, 1, 2, 3, 30]) }, (): StateItem => {
    const mask = isDelta ? makeMask(random) : undefined;
    return { netId: makeNetId(world), mask, state: makeState(random, mask?.[0] ?? 1) };
  });
  const [packet = new Uint8Array(0)] = encodeStates(items, stamp, 0xffff);
  if (random.oneIn(6)) {
    const sizeAt = isDelta ? 13 : 7;
    const value = random.oneIn(2) ? random.pick(huge) : random.below(60);
    new DataView(packet.buffer).setUint32(sizeAt, value, true);
  }
  return packet;
}

function makeMask(random: SeededRandom): [number, number] {
  if (random.oneIn(8)) return [random.uint32(), random.uint32()];
  return [random.below(5), random.oneIn(8) ? 1 : 0];
}

/** What a mask of the two on change stands for, or all there is (4), or anything. */
function makeState(random: SeededRandom, kind: number): Uint8Array {
  const hp = random.below(100);
  const label = "x".repeat(random.below(5));
  const position = new Vector2(random.below(9), 0.5);
  const states: Variant[][] = [[], [hp], [label], [hp, label], [position, hp, label]];
  if (random.oneIn(3)) {
    const values: Variant[] = [position, hp, label, null, new Float(1), [1, 2], new Map([["a", 1]]), -1];
    return encodeArguments(Array.from({ length: random.below(5) }, () => random.pick(values)));
  }
  // One in the mode always is `position`.
  return encodeArguments(kind === 1 && random.oneIn(2) ? [position] : (states[kind] ?? [hp, label]));
}
