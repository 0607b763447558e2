// The layouts of SIMPLIFY_PATH and CONFIRM_PATH. Knows no nodes.

import * as commands from "./network-commands.ts";
import { decodeText, encodeNumbers, encodeText, joinOctets, viewOf } from "./octets.ts";

/** `01`, 32 digits, an octet, the id: what a SIMPLIFY_PATH has before its path. */
export const simplifyHeaderLength = 38;
const checksumLength = 32;
const idOffset = 34;
const confirmHeaderLength = 2;
const confirmLength = 6;

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

export const encodePath = encodeText;

/** Up to the first 0 or the end; undefined when it is no UTF-8. */
export function decodePath(packet: Uint8Array, start: number): string | undefined {
  return decodeText(packet.subarray(start));
}

export function encodeSimplify({ checksum, id, path }: Simplify & { path: string }): Uint8Array {
  return joinOctets([commands.simplifyPath], encodeText(checksum), encodeNumbers(id), encodeText(path));
}

/** Undefined when it is too short. */
export function decodeSimplify(packet: Uint8Array): Simplify | undefined {
  if (packet.length < simplifyHeaderLength) return undefined;
  return {
    checksum: String.fromCharCode(...packet.subarray(1, 1 + checksumLength)),
    id: viewOf(packet).getUint32(idOffset, true),
    path: decodePath(packet, simplifyHeaderLength),
  };
}

/** In the form of 4.0 to 4.2 when there is a path, of 4.3 and later when there is an id. */
export function encodeConfirm(checksumMatches: boolean, key: { id: number } | { path: string }): Uint8Array {
  const node = "path" in key ? encodeText(key.path) : encodeNumbers(key.id);
  return joinOctets([commands.confirmPath, checksumMatches ? 1 : 0], node);
}

/** Undefined when its length fits no CONFIRM_PATH of that form. */
export function decodeConfirm(packet: Uint8Array, byPath: boolean): Confirm | undefined {
  const { length } = packet;
  if (byPath ? length <= confirmHeaderLength : length !== confirmLength) return undefined;
  return {
    checksumMatches: packet[1] !== 0,
    id: byPath ? undefined : viewOf(packet).getUint32(confirmHeaderLength, true),
    path: byPath ? decodePath(packet, confirmHeaderLength) : undefined,
  };
}
