// Encoded bytes on their way out. Frames of all connections are written one behind the other into one arena, and a
// connection's outbox holds ranges of it: frames that a connection gets in a row, its own or ones shared with others
// in a broadcast, lie side by side and leave as one range, without having been copied.

const arenaSize = 128 * 1024;

/** From this size on a reservation gets a buffer of its own, lest one large message waste most of an arena. */
const ownBufferFrom = 32 * 1024;

/** Gives memory of so many octets, whose content is undefined. */
export type Allocate = (byteLength: number) => Uint8Array;

export const allocateZeroed: Allocate = (byteLength) => new Uint8Array(byteLength);

/** Append-only memory. Nothing is reused; a buffer is garbage once nobody holds a range of it. */
export class Arena {
  readonly allocate: Allocate;
  /** Where the last reservation lies. */
  buffer: Uint8Array;
  #shared: Uint8Array;
  #used = 0;
  // The view made last, and of what: the many receivers of one frame share it.
  #view: Uint8Array;
  #viewed: Uint8Array;
  #viewStart = 0;
  #viewEnd = 0;

  constructor(allocate: Allocate = allocateZeroed) {
    this.allocate = allocate;
    this.#shared = allocate(arenaSize);
    this.buffer = this.#shared;
    this.#viewed = this.#shared;
    this.#view = this.#shared.subarray(0, 0);
  }

  /** Reserves octets of `this.buffer` (which this call may replace) and returns the offset of the first. */
  reserve(byteLength: number): number {
    if (byteLength >= ownBufferFrom) {
      this.buffer = this.allocate(byteLength);
      return 0;
    }
    if (this.#used + byteLength > arenaSize) {
      this.#shared = this.allocate(arenaSize);
      this.#used = 0;
    }
    this.buffer = this.#shared;
    const at = this.#used;
    this.#used += byteLength;
    return at;
  }

  /** `buffer.subarray(start, end)`, made once for calls in a row that want the same. */
  view(buffer: Uint8Array, start: number, end: number): Uint8Array {
    if (buffer !== this.#viewed || start !== this.#viewStart || end !== this.#viewEnd) {
      this.#viewed = buffer;
      this.#viewStart = start;
      this.#viewEnd = end;
      this.#view = buffer.subarray(start, end);
    }
    return this.#view;
  }
}

interface Range {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Bytes in order of sending, as ranges of buffers that must not change any more. */
export class Outbox {
  // The last range; mostly it is the only one.
  #buffer: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  // Those before it.
  #earlier: Range[] | undefined;
  #byteLength = 0;
  #draining = false;

  /** Octets waiting. */
  get byteLength(): number {
    return this.#byteLength;
  }

  append(buffer: Uint8Array, start: number, end: number): void {
    this.#byteLength += end - start;
    if (this.#buffer === buffer && this.#end === start) {
      this.#end = end;
      return;
    }
    if (this.#buffer !== undefined) {
      this.#earlier ??= [];
      this.#earlier.push({ buffer: this.#buffer, start: this.#start, end: this.#end });
    }
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
  }

  /** Hands all bytes over in order, in as few pieces as can be, and is empty then. */
  drain(arena: Arena, write: (piece: Uint8Array) => void): void {
    // A stream that delivers at once can bring an answer that is to be sent while this still writes: it comes behind.
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#buffer !== undefined) this.#drainOnce(arena, write);
    } finally {
      this.#draining = false;
    }
  }

  clear(): void {
    this.#buffer = undefined;
    this.#earlier = undefined;
    this.#byteLength = 0;
  }

  #drainOnce(arena: Arena, write: (piece: Uint8Array) => void): void {
    const byteLength = this.#byteLength;
    const earlier = this.#earlier;
    const last = { buffer: this.#buffer!, start: this.#start, end: this.#end };
    this.clear();
    if (earlier === undefined) return write(arena.view(last.buffer, last.start, last.end));
    earlier.push(last);
    // One system call for many small pieces is worth one copy of them.
    if (byteLength < ownBufferFrom) return write(gather(earlier, byteLength, arena));
    for (const { buffer, start, end } of earlier) write(buffer.subarray(start, end));
  }
}

function gather(ranges: readonly Range[], byteLength: number, arena: Arena): Uint8Array {
  const from = arena.reserve(byteLength);
  const target = arena.buffer;
  let at = from;
  for (const { buffer, start, end } of ranges) at = copyRange(buffer, start, end, target, at);
  return target.subarray(from, at);
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
    let to = at;
    let from = start;
    for (; from + 3 < end; from += 4, to += 4) {
      target[to] = source[from]!;
      target[to + 1] = source[from + 1]!;
      target[to + 2] = source[from + 2]!;
      target[to + 3] = source[from + 3]!;
    }
    for (; from < end; from++, to++) target[to] = source[from]!;
  }
  return at + length;
}
