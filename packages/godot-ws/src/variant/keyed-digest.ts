// A digest that only this process can compute, so that nobody can make up two texts that have the same one. Knows no values.

/** Secret, and another one in each process. */
const secret = crypto.getRandomValues(new Int32Array(4));

/** 128 bits of a text as 32 hexadecimal digits: HalfSipHash-2-4 with two keys. */
export function keyedDigest(text: string): string {
  return halfSipHash(text, secret[0]!, secret[1]!) + halfSipHash(text, secret[2]!, secret[3]!);
}

/**
 * HalfSipHash-2-4 with 64 bits of output over the UTF-16 units of a text, low octet first, by J.-P. Aumasson and D. J.
 * Bernstein; its two words as 16 hexadecimal digits.
 */
export function halfSipHash(text: string, key0: number, key1: number): string {
  // As what is known to be 32 bits from the start, so that it stays in registers.
  let v0 = key0 | 0;
  let v1 = key1 ^ 0xee;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  let low = "";
  const last = text.length >> 1;
  // Behind the last word, which holds the count of octets, come four of nothing: two for each half of the output.
  for (let i = 0; i <= last + 4; i++) {
    if (i === last + 1) v2 ^= 0xee;
    if (i === last + 3) {
      low = hex(v1 ^ v3);
      v1 ^= 0xdd;
    }
    let word = i === last ? text.length << 25 : 0;
    if (2 * i < text.length) word |= text.charCodeAt(2 * i);
    if (i < last) word |= text.charCodeAt(2 * i + 1) << 16;
    v3 ^= word;
    for (let round = 0; round < 2; round++) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
    v0 ^= word;
  }
  return low + hex(v1 ^ v3);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
