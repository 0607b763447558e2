// The layouts of SIMPLIFY_PATH and CONFIRM_PATH. Knows no nodes.

import * as commands from "./network-commands.ts";

/** `01`, 32 digits, an octet, the id: what a SIMPLIFY_PATH has before its path. */
export const simplifyHeaderLength = 38;
const checksumLength = 32;
const idOffset = 34;
const confirmHeaderLength = 2;
const confirmLength = 6;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface Simplify {
  readonly checksum: string;
  readonly id: number;
  /** Undefined when it is no UTF-8. */
  readonly path: string | undefined;
}

export interface Confirm {
  readonly checksumMatches: boolean;
  /** Undefined in the form of 4.0 to 4.2. */
  readonly id: number | undefined;
  /** Undefined in the form since 4.3, and when it is no UTF-8. */
  readonly path: string | undefined;
}

export function encodePath(path: string): Uint8Array {
  const octets = encoder.encode(path);
  const terminated = new Uint8Array(octets.length + 1);
  terminated.set(octets);
  return terminated;
}

/** Up to the first 0 or the end; undefined when it is no UTF-8. */
export function decodePath(packet: Uint8Array, start: number): string | undefined {
  const end = packet.indexOf(0, start);
  try {
    return decoder.decode(packet.subarray(start, end < 0 ? packet.length : end));
  } catch {
    return undefined;
  }
}

export function encodeSimplify({
  checksum,
  id,
  path,
}: {
  checksum: string;
  id: number;
  path: string;
}): Uint8Array {
  const terminated = encodePath(path);
  const packet = new Uint8Array(simplifyHeaderLength + terminated.length);
  packet[0] = commands.simplifyPath;
  for (let i = 0; i < checksumLength; i++) packet[1 + i] = checksum.charCodeAt(i);
  new DataView(packet.buffer).setUint32(idOffset, id, true);
  packet.set(terminated, simplifyHeaderLength);
  return packet;
}

/** Undefined when it is too short. */
export function decodeSimplify(packet: Uint8Array): Simplify | undefined {
  if (packet.length < simplifyHeaderLength) return undefined;
  return {
    checksum: String.fromCharCode(...packet.subarray(1, 1 + checksumLength)),
    id: new DataView(packet.buffer, packet.byteOffset).getUint32(idOffset, true),
    path: decodePath(packet, simplifyHeaderLength),
  };
}

/** In the form of 4.0 to 4.2 when there is a path, of 4.3 and later when there is an id. */
export function encodeConfirm(checksumMatches: boolean, key: { id: number } | { path: string }): Uint8Array {
  const flag = checksumMatches ? 1 : 0;
  if ("path" in key) return Uint8Array.of(commands.confirmPath, flag, ...encodePath(key.path));
  const packet = Uint8Array.of(commands.confirmPath, flag, 0, 0, 0, 0);
  new DataView(packet.buffer).setUint32(confirmHeaderLength, key.id, true);
  return packet;
}

/** Undefined when its length fits no CONFIRM_PATH of that form. */
export function decodeConfirm(packet: Uint8Array, byPath: boolean): Confirm | undefined {
  const checksumMatches = packet[1] !== 0;
  if (byPath) {
    if (packet.length <= confirmHeaderLength) return undefined;
    return { checksumMatches, id: undefined, path: decodePath(packet, confirmHeaderLength) };
  }
  if (packet.length !== confirmLength) return undefined;
  const id = new DataView(packet.buffer, packet.byteOffset).getUint32(confirmHeaderLength, true);
  return { checksumMatches, id, path: undefined };
}
