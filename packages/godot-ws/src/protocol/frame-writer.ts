// Messages and control frames into an outbox, or once for many outboxes (RFC 6455 §5 and §6.1).

import { applyMask, finBit, headerLength, maxHeaderLength, writeHeader } from "./frame.ts";
import { type Arena, copyRange, type Outbox } from "./outbox.ts";

/** A whole frame in memory that must not change: a server can send it to any number of clients. */
export interface PreparedFrame {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly payloadLength: number;
}

/** A server's frame, encoded. */
export function prepareFrame(arena: Arena, opcode: number, payload: Uint8Array): PreparedFrame {
  const start = arena.reserve(headerLength(payload.length, false) + payload.length);
  const { buffer } = arena;
  const body = writeHeader(buffer, start, opcode, payload.length, undefined);
  const end = copyRange(payload, 0, payload.length, buffer, body);
  return { buffer, start, end, payloadLength: payload.length };
}

/** Appends one frame; `payload` is copied. */
export function appendFrame(
  outbox: Outbox,
  arena: Arena,
  opcode: number,
  payload: Uint8Array,
  mask: number | undefined,
): void {
  const length = payload.length;
  if (length < shortPayload && mask === undefined) return appendShortFrame(outbox, arena, opcode, payload);
  const start = arena.reserve(headerLength(length, mask !== undefined) + length);
  const { buffer } = arena;
  const body = writeHeader(buffer, start, opcode, length, mask);
  const end = copyRange(payload, 0, length, buffer, body);
  if (mask !== undefined) applyMask(buffer, body, end, mask);
  outbox.append(buffer, start, end);
}

/** A payload below this leaves as one copy after two octets of header. */
const shortPayload = 64;

// What a server sends most, without the branches of the general way.
function appendShortFrame(outbox: Outbox, arena: Arena, opcode: number, payload: Uint8Array): void {
  const length = payload.length;
  const start = arena.reserve(2 + length);
  const { buffer } = arena;
  buffer[start] = finBit | opcode;
  buffer[start + 1] = length;
  outbox.append(buffer, start, copyRange(payload, 0, length, buffer, start + 2));
}

const encoder = new TextEncoder();

/** Appends one frame of text, encoded in place, and returns the octets of its payload. */
export function appendTextFrame(
  outbox: Outbox,
  arena: Arena,
  opcode: number,
  text: string,
  mask: number | undefined,
): number {
  // UTF-8 takes at most three octets for each UTF-16 unit; the longest header that could be needed stands before.
  const reserved = maxHeaderLength + text.length * 3;
  if (text.length > 1024) {
    const payload = encoder.encode(text);
    appendFrame(outbox, arena, opcode, payload, mask);
    return payload.length;
  }
  const room = arena.reserve(reserved);
  const { buffer } = arena;
  const body = room + maxHeaderLength;
  const { written } = encoder.encodeInto(text, buffer.subarray(body, room + reserved));
  const start = body - headerLength(written, mask !== undefined);
  writeHeader(buffer, start, opcode, written, mask);
  if (mask !== undefined) applyMask(buffer, body, body + written, mask);
  outbox.append(buffer, start, body + written);
  return written;
}

/** Appends a text that is no frame: an HTTP head. */
export function appendText(outbox: Outbox, arena: Arena, text: string): void {
  const start = arena.reserve(text.length);
  const { buffer } = arena;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return appendEncoded(outbox, encoder.encode(text));
    buffer[start + i] = code;
  }
  outbox.append(buffer, start, start + text.length);
}

function appendEncoded(outbox: Outbox, bytes: Uint8Array): void {
  outbox.append(bytes, 0, bytes.length);
}
