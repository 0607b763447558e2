// Growing memory to write to, and bounded reading.

import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { ByteReader, ByteWriter, reverseNumbers, writeNumbers } from "../../src/variant/bytes.ts";

describe("ByteWriter", () => {
  test("what is taken is not written to again", () => {
    const writer = new ByteWriter();
    writer.word(1);
    const first = writer.take();
    writer.word(2);
    expect([...first]).toEqual([1, 0, 0, 0]);
    expect([...writer.take()]).toEqual([2, 0, 0, 0]);
  });

  test("what is discarded is gone", () => {
    const writer = new ByteWriter();
    writer.word(1);
    writer.take();
    writer.word(2);
    writer.discard();
    writer.word(3);
    expect([...writer.take()]).toEqual([3, 0, 0, 0]);
  });

  test("grows, and takes along only what was not taken", () => {
    const writer = new ByteWriter(8);
    writer.word(1);
    const first = writer.take();
    writer.word(2);
    const at = writer.reserve(200_000);
    writer.bytes.fill(7, at, at + 200_000);
    const second = writer.take();
    expect([...first]).toEqual([1, 0, 0, 0]);
    expect(second.length).toBe(200_004);
    expect([...second.subarray(0, 5)]).toEqual([2, 0, 0, 0, 7]);
    expect(second.at(-1)).toBe(7);
  });

  test("numbers of typed arrays, views too", () => {
    const writer = new ByteWriter();
    writeNumbers(writer, Int32Array.of(9, 1, -1).subarray(1));
    writeNumbers(writer, new Float64Array());
    expect([...writer.take()]).toEqual([1, 0, 0, 0, 255, 255, 255, 255]);
  });

  test("octets are turned round for big-endian machines", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    reverseNumbers(bytes, 4);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });
});

// Short input is read by octets, long input through a DataView.
describe.each([0, 1000])("ByteReader with %i octets behind", (behind) => {
  function readerOf(fill: (view: DataView) => void, offset = 3): ByteReader {
    const bytes = new Uint8Array(offset + 16 + behind);
    fill(new DataView(bytes.buffer, offset));
    return new ByteReader(bytes, offset);
  }

  test("numbers of every kind", () => {
    expect(readerOf((view) => view.setInt32(0, -123456789, true)).int32()).toBe(-123456789);
    expect(readerOf((view) => view.setFloat32(0, 0.1, true)).float32()).toBe(Math.fround(0.1));
    expect(readerOf((view) => view.setFloat64(0, 0.1, true)).float64()).toBe(0.1);
    expect(readerOf((view) => view.setFloat64(0, -0, true)).float64()).toBe(-0);
    expect(readerOf((view) => view.setBigUint64(0, 2n ** 64n - 1n, true)).uint64()).toBe(2n ** 64n - 1n);
  });

  test.each([
    0n,
    -1n,
    2n ** 53n - 1n,
    -(2n ** 53n) + 1n,
    5n * 2n ** 32n,
    -(2n ** 32n),
  ])("int64 %d is a number", (value) => {
    expect(readerOf((view) => view.setBigInt64(0, value, true)).int64()).toBe(Number(value));
  });

  test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])("int64 %d is a bigint", (value) => {
    expect(readerOf((view) => view.setBigInt64(0, value, true)).int64()).toBe(value);
  });

  test("moves on, and says how much is missing", () => {
    const reader = readerOf(() => {});
    reader.need(16 + behind);
    reader.int32();
    expect(reader.at).toBe(7);
    expect(() => reader.need(13 + behind)).toThrow(DataError);
    expect(() => reader.need(13 + behind)).toThrow(
      `${13 + behind} octets expected, ${12 + behind} left (at octet 7)`,
    );
  });

  test("memory of its own for many numbers", () => {
    const reader = readerOf((view) => view.setInt32(4, 258, true));
    const numbers = new Int32Array(reader.numbers(8, 4));
    expect([...numbers]).toEqual([0, 258]);
    reader.bytes.fill(255);
    expect([...numbers]).toEqual([0, 258]);
  });
});
