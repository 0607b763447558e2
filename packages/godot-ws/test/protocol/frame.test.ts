import { describe, expect, it } from "vitest";
import {
  applyMask,
  headerLength,
  maxHeaderLength,
  opcodes,
  unmaskShort,
  writeHeader,
} from "../../src/protocol/frame.ts";
import { encodeFrame, hex, naiveMask, unhex } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

function header(opcode: number, length: number, mask?: number): string {
  const buffer = new Uint8Array(maxHeaderLength + 3).fill(0xee);
  const end = writeHeader(buffer, 3, opcode, length, mask);
  expect(buffer.slice(0, 3)).toEqual(unhex("eeeeee"));
  expect(buffer.slice(end).every((octet) => octet === 0xee)).toBe(true);
  return hex(buffer.slice(3, end));
}

describe("writeHeader", () => {
  it.each([
    ["an unmasked text of 5", opcodes.text, 5, undefined, "8105"],
    ["a masked text of 5", opcodes.text, 5, 0x37fa213d, "818537fa213d"],
    ["an unmasked ping of 5", opcodes.ping, 5, undefined, "8905"],
    ["a masked pong of 5", opcodes.pong, 5, 0x37fa213d, "8a8537fa213d"],
    ["256 octets of binary", opcodes.binary, 256, undefined, "827e0100"],
    ["64 KiB of binary", opcodes.binary, 65536, undefined, "827f0000000000010000"],
  ])("%s, as RFC 6455 §5.7 has it", (_, opcode, length, mask, expected) => {
    expect(header(opcode, length, mask)).toBe(expected);
  });

  it.each([
    [0, "8200"],
    [125, "827d"],
    [126, "827e007e"],
    [127, "827e007f"],
    [65535, "827effff"],
    [65536, "827f0000000000010000"],
    [2 ** 32 - 1, "827f00000000ffffffff"],
    [2 ** 32, "827f0000000100000000"],
    [Number.MAX_SAFE_INTEGER, "827f001fffffffffffff"],
  ])("takes the shortest form for %i octets, and headerLength knows", (length, expected) => {
    expect(header(opcodes.binary, length)).toBe(expected);
    expect(headerLength(length, false)).toBe(expected.length / 2);
    expect(headerLength(length, true)).toBe(expected.length / 2 + 4);
    expect(headerLength(length, true)).toBeLessThanOrEqual(maxHeaderLength);
  });

  it.each([
    0, 1, 0x7fffffff, 0x80000000, 0xffffffff, -1, -2,
  ])("writes the key %i in network order", (mask) => {
    const key = (mask >>> 0).toString(16).padStart(8, "0");
    expect(header(opcodes.text, 1, mask)).toBe(`8181${key}`);
  });
});

describe("applyMask", () => {
  it("makes RFC 6455 §5.7's masked Hello", () => {
    const frame = unhex("818537fa213d48656c6c6f");
    applyMask(frame, 6, 11, 0x37fa213d);
    expect(hex(frame)).toBe("818537fa213d7f9f4d5158");
    expect(frame).toEqual(encodeFrame({ opcode: 1, payload: "Hello", mask: 0x37fa213d }));
  });

  it("agrees with a naive one at every alignment, length and phase, and touches nothing besides", () => {
    const random = new SeededRandom(4);
    const source = random.bytes(256);
    for (const mask of [0x37fa213d, 0x80000001, -2]) {
      for (let viewOffset = 0; viewOffset < 4; viewOffset++) {
        for (let start = 0; start < 5; start++) {
          for (let length = 0; length < 140; length++) {
            const phase = (length * 7 + start) % 5;
            const buffer = new Uint8Array(new ArrayBuffer(300), viewOffset, 200);
            buffer.set(source.subarray(0, 200));
            applyMask(buffer, start, start + length, mask, phase);
            const expected = source.slice(0, 200);
            expected.set(naiveMask(expected.slice(start, start + length), mask, phase), start);
            if (Buffer.compare(buffer, expected) !== 0)
              expect.fail(`at ${viewOffset}+${start}, ${length}, ${phase}`);
          }
        }
      }
    }
  });

  it.each([
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    2 ** 31 + 3,
    2 ** 32 + 1,
  ])("a phase of %d counts by its rest of four", (phase) => {
    const bytes = new SeededRandom(5).bytes(1000);
    const masked = bytes.slice();
    applyMask(masked, 0, masked.length, 0x01020304, phase);
    expect(masked).toEqual(naiveMask(bytes, 0x01020304, phase % 4));
  });

  it("twice is not at all", () => {
    const bytes = new SeededRandom(6).bytes(5003);
    const twice = bytes.slice();
    applyMask(twice, 1, 5002, -559038737);
    expect(twice).not.toEqual(bytes);
    applyMask(twice, 1, 5002, -559038737);
    expect(twice).toEqual(bytes);
  });

  it("does not read past the end of an odd buffer", () => {
    for (let length = 48; length < 60; length++) {
      const buffer = new Uint8Array(length).fill(0);
      applyMask(buffer, 0, length, 0x11223344);
      expect(buffer).toEqual(naiveMask(new Uint8Array(length), 0x11223344));
    }
  });
});

describe("unmaskShort", () => {
  it("undoes what applyMask does, for every length and place, and touches nothing else", () => {
    for (let length = 0; length <= 125; length++) {
      const start = 4 + (length % 5);
      const frame = Uint8Array.from({ length: start + length + 3 }, (_, i) => (i * 37) & 0xff);
      frame.set([0xde, 0xad, 0xbe, 0xef]);
      const expected = frame.slice();
      applyMask(expected, start, start + length, 0xdeadbeef | 0);
      unmaskShort(frame, 0, start, start + length);
      expect(frame).toEqual(expected);
    }
  });
});
