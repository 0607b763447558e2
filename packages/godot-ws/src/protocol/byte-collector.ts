// The pieces of one message until it is whole. Memory held stays in proportion to the octets received, however the
// peer cuts them: never in proportion to what a header promises.

import { type Allocate, allocateZeroed } from "./outbox.ts";

/** Pieces below this size are copied together: an object each would cost more than the octets themselves. */
const smallPiece = 1024;
const firstTailSize = 256;
const largestTailSize = 16 * 1024;

export class ByteCollector {
  #pieces: Uint8Array[] = [];
  #byteLength = 0;
  // The last piece when it is one of ours with room behind it; its octets in use.
  #tail: Uint8Array | undefined;
  #tailUsed = 0;
  readonly #allocate: Allocate;

  constructor(allocate: Allocate = allocateZeroed) {
    this.#allocate = allocate;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Takes a piece over. It must not change any more. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#byteLength += piece.length;
    if (piece.length < smallPiece) {
      this.#copyToTail(piece);
      return;
    }
    this.#sealTail();
    // A piece that is the smaller part of its chunk would keep the whole chunk in memory.
    this.#pieces.push(piece.length * 2 < piece.buffer.byteLength ? piece.slice() : piece);
  }

  /** The whole, in one piece; the collector is empty then. */
  take(): Uint8Array {
    this.#sealTail();
    const pieces = this.#pieces;
    let whole: Uint8Array;
    if (pieces.length === 1) {
      whole = pieces[0]!;
    } else {
      whole = this.#allocate(this.#byteLength);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
    }
    this.clear();
    return whole;
  }

  clear(): void {
    if (this.#pieces.length > 0) this.#pieces = [];
    this.#tail = undefined;
    this.#tailUsed = 0;
    this.#byteLength = 0;
  }

  #copyToTail(piece: Uint8Array): void {
    let from = 0;
    while (from < piece.length) {
      if (this.#tail === undefined || this.#tailUsed === this.#tail.length) this.#growTail();
      const tail = this.#tail!;
      const count = Math.min(piece.length - from, tail.length - this.#tailUsed);
      tail.set(piece.subarray(from, from + count), this.#tailUsed);
      this.#tailUsed += count;
      from += count;
    }
  }

  #growTail(): void {
    const size = this.#tail === undefined ? firstTailSize : Math.min(this.#tail.length * 2, largestTailSize);
    this.#sealTail();
    this.#tail = new Uint8Array(size);
  }

  #sealTail(): void {
    if (this.#tail !== undefined && this.#tailUsed > 0) {
      this.#pieces.push(
        this.#tailUsed === this.#tail.length ? this.#tail : this.#tail.subarray(0, this.#tailUsed),
      );
    }
    this.#tail = undefined;
    this.#tailUsed = 0;
  }
}
