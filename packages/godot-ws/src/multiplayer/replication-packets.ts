// The layouts of SPAWN, DESPAWN and of both kinds of SYNC. Knows no nodes and no values.

import * as commands from "./network-commands.ts";
import { decodeText, encodeNumbers, encodeText, joinOctets, viewOf } from "./octets.ts";

/** The scene number of a node that a spawn function has made. */
export const customScene = 0xff;

/** Bit of the first octet of a SYNC that holds what has changed. */
const deltaFlag = 0x10;

/** Set in the ids of synchronizers that are known by their path. */
const pathFlag = 0x8000_0000;

const spawnHeaderLength = 18;
const syncHeaderLength = 3;
const deltaHeaderLength = 1;
const syncItemHeaderLength = 8;
const deltaItemHeaderLength = 16;

export interface SpawnPacket {
  /** In the spawner's list, or `customScene`. */
  readonly scene: number;
  /** The number of the spawner's path. */
  readonly spawnerId: number;
  readonly netId: number;
  readonly syncIds: readonly number[];
  readonly name: string;
  /** For a spawn function; only with `customScene`. */
  readonly argument: Uint8Array | undefined;
  /** Values one behind the other. */
  readonly state: Uint8Array;
}

export function encodeSpawn(spawn: SpawnPacket): Uint8Array {
  const { scene, spawnerId, netId, syncIds, argument, state } = spawn;
  const name = encodeText(spawn.name);
  return joinOctets(
    [commands.spawn, scene],
    encodeNumbers(spawnerId, netId, syncIds.length, name.length, ...syncIds),
    name,
    ...(argument === undefined ? [] : [encodeNumbers(argument.length), argument]),
    state,
  );
}

/** Undefined when its lengths or its name are impossible. Numbers here are exact: nothing wraps around at 32 bits. */
export function decodeSpawn(packet: Uint8Array): SpawnPacket | undefined {
  if (packet.length < spawnHeaderLength) return undefined;
  const view = viewOf(packet);
  const syncCount = view.getUint32(10, true);
  const nameLength = view.getUint32(14, true);
  const nameAt = spawnHeaderLength + 4 * syncCount;
  let at = nameAt + nameLength;
  if (nameLength < 1 || at > packet.length) return undefined;
  const name = decodeText(packet.subarray(nameAt, at));
  if (name === undefined) return undefined;
  const scene = packet[1]!;
  let argument: Uint8Array | undefined;
  if (scene === customScene) {
    if (at + 4 > packet.length) return undefined;
    const end = at + 4 + view.getUint32(at, true);
    if (end > packet.length) return undefined;
    argument = packet.subarray(at + 4, end);
    at = end;
  }
  const syncIds = Array.from({ length: syncCount }, (_, i) =>
    view.getUint32(spawnHeaderLength + 4 * i, true),
  );
  return {
    scene,
    spawnerId: view.getUint32(2, true),
    netId: view.getUint32(6, true),
    syncIds,
    name,
    argument,
    state: packet.subarray(at),
  };
}

export function encodeDespawn(netId: number): Uint8Array {
  return joinOctets([commands.despawn], encodeNumbers(netId));
}

/** Of a packet of at least 5 octets. */
export function decodeDespawn(packet: Uint8Array): number {
  return viewOf(packet).getUint32(1, true);
}

// ---- states ----

/** Of one synchronizer, in a SYNC. */
export interface StateItem {
  readonly netId: number;
  /** Which of the properties on change the state holds, the lower and the upper 32; undefined for those sent always. */
  readonly mask: readonly [low: number, high: number] | undefined;
  readonly state: Uint8Array;
}

/** The id of a synchronizer that is known by the number of its path. */
export function pathNetId(pathId: number): number {
  return pathId + pathFlag;
}

/** The number of the path in such an id; undefined for one of the other kind. */
export function pathOfNetId(netId: number): number | undefined {
  return netId >= pathFlag ? netId - pathFlag : undefined;
}

export function isDelta(packet: Uint8Array): boolean {
  return (packet[0]! & deltaFlag) !== 0;
}

/**
 * Packets of items of one kind, none beyond `maxBytes` but for a single item. Unlike in Godot none is empty. `stamp` is
 * the 16 bits of SYNC; undefined for what has changed.
 */
export function* encodeStates(
  items: readonly StateItem[],
  stamp: number | undefined,
  maxBytes: number,
): Iterable<Uint8Array> {
  const header = stamp === undefined ? deltaHeaderLength : syncHeaderLength;
  const itemHeader = stamp === undefined ? deltaItemHeaderLength : syncItemHeaderLength;
  let from = 0;
  let length = header;
  for (let i = 0; i < items.length; i++) {
    const more = itemHeader + items[i]!.state.length;
    if (i > from && length + more > maxBytes) {
      yield encodePacket(items, from, i, length, stamp);
      from = i;
      length = header;
    }
    length += more;
  }
  if (from < items.length) yield encodePacket(items, from, items.length, length, stamp);
}

function encodePacket(
  items: readonly StateItem[],
  from: number,
  to: number,
  length: number,
  stamp: number | undefined,
): Uint8Array {
  const packet = new Uint8Array(length);
  const view = new DataView(packet.buffer);
  packet[0] = stamp === undefined ? commands.sync | deltaFlag : commands.sync;
  let at = deltaHeaderLength;
  if (stamp !== undefined) {
    view.setUint16(at, stamp, true);
    at = syncHeaderLength;
  }
  for (let i = from; i < to; i++) {
    const { netId, mask, state } = items[i]!;
    view.setUint32(at, netId, true);
    at += 4;
    if (mask !== undefined) {
      view.setUint32(at, mask[0], true);
      view.setUint32(at + 4, mask[1], true);
      at += 8;
    }
    view.setUint32(at, state.length, true);
    packet.set(state, at + 4);
    at += 4 + state.length;
  }
  return packet;
}

export interface ReceivedStates {
  /** The 16 bits of SYNC; 0 for what has changed. */
  readonly stamp: number;
  readonly items: readonly StateItem[];
  /** Whether there was more, which did not fit into the packet. */
  readonly isCut: boolean;
}

/** Of a packet of at least 11 octets. */
export function decodeStates(packet: Uint8Array): ReceivedStates {
  const view = viewOf(packet);
  const delta = isDelta(packet);
  const stamp = delta ? 0 : view.getUint16(1, true);
  const headerLength = delta ? deltaItemHeaderLength : syncItemHeaderLength;
  const items: StateItem[] = [];
  let at = delta ? deltaHeaderLength : syncHeaderLength;
  // As Godot: what is too short for an item with one octet is no item.
  while (packet.length - at > headerLength) {
    const start = at + headerLength;
    const end = start + view.getUint32(start - 4, true);
    if (end > packet.length) return { stamp, items, isCut: true };
    items.push({
      netId: view.getUint32(at, true),
      mask: delta ? [view.getUint32(at + 4, true), view.getUint32(at + 8, true)] : undefined,
      state: packet.subarray(start, end),
    });
    at = end;
  }
  return { stamp, items, isCut: false };
}
