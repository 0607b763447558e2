// SHA-1 and base64 of short texts, synchronous on every platform: the opening handshake needs both, and no more
// (RFC 6455 §4.2.2). Not for anything that must be secret.

/** SHA-1 of an ASCII text (RFC 3174). */
export function sha1(text: string): Uint8Array {
  const blocks = (text.length + 9 + 63) >> 6;
  const words = new Uint32Array(blocks * 16);
  for (let i = 0; i < text.length; i++) words[i >> 2]! |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  words[text.length >> 2]! |= 0x80 << (24 - (text.length & 3) * 8);
  words[words.length - 1] = text.length * 8;

  const hash = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Int32Array(80);
  for (let block = 0; block < blocks; block++) mixBlock(hash, schedule, words, block * 16);

  const digest = new Uint8Array(20);
  for (let i = 0; i < 20; i++) digest[i] = hash[i >> 2]! >>> (24 - (i & 3) * 8);
  return digest;
}

function mixBlock(hash: Uint32Array, schedule: Int32Array, words: Uint32Array, from: number): void {
  for (let i = 0; i < 16; i++) schedule[i] = words[from + i]!;
  for (let i = 16; i < 80; i++) {
    schedule[i] = rotateLeft(schedule[i - 3]! ^ schedule[i - 8]! ^ schedule[i - 14]! ^ schedule[i - 16]!, 1);
  }
  let a = hash[0]! | 0;
  let b = hash[1]! | 0;
  let c = hash[2]! | 0;
  let d = hash[3]! | 0;
  let e = hash[4]! | 0;
  for (let i = 0; i < 80; i++) {
    const mixed =
      i < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : i < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotateLeft(a, 5) + mixed + e + schedule[i]!) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  hash[0]! += a;
  hash[1]! += b;
  hash[2]! += c;
  hash[3]! += d;
  hash[4]! += e;
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** The SHA-1 of an ASCII text in base64: where the platform has a quick way to it, connections use that. */
export type Digest = (text: string) => string;

export const sha1Base64: Digest = (text) => base64(sha1(text));
