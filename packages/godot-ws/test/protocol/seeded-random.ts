// Chance that can be had again: the same seed, the same numbers (mulberry32).

export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 bits. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to `below` - 1. */
  below(below: number): number {
    return this.uint32() % below;
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.uint32();
    return bytes;
  }

  /** Cuts `bytes` into copies of at most `longest` octets each. */
  cut(bytes: Uint8Array, longest: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + 1 + this.below(longest));
      pieces.push(bytes.slice(at, end));
      at = end;
    }
    return pieces;
  }
}
