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
  const state = new SipState(key0, key1);
  const even = text.length & ~1;
  for (let i = 0; i < even; i += 2) state.absorb(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  const last = even < text.length ? text.charCodeAt(even) : 0;
  state.absorb(last | (text.length << 25));
  return state.finish();
}

class SipState {
  #v0: number;
  #v1: number;
  #v2: number;
  #v3: number;

  constructor(key0: number, key1: number) {
    this.#v0 = key0;
    this.#v1 = key1 ^ 0xee;
    this.#v2 = key0 ^ 0x6c796765;
    this.#v3 = key1 ^ 0x74656462;
  }

  /** Takes in 32 bits. */
  absorb(word: number): void {
    this.#v3 ^= word;
    this.#mix(2);
    this.#v0 ^= word;
  }

  finish(): string {
    this.#v2 ^= 0xee;
    this.#mix(4);
    const low = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#mix(4);
    return hex(low) + hex(this.#v1 ^ this.#v3);
  }

  #mix(rounds: number): void {
    let [v0, v1, v2, v3] = [this.#v0, this.#v1, this.#v2, this.#v3];
    for (let i = 0; i < rounds; i++) {
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
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
