// MD5 (RFC 1321), for the one thing that Godot uses it for here: to compare lists of names. Not for anything secret.

import { encodeNumbers, joinOctets } from "./octets.ts";

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from({ length: 64 }, (_, i) => (Math.abs(Math.sin(i + 1)) * 0x1_0000_0000) >>> 0);
const indexSteps = [1, 5, 3, 7];
const indexOffsets = [0, 1, 5, 0];
const mixers: readonly ((b: number, c: number, d: number) => number)[] = [
  (b, c, d) => (b & c) | (~b & d),
  (b, c, d) => (d & b) | (~d & c),
  (b, c, d) => b ^ c ^ d,
  (b, c, d) => c ^ (b | ~d),
];
const blockLength = 64;
const encoder = new TextEncoder();

/** 32 lower-case hexadecimal digits of the text's UTF-8. Godot: String.md5_text. */
export function md5Hex(text: string): string {
  const message = encoder.encode(text);
  // The message, one set bit, zeros, the length in bits: of a text, that is below 2 ** 32 octets.
  const padded = new Uint8Array(Math.ceil((message.length + 9) / blockLength) * blockLength);
  const view = new DataView(padded.buffer);
  padded.set(message);
  padded[message.length] = 0x80;
  view.setUint32(padded.length - 8, message.length << 3, true);
  view.setUint32(padded.length - 4, message.length >>> 29, true);
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.length; at += blockLength) state = addBlock(state, view, at);
  return [...joinOctets(encodeNumbers(...state))]
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join("");
}

function addBlock(state: readonly number[], view: DataView, at: number): number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    // How each round mixes, and which word of the block it takes.
    const mixed = mixers[round]!(b, c, d);
    const index = indexSteps[round]! * i + indexOffsets[round]!;
    const sum = (a + mixed + sines[i]! + view.getUint32(at + 4 * (index & 15), true)) | 0;
    const shift = shifts[4 * round + (i & 3)]!;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  return [a, b, c, d].map((word, i) => (word + state[i]!) | 0);
}
