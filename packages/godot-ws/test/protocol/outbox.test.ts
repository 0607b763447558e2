import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, copyRange, Outbox } from "../../src/protocol/outbox.ts";
import { bytesOf, concat } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Reserves, fills and appends, as the frame writer does. */
function append(outbox: Outbox, arena: Arena, bytes: Uint8Array): { buffer: Uint8Array; start: number } {
  const start = arena.reserve(bytes.length);
  const { buffer } = arena;
  buffer.set(bytes, start);
  outbox.append(buffer, start, start + bytes.length);
  return { buffer, start };
}

function drain(outbox: Outbox, arena: Arena): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  outbox.drain(arena, (piece) => pieces.push(piece));
  return pieces;
}

describe("Arena", () => {
  it("never gives the same octet out twice, large or small", () => {
    const random = new SeededRandom(13);
    const arena = new Arena();
    const given = new Map<ArrayBufferLike, [start: number, end: number][]>();
    for (let i = 0; i < 3000; i++) {
      const length = random.oneIn(50) ? 30_000 + random.below(10_000) : random.below(2000);
      const start = arena.reserve(length);
      expect(start + length).toBeLessThanOrEqual(arena.buffer.length);
      const ranges = given.get(arena.buffer.buffer) ?? [];
      // Within one buffer, in order: it is enough to look at the last.
      expect(start).toBeGreaterThanOrEqual(ranges.at(-1)?.[1] ?? 0);
      ranges.push([start, start + length]);
      given.set(arena.buffer.buffer, ranges);
    }
    expect(given.size).toBeGreaterThan(10);
  });

  it("small reservations lie side by side", () => {
    const arena = new Arena();
    const first = arena.reserve(10);
    const { buffer } = arena;
    expect(arena.reserve(20)).toBe(first + 10);
    expect(arena.buffer).toBe(buffer);
  });

  it("a large reservation has a buffer of its own, of its size, and the small ones go on behind each other", () => {
    const arena = new Arena();
    const first = arena.reserve(10);
    const shared = arena.buffer;
    expect(arena.reserve(100_000)).toBe(0);
    expect(arena.buffer === shared).toBe(false);
    expect(arena.buffer).toHaveLength(100_000);
    expect(arena.reserve(10)).toBe(first + 10);
    expect(arena.buffer === shared).toBe(true);
  });

  it("makes a view once for all who want the same in a row", () => {
    const arena = new Arena();
    const start = arena.reserve(10);
    const { buffer } = arena;
    buffer.fill(7, start, start + 10);
    const one = arena.view(buffer, start, start + 10);
    expect(arena.view(buffer, start, start + 10)).toBe(one);
    expect([...arena.view(buffer, start + 1, start + 3)]).toEqual([7, 7]);
    const other = new Uint8Array([1, 2, 3]);
    expect([...arena.view(other, start + 1, start + 3)]).toEqual([2, 3]);
    expect([...arena.view(buffer, start, start + 10)]).toEqual(Array(10).fill(7));
  });

  it("allocates as it is told to", () => {
    const lengths: number[] = [];
    const arena = new Arena((byteLength) => {
      lengths.push(byteLength);
      return new Uint8Array(byteLength);
    });
    arena.reserve(100_000);
    arena.reserve(1000);
    expect(lengths).toEqual([128 * 1024, 100_000]);
  });

  it("takes a new buffer rather than run over the end of one", () => {
    const arena = new Arena();
    const size = arena.buffer.length;
    const shared = arena.buffer;
    const step = 30_000;
    let at = 0;
    while (at + step <= size) at = arena.reserve(step) + step;
    if (at + step > size) expect(arena.reserve(step)).toBe(0);
    expect(arena.buffer === shared).toBe(false);
  });

  it("fills a buffer to its last octet", () => {
    const arena = new Arena();
    const shared = arena.buffer;
    const step = shared.length / 8;
    for (let i = 0; i < 8; i++) expect(arena.reserve(step)).toBe(i * step);
    expect(arena.buffer === shared).toBe(true);
    expect(arena.reserve(1)).toBe(0);
    expect(arena.buffer === shared).toBe(false);
  });
});

