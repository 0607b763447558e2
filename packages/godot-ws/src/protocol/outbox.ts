// Encoded bytes on their way out. Frames of all connections are written one behind the other into one arena, and a
// connection's outbox holds ranges of it: frames that a connection gets in a row, its own or ones shared with others
// in a broadcast, lie side by side and leave as one range, without having been copied.

const arenaSize = 128 * 1024;

/** From this size on a reservation gets a buffer of its own, lest one large message waste most of an arena. */
const ownBufferFrom = 32 * 1024;

/** Append-only memory. Nothing is reused; a buffer is garbage once nobody holds a range of it. */
export class Arena {
  /** Where the last reservation lies. */
  buffer: Uint8Array = new Uint8Array(arenaSize);
  #shared = this.buffer;
  #used = 0;

  /** Reserves octets of `this.buffer` (which this call may replace) and returns the offset of the first. */
  reserve(byteLength: number): number {
    if (byteLength >= ownBufferFrom) {
      this.buffer = new Uint8Array(byteLength);
      return 0;
    }
    if (this.#used + byteLength > arenaSize) {
      this.#shared = new Uint8Array(arenaSize);
      this.#used = 0;
    }
    this.buffer = this.#shared;
    const at = this.#used;
    this.#used += byteLength;
    return at;
  }
}

/** Bytes in order of sending, as ranges of buffers that must not change any more. */
export class Outbox {
  #buffers: Uint8Array[] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  #byteLength = 0;
  #draining = false;

  /** Octets waiting. */
  get byteLength(): number {
    return this.#byteLength;
  }

  append(buffer: Uint8Array, start: number, end: number): void {
    this.#byteLength += end - start;
    const last = this.#buffers.length - 1;
    if (last >= 0 && this.#buffers[last] === buffer && this.#ends[last] === start) {
      this.#ends[last] = end;
      return;
    }
    this.#buffers.push(buffer);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** Hands all bytes over in order, in as few pieces as can be, and is empty then. */
  drain(arena: Arena, write: (piece: Uint8Array) => void): void {
    // A stream that delivers at once can bring an answer that is to be sent while this still writes: it comes behind.
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#buffers.length > 0) for (const piece of this.#take(arena)) write(piece);
    } finally {
      this.#draining = false;
    }
  }

  clear(): void {
    this.#buffers.length = 0;
    this.#starts.length = 0;
    this.#ends.length = 0;
    this.#byteLength = 0;
  }

  #take(arena: Arena): Uint8Array[] {
    const isGathered = this.#buffers.length > 1 && this.#byteLength < ownBufferFrom;
    const pieces = isGathered
      ? [this.#gather(arena)]
      : this.#buffers.map((buffer, i) => buffer.subarray(this.#starts[i], this.#ends[i]));
    this.clear();
    return pieces;
  }

  // One system call for many small pieces is worth one copy of them.
  #gather(arena: Arena): Uint8Array {
    const start = arena.reserve(this.#byteLength);
    const target = arena.buffer;
    let at = start;
    for (let i = 0; i < this.#buffers.length; i++) {
      at = copyRange(this.#buffers[i]!, this.#starts[i]!, this.#ends[i]!, target, at);
    }
    return target.subarray(start, at);
  }
}

/** From here on the engine's own copy beats a loop, in spite of the view it needs. */
const nativeCopyFrom = 64;

/** Copies `source[start..end)` to `target` at `at` and returns the offset behind it. */
export function copyRange(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  const length = end - start;
  if (length >= nativeCopyFrom) {
    target.set(start === 0 && end === source.length ? source : source.subarray(start, end), at);
  } else {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
  }
  return at + length;
}
