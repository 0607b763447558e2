import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteCollector } from "../../src/protocol/byte-collector.ts";
import { concat } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Octets of all memory that a run of `work` allocates in typed arrays: what a collector could at most hold. */
function allocatedBy(work: () => void): number {
  const original = globalThis.Uint8Array;
  let bytes = 0;
  const counting = new Proxy(original, {
    construct(target, [first, ...rest], newTarget): object {
      if (typeof first === "number") bytes += first;
      return Reflect.construct(target, [first, ...rest], newTarget);
    },
  });
  globalThis.Uint8Array = counting;
  try {
    work();
  } finally {
    globalThis.Uint8Array = original;
  }
  return bytes;
}

describe("ByteCollector", () => {
  it("gives back what it was given, in one piece, whatever the cuts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(20), fc.integer({ min: 1000, max: 1050 }), fc.nat(20_000)), {
          maxLength: 30,
        }),
        fc.nat(),
        (lengths, seed) => {
          const random = new SeededRandom(seed);
          const pieces = lengths.map((length) => random.bytes(length));
          const collector = new ByteCollector();
          for (const piece of pieces) collector.push(piece.slice());
          const expected = concat(pieces);
          expect(collector.byteLength).toBe(expected.length);
          expect(Buffer.compare(collector.take(), expected)).toBe(0);
          expect(collector.byteLength).toBe(0);
        },
      ),
      { numRuns: 100, seed: 21 },
    );
  });

  it("is empty after take, and can be used again", () => {
    const collector = new ByteCollector();
    expect(collector.take()).toHaveLength(0);
    collector.push(Uint8Array.of(1, 2));
    expect([...collector.take()]).toEqual([1, 2]);
    collector.push(Uint8Array.of(3));
    expect([...collector.take()]).toEqual([3]);
    expect(collector.take()).toHaveLength(0);
  });

  it("is empty after clear", () => {
    const collector = new ByteCollector();
    collector.push(new Uint8Array(5000));
    collector.push(Uint8Array.of(1));
    collector.clear();
    expect(collector.byteLength).toBe(0);
    collector.push(Uint8Array.of(2));
    expect([...collector.take()]).toEqual([2]);
  });

  it("what was taken does not change with what comes next", () => {
    const collector = new ByteCollector();
    collector.push(Uint8Array.of(1, 2, 3));
    const first = collector.take();
    collector.push(Uint8Array.of(9, 9, 9));
    expect([...first]).toEqual([1, 2, 3]);
  });

  it("100,000 pieces of one octet cost little more than their octets", () => {
    const count = 100_000;
    const piece = Uint8Array.of(7);
    const collector = new ByteCollector();
    const allocated = allocatedBy(() => {
      for (let i = 0; i < count; i++) collector.push(piece);
    });
    expect(allocated).toBeGreaterThan(0);
    expect(allocated).toBeLessThan(count * 1.25);
    const whole = collector.take();
    expect(whole).toHaveLength(count);
    expect(whole.every((octet) => octet === 7)).toBe(true);
  });

  it("one octet costs no more than a small buffer", () => {
    const collector = new ByteCollector();
    const octet = Uint8Array.of(1);
    expect(allocatedBy(() => collector.push(octet))).toBeLessThanOrEqual(256);
  });

  it("small and large pieces by turns cost in proportion", () => {
    const collector = new ByteCollector();
    const large = new Uint8Array(1024);
    const small = Uint8Array.of(1);
    const allocated = allocatedBy(() => {
      for (let i = 0; i < 1000; i++) {
        collector.push(small);
        collector.push(large);
      }
    });
    expect(allocated).toBeLessThan(collector.byteLength / 2);
  });

  it("a small part of a big chunk does not keep the chunk in memory", () => {
    const chunk = new Uint8Array(64 * 1024);
    for (const length of [1, 1023, 1024, 5000, 32_000]) {
      const collector = new ByteCollector();
      collector.push(chunk.subarray(100, 100 + length));
      const taken = collector.take();
      expect(taken).toHaveLength(length);
      expect(taken.buffer).not.toBe(chunk.buffer);
      expect(taken.buffer.byteLength).toBeLessThanOrEqual(Math.max(256, length * 2));
    }
  });

  it("the large part of a chunk is kept as it is, not copied", () => {
    const chunk = new Uint8Array(64 * 1024);
    const collector = new ByteCollector();
    collector.push(chunk.subarray(10));
    expect(collector.take().buffer).toBe(chunk.buffer);
  });

  it("an empty piece is no piece", () => {
    const collector = new ByteCollector();
    const empty = new Uint8Array(0);
    expect(allocatedBy(() => collector.push(empty))).toBe(0);
    expect(collector.byteLength).toBe(0);
    collector.push(Uint8Array.of(1));
    collector.push(new Uint8Array(new ArrayBuffer(100_000), 3, 0));
    expect([...collector.take()]).toEqual([1]);
  });
});