describe("Outbox", () => {
  it("hands out what went in, in order, and is empty then", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(100), fc.nat(5000), fc.integer({ min: 32_000, max: 40_000 })), {
          maxLength: 25,
        }),
        fc.nat(),
        (lengths, seed) => {
          const random = new SeededRandom(seed);
          const arena = new Arena();
          const outbox = new Outbox();
          const other = new Outbox();
          const frames = lengths.map((length) => random.bytes(length));
          for (const frame of frames) {
            append(outbox, arena, frame);
            // Another connection writes in between, so that the ranges do not always meet.
            if (random.oneIn(2)) append(other, arena, random.bytes(5));
          }
          const expected = concat(frames);
          expect(outbox.byteLength).toBe(expected.length);
          expect(Buffer.compare(concat(drain(outbox, arena)), expected)).toBe(0);
          expect(outbox.byteLength).toBe(0);
          expect(drain(outbox, arena)).toEqual([]);
        },
      ),
      { numRuns: 60, seed: 22 },
    );
  });

  it("frames in a row are one range, handed out without a copy", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    const { buffer, start } = append(outbox, arena, bytesOf("one"));
    append(outbox, arena, bytesOf("two"));
    append(outbox, arena, bytesOf("three"));
    const pieces = drain(outbox, arena);
    expect(pieces).toHaveLength(1);
    expect(pieces[0]!.buffer).toBe(buffer.buffer);
    expect(pieces[0]!.byteOffset).toBe(start);
    expect(Buffer.from(pieces[0]!).toString()).toBe("onetwothree");
  });

  it("ranges of different buffers that happen to meet are not merged", () => {
    const outbox = new Outbox();
    const first = new Uint8Array(40_000).fill(1);
    const second = new Uint8Array(80_000).fill(2);
    outbox.append(first, 0, 40_000);
    outbox.append(second, 40_000, 80_000);
    const drained = concat(drain(outbox, new Arena()));
    const expected = concat([new Uint8Array(40_000).fill(1), new Uint8Array(40_000).fill(2)]);
    expect(Buffer.compare(drained, expected)).toBe(0);
  });

  it("one frame in many outboxes is the same memory in all", () => {
    const arena = new Arena();
    const outboxes = [new Outbox(), new Outbox(), new Outbox()];
    const start = arena.reserve(5);
    const { buffer } = arena;
    buffer.set(bytesOf("hello"), start);
    for (const outbox of outboxes) outbox.append(buffer, start, start + 5);
    for (const outbox of outboxes) {
      const [piece] = drain(outbox, arena);
      expect(piece!.buffer).toBe(buffer.buffer);
      expect(Buffer.from(piece!).toString()).toBe("hello");
    }
  });

  it("gathers scattered small ranges into one piece, which nothing else lies in", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    for (let i = 0; i < 10; i++) {
      append(outbox, arena, Uint8Array.of(i));
      arena.reserve(1);
    }
    const [piece, ...more] = drain(outbox, arena);
    expect(more).toEqual([]);
    append(outbox, arena, new Uint8Array(100).fill(0xff));
    expect([...piece!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("leaves a large piece as it is, between small ones, in order", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    append(outbox, arena, bytesOf("head"));
    const large = append(outbox, arena, new Uint8Array(50_000).fill(9)).buffer;
    append(outbox, arena, bytesOf("tail"));
    const pieces = drain(outbox, arena);
    expect(pieces.map((piece) => piece.length)).toEqual([4, 50_000, 4]);
    expect(pieces[1]!.buffer).toBe(large.buffer);
  });

  it("clear forgets everything", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    append(outbox, arena, bytesOf("lost"));
    outbox.clear();
    expect(outbox.byteLength).toBe(0);
    expect(drain(outbox, arena)).toEqual([]);
    append(outbox, arena, bytesOf("kept"));
    expect(Buffer.from(concat(drain(outbox, arena))).toString()).toBe("kept");
  });

  // A stream that delivers at once lets the peer answer, and us answer that, while we still write.
  it.each([
    ["one range", [10]],
    ["gathered ranges", [10, 10, 10]],
    ["large ranges", [40_000, 50_000, 10]],
  ])("what is appended while %s are being written follows them, once", (_, lengths) => {
    const arena = new Arena();
    const outbox = new Outbox();
    const frames = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
    for (const frame of frames) {
      append(outbox, arena, frame);
      arena.reserve(1);
    }
    const written: Uint8Array[] = [];
    const write = (piece: Uint8Array): void => {
      written.push(piece.slice());
      if (written.length > 1) return;
      append(outbox, arena, bytesOf("answer"));
      outbox.drain(arena, write);
    };
    outbox.drain(arena, write);
    outbox.drain(arena, write);
    expect(Buffer.compare(concat(written), concat([...frames, bytesOf("answer")]))).toBe(0);
    expect(outbox.byteLength).toBe(0);
  });

  it("a write that throws does not bring the same bytes out twice, nor jam the outbox", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    append(outbox, arena, bytesOf("lost"));
    expect(() =>
      outbox.drain(arena, () => {
        throw new Error("broken pipe");
      }),
    ).toThrow("broken pipe");
    append(outbox, arena, bytesOf("next"));
    expect(Buffer.from(concat(drain(outbox, arena))).toString()).toBe("next");
  });
});

describe("copyRange", () => {
  it("copies just the range, at every length on both sides of the native copy", () => {
    const source = new SeededRandom(14).bytes(300);
    for (let length = 0; length <= 200; length++) {
      const target = new Uint8Array(300);
      expect(copyRange(source, 3, 3 + length, target, 7)).toBe(7 + length);
      const expected = new Uint8Array(300);
      expected.set(source.slice(3, 3 + length), 7);
      if (Buffer.compare(target, expected) !== 0) expect.fail(`length ${length}`);
    }
    const target = new Uint8Array(301);
    expect(copyRange(source, 0, 300, target, 1)).toBe(301);
    expect(target.slice(1)).toEqual(source);
  });
});
