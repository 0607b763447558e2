// One frame's header and mask as bytes (RFC 6455 §5.2 and §5.3). Knows no message and no connection.

export const opcodes = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** Octets a control frame's payload may have (RFC 6455 §5.5). */
export const maxControlPayload = 125;

/** Octets of the longest header: two, eight of length, four of mask. */
export const maxHeaderLength = 14;

/** Of the first octet: the message is compressed (RFC 7692 §6). Goes with the opcode wherever a header is written. */
export const rsv1Bit = 0x40;

export const finBit = 0x80;
const maskBit = 0x80;

/** Octets that the header of a frame with this payload takes. */
export function headerLength(payloadLength: number, masked: boolean): number {
  const base = payloadLength < 126 ? 2 : payloadLength < 0x10000 ? 4 : 10;
  return masked ? base + 4 : base;
}

/**
 * Writes the header of a final frame at `at` and returns the offset behind it.
 * `mask` is the masking key as a 32-bit number, or undefined for a server's frame.
 */
export function writeHeader(
  buffer: Uint8Array,
  at: number,
  opcode: number,
  payloadLength: number,
  mask: number | undefined,
): number {
  let next = at;
  const lengthBit = mask === undefined ? 0 : maskBit;
  buffer[next++] = finBit | opcode;
  if (payloadLength < 126) {
    buffer[next++] = lengthBit | payloadLength;
  } else if (payloadLength < 0x10000) {
    buffer[next++] = lengthBit | 126;
    buffer[next++] = payloadLength >>> 8;
    buffer[next++] = payloadLength;
  } else {
    buffer[next++] = lengthBit | 127;
    next = writeUint32(buffer, next, Math.floor(payloadLength / 0x100000000));
    next = writeUint32(buffer, next, payloadLength);
  }
  return mask === undefined ? next : writeUint32(buffer, next, mask);
}

function writeUint32(buffer: Uint8Array, at: number, value: number): number {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
  return at + 4;
}

/** From here on the set-up of a word-wise pass pays for itself. */
const wordwiseFrom = 48;

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Masks or unmasks `buffer[start..end)` in place. `phase` is how many octets of the payload came before, since the key
 * repeats every four (RFC 6455 §5.3).
 */
export function applyMask(buffer: Uint8Array, start: number, end: number, mask: number, phase = 0): void {
  let at = start;
  let key = rotate(mask, phase & 3);
  if (end - start >= wordwiseFrom && littleEndian) {
    while (((buffer.byteOffset + at) & 3) !== 0) {
      buffer[at++]! ^= key >>> 24;
      key = rotate(key, 1);
    }
    const words = (end - at) >>> 2;
    maskWords(new Uint32Array(buffer.buffer, buffer.byteOffset + at, words), swapBytes(key));
    at += words << 2;
  }
  const k0 = key >>> 24;
  const k1 = (key >>> 16) & 0xff;
  const k2 = (key >>> 8) & 0xff;
  const k3 = key & 0xff;
  while (at + 4 <= end) {
    buffer[at]! ^= k0;
    buffer[at + 1]! ^= k1;
    buffer[at + 2]! ^= k2;
    buffer[at + 3]! ^= k3;
    at += 4;
  }
  if (at < end) buffer[at++]! ^= k0;
  if (at < end) buffer[at++]! ^= k1;
  if (at < end) buffer[at]! ^= k2;
}

/** As `applyMask`, for a few octets and a key that lies in the buffer at `key`, before them. */
export function unmaskShort(buffer: Uint8Array, key: number, start: number, end: number): void {
  const k0 = buffer[key]!;
  const k1 = buffer[key + 1]!;
  const k2 = buffer[key + 2]!;
  const k3 = buffer[key + 3]!;
  let at = start;
  for (; at + 3 < end; at += 4) {
    buffer[at]! ^= k0;
    buffer[at + 1]! ^= k1;
    buffer[at + 2]! ^= k2;
    buffer[at + 3]! ^= k3;
  }
  if (at < end) buffer[at++]! ^= k0;
  if (at < end) buffer[at++]! ^= k1;
  if (at < end) buffer[at]! ^= k2;
}

function maskWords(words: Uint32Array, key: number): void {
  const count = words.length;
  const unrolled = count & ~7;
  let at = 0;
  for (; at < unrolled; at += 8) {
    words[at]! ^= key;
    words[at + 1]! ^= key;
    words[at + 2]! ^= key;
    words[at + 3]! ^= key;
    words[at + 4]! ^= key;
    words[at + 5]! ^= key;
    words[at + 6]! ^= key;
    words[at + 7]! ^= key;
  }
  for (; at < count; at++) words[at]! ^= key;
}

/** Turns the key so that its octet number `by` comes first. */
function rotate(key: number, by: number): number {
  return by === 0 ? key : (key << (by * 8)) | (key >>> (32 - by * 8));
}

function swapBytes(key: number): number {
  return (key << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24);
}
