// The first octets of SceneMultiplayer's packets. Knows layouts, not what to do about them.

import * as commands from "./network-commands.ts";

// Second octet of a `sys` packet. Godot: SceneMultiplayer.SysCommands.
export const sysAuth = 0;
export const sysAddPeer = 1;
export const sysDeletePeer = 2;
export const sysRelay = 3;

/** Octets of the shortest packet of those commands that are about replication; undefined for the others. */
export const shortestReplication: Readonly<Record<number, number>> = {
  [commands.spawn]: 18,
  [commands.despawn]: 5,
  [commands.sync]: 11,
};

const commandMask = 0x07;

/** Octets of a `sys` packet before its payload: command, sub-command, peer. */
export const sysHeaderLength = 6;

/** The command of a packet that has at least one octet. */
export function commandOf(packet: Uint8Array): number {
  return packet[0]! & commandMask;
}

/** The peer in a `sys` packet of at least `sysHeaderLength` octets: who came or went, a relay's target or its source. */
export function readSysPeer(packet: Uint8Array): number {
  return packet[2]! | (packet[3]! << 8) | (packet[4]! << 16) | (packet[5]! << 24);
}

/** Puts another peer in: a relay's source in place of its target. */
export function writeSysPeer(packet: Uint8Array, peer: number): void {
  packet[2] = peer;
  packet[3] = peer >> 8;
  packet[4] = peer >> 16;
  packet[5] = peer >> 24;
}

/** ADD_PEER and DEL_PEER, and RELAY of `inner`. */
export function encodeSys(sub: number, peer: number, inner: ArrayLike<number> = []): Uint8Array {
  return packetOf([commands.sys, sub, peer, peer >> 8, peer >> 16, peer >> 24], inner);
}

/** AUTH: data for the other side's callback, none when we are done. */
export function encodeAuth(data: ArrayLike<number> = []): Uint8Array {
  return packetOf([commands.sys, sysAuth], data);
}

/** RAW: bytes of the game's own. */
export function encodeRaw(bytes: Uint8Array): Uint8Array {
  return packetOf([commands.raw], bytes);
}

function packetOf(head: readonly number[], rest: ArrayLike<number>): Uint8Array {
  const packet = new Uint8Array(head.length + rest.length);
  packet.set(head);
  packet.set(rest, head.length);
  return packet;
}
