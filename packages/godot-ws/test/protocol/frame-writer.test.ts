import { describe, expect, it } from "vitest";
import { appendFrame, appendText, appendTextFrame, prepareFrame } from "../../src/protocol/frame-writer.ts";
import { Arena, Outbox } from "../../src/protocol/outbox.ts";
import { bytesOf, concat, decodeFrames, encodeFrame, hex } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

const mask = 0x37fa213d;

function written(write: (outbox: Outbox, arena: Arena) => void): Uint8Array {
  const arena = new Arena();
  const outbox = new Outbox();
  write(outbox, arena);
  const pieces: Uint8Array[] = [];
  outbox.drain(arena, (piece) => pieces.push(piece));
  return concat(pieces);
}

const lengths = [0, 1, 2, 3, 4, 5, 47, 48, 63, 64, 124, 125, 126, 127, 128, 1023, 1024, 1025, 32_755, 32_768];
const bigLengths = [65_535, 65_536, 70_000];

describe("appendFrame", () => {
  it("writes RFC 6455 §5.7's frames", () => {
    const hello = bytesOf("Hello");
    expect(hex(written((outbox, arena) => appendFrame(outbox, arena, 1, hello, undefined)))).toBe(
      "810548656c6c6f",
    );
    expect(hex(written((outbox, arena) => appendFrame(outbox, arena, 1, hello, mask)))).toBe(
      "818537fa213d7f9f4d5158",
    );
    expect(hex(written((outbox, arena) => appendFrame(outbox, arena, 9, hello, undefined)))).toBe(
      "890548656c6c6f",
    );
    expect(hex(written((outbox, arena) => appendFrame(outbox, arena, 10, hello, mask)))).toBe(
      "8a8537fa213d7f9f4d5158",
    );
  });

  it.each([
    ...lengths,
    ...bigLengths,
  ])("%i octets, masked and not, as the naive writer has them", (length) => {
    const payload = new SeededRandom(length).bytes(length);
    const before = payload.slice();
    for (const key of [undefined, mask, 0x80000001, -3]) {
      const bytes = written((outbox, arena) => {
        arena.reserve(3);
        appendFrame(outbox, arena, 2, payload, key);
      });
      const expected = encodeFrame({ opcode: 2, payload, mask: key === undefined ? undefined : key >>> 0 });
      expect(Buffer.compare(bytes, expected)).toBe(0);
    }
    expect(payload).toEqual(before);
  });

  it("has copied the payload: changing it afterwards changes nothing", () => {
    const payload = bytesOf("before");
    const bytes = written((outbox, arena) => {
      appendFrame(outbox, arena, 2, payload, undefined);
      payload.fill(0);
    });
    expect(hex(bytes)).toBe(hex(encodeFrame({ opcode: 2, payload: "before" })));
  });

  it("many in a row leave as one range", () => {
    const arena = new Arena();
    const outbox = new Outbox();
    for (let i = 0; i < 100; i++) appendFrame(outbox, arena, 2, Uint8Array.of(i), undefined);
    const pieces: Uint8Array[] = [];
    outbox.drain(arena, (piece) => pieces.push(piece));
    expect(pieces).toHaveLength(1);
    expect(decodeFrames(pieces[0]!).map((frame) => frame.payload[0])).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});

describe("appendTextFrame", () => {
  const units: readonly [name: string, unit: string][] = [
    ["ASCII", "a"],
    ["two octets a unit", "é"],
    ["three octets a unit", "€"],
    ["four octets a pair", "😀"],
    ["lone high surrogates", "\ud800"],
    ["lone low surrogates", "\udc00"],
    ["pairs the wrong way round", "\udc00\ud800"],
  ];

  it.each(
    units,
  )("%s: at every length boundary the octets that TextEncoder would make, and their count", (_, unit) => {
    const counts = new Set([0, 1, 2, 340, 341, 342, 1023, 1024, 1025, 1026, 21_845, 65_536]);
    for (const octets of [124, 125, 126, 127, 128, 65_535, 65_536]) {
      for (const each of [1, 2, 3, 4]) counts.add(Math.floor(octets / each));
    }
    for (const count of counts) {
      const text = unit.repeat(count);
      const payload = bytesOf(text);
      for (const key of [undefined, mask]) {
        let octets = -1;
        const bytes = written((outbox, arena) => {
          octets = appendTextFrame(outbox, arena, 1, text, key);
        });
        if (Buffer.compare(bytes, encodeFrame({ opcode: 1, payload, mask: key })) !== 0) {
          expect.fail(`${count} units, ${key === undefined ? "not masked" : "masked"}`);
        }
        expect(octets).toBe(payload.length);
      }
    }
  });

  it("a boundary crossed by the last character: 124 + 1 to 124 + 4 octets", () => {
    for (const last of ["b", "é", "€", "😀"]) {
      const text = "a".repeat(124) + last;
      const bytes = written((outbox, arena) => appendTextFrame(outbox, arena, 1, text, undefined));
      expect(bytes).toEqual(encodeFrame({ opcode: 1, payload: text }));
    }
  });

  it("does not write over what lies before it", () => {
    const bytes = written((outbox, arena) => {
      appendFrame(outbox, arena, 2, bytesOf("first"), mask);
      appendTextFrame(outbox, arena, 1, "€".repeat(40), mask);
      appendTextFrame(outbox, arena, 1, "", mask);
      appendFrame(outbox, arena, 2, bytesOf("last"), mask);
    });
    expect(decodeFrames(bytes).map((frame) => Buffer.from(frame.payload).toString())).toEqual([
      "first",
      "€".repeat(40),
      "",
      "last",
    ]);
  });
});

describe("prepareFrame", () => {
  it.each([...lengths, ...bigLengths])("%i octets: a server's frame, in memory that stays", (length) => {
    const arena = new Arena();
    const payload = new SeededRandom(length).bytes(length);
    const frame = prepareFrame(arena, 2, payload);
    expect(frame.payloadLength).toBe(length);
    prepareFrame(arena, 2, new Uint8Array(100));
    const bytes = frame.buffer.slice(frame.start, frame.end);
    expect(Buffer.compare(bytes, encodeFrame({ opcode: 2, payload }))).toBe(0);
  });
});

describe("appendText", () => {
  it.each([
    "",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "X: größer, €, 😀\r\n",
    "é",
  ])("%j in UTF-8", (text) => {
    const bytes = written((outbox, arena) => {
      appendFrame(outbox, arena, 2, bytesOf("before"), undefined);
      appendText(outbox, arena, text);
      appendFrame(outbox, arena, 2, bytesOf("behind"), undefined);
    });
    const [before, behind] = ["before", "behind"].map((payload) => encodeFrame({ opcode: 2, payload }));
    expect(Buffer.compare(bytes, Buffer.concat([before!, Buffer.from(text), behind!]))).toBe(0);
  });
});
