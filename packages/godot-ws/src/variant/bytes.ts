// Numbers to bytes in growing memory, and bytes to numbers within bounds: little-endian, as Godot has them. Knows no
// values.

import { DataError, type ErrorCode } from "../errors.ts";

const firstCapacity = 1024;

/** Memory that messages share: taking some of it costs a fraction of what memory of one's own does. */
const arenaCapacity = 1 << 16;

/** Bytes appended one behind the other. Reserve first, then write through `bytes` and `view`, which `reserve` replaces. */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Where the next octet goes. */
  at = 0;
  // Where those begin that have not been taken yet.
  #start = 0;

  constructor(capacity: number = firstCapacity) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many octets, moves on behind them and returns the offset of the first. Their content is undefined. */
  reserve(byteLength: number): number {
    this.expect(byteLength);
    const at = this.at;
    this.at = at + byteLength;
    return at;
  }

  /** Makes room for so many octets that will be reserved bit by bit, a long array's with what stands before it. */
  expect(byteLength: number): void {
    if (this.at + byteLength > this.bytes.length) this.#grow(byteLength);
  }

  octet(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  /** Reserves one 32-bit word and writes it. */
  word(value: number): void {
    const at = this.reserve(4);
    this.view.setInt32(at, value, true);
  }

  words(first: number, second: number): void {
    const at = this.reserve(8);
    this.view.setInt32(at, first, true);
    this.view.setInt32(at + 4, second, true);
  }

  /** 64 bits of an integer, signed or not; a number has to be a safe one. */
  int64(value: number | bigint): void {
    if (typeof value === "number") return this.words(value, Math.floor(value / 0x1_0000_0000));
    const at = this.reserve(8);
    this.view.setBigInt64(at, value, true);
  }

  /** What bits a NaN of JavaScript has is chance; on the wire it has Godot's usual ones. */
  float32(value: number): void {
    const at = this.reserve(4);
    if (Number.isNaN(value)) this.view.setInt32(at, 0x7fc0_0000, true);
    else this.view.setFloat32(at, value, true);
  }

  float64(value: number, nanBits = 0x7ff8_0000_0000_0000n): void {
    if (Number.isNaN(value)) return this.int64(nanBits);
    const at = this.reserve(8);
    this.view.setFloat64(at, value, true);
  }

  /** What was appended since the last time, as a view of memory that is not written to again. */
  take(): Uint8Array<ArrayBuffer> {
    const start = this.#start;
    this.#start = this.at;
    return new Uint8Array(this.bytes.buffer, start, this.at - start);
  }

  /** Forgets what was appended since `take`. */
  discard(): void {
    this.at = this.#start;
  }

  #grow(byteLength: number): void {
    const old = this.bytes;
    const used = this.at - this.#start;
    const needed = used + byteLength;
    // Twice as much only for what grows by and by, not for one long array behind a few words.
    const growsGradually = used * 8 > byteLength;
    const capacity = Math.max(arenaCapacity, growsGradually ? needed * 2 : needed);
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(old.subarray(this.#start, this.at));
    this.at = used;
    this.#start = 0;
  }
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** To see the bits of integers as a float; the halves of a double lie as the machine has them. */
const words = new Int32Array(2);
const floats = new Float32Array(words.buffer);
const doubles = new Float64Array(words.buffer);
const lowWord = littleEndian ? 0 : 1;

/** From so many octets on a DataView, which costs as much as reading some dozen numbers by octets, pays. */
const viewFrom = 512;

/** Bytes read one behind the other. Before `int32`, the floats and `numbers`, `need` has to be asked. */
export class ByteReader {
  bytes: Uint8Array;
  /** Where the next octet is. */
  at: number;
  readonly end: number;
  readonly #view: DataView | undefined;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = bytes.length;
    this.#view =
      bytes.length - at < viewFrom
        ? undefined
        : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws a `DataError` unless so many octets are left. */
  need(byteLength: number): void {
    if (this.end - this.at < byteLength)
      this.fail(`${byteLength} octets expected, ${Math.max(0, this.end - this.at)} left`);
  }

  int32(): number {
    const { bytes, at } = this;
    this.at = at + 4;
    if (this.#view !== undefined) return this.#view.getInt32(at, true);
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  /** The next 32 bits, having asked for them. */
  word(): number {
    this.need(4);
    return this.int32();
  }

  float32(): number {
    if (this.#view !== undefined) {
      this.at += 4;
      return this.#view.getFloat32(this.at - 4, true);
    }
    words[0] = this.int32();
    return floats[0]!;
  }

  float64(): number {
    words[lowWord] = this.int32();
    words[1 - lowWord] = this.int32();
    return doubles[0]!;
  }

  /** A signed 64-bit integer: a number when that holds it exactly. */
  int64(): number | bigint {
    this.need(8);
    const low = this.int32() >>> 0;
    const high = this.int32();
    const value = high * 0x1_0000_0000 + low;
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
  }

  /** An unsigned 64-bit integer. */
  uint64(): bigint {
    this.need(8);
    const low = this.int32() >>> 0;
    return (BigInt(this.int32() >>> 0) << 32n) | BigInt(low);
  }

  /** The next octets in memory of their own, in the machine's order for numbers of so many octets. */
  numbers(byteLength: number, size: number): ArrayBuffer {
    const from = this.bytes.byteOffset + this.at;
    this.at += byteLength;
    const copy = this.bytes.buffer.slice(from, from + byteLength) as ArrayBuffer;
    if (!littleEndian) reverseNumbers(new Uint8Array(copy), size);
    return copy;
  }

  fail(message: string, code?: ErrorCode): never {
    // The padding that may be missing at the very end counts as read.
    throw new DataError(message, Math.min(this.at, this.end), { code, path: this.path() });
  }

  /** Which part of a nested value is being read, for messages. */
  path(): string {
    return "";
  }
}

/** Appends the octets of typed numbers in little-endian order. */
export function writeNumbers(
  writer: ByteWriter,
  numbers: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
): void {
  const at = writer.reserve(numbers.byteLength);
  writer.bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
  if (!littleEndian) reverseNumbers(writer.bytes.subarray(at, writer.at), numbers.BYTES_PER_ELEMENT);
}

/** Turns the octets of each number round, for machines that are big-endian. */
export function reverseNumbers(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
