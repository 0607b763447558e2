import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, encodeNumbers, encodeText, joinOctets, viewOf } from "../../src/multiplayer/octets.ts";

test("parts are put one behind the other", () => {
  expect([...joinOctets([1, 2], Uint8Array.of(3), [], Uint8Array.of(4, 5))]).toEqual([1, 2, 3, 4, 5]);
  expect(joinOctets()).toHaveLength(0);
});

test("numbers have 32 bits, the lowest octet first", () => {
  expect([...joinOctets(encodeNumbers(1, 0x8000_0002, 0xffff_fffe))]).toEqual([
    ...[1, 0, 0, 0, 2, 0, 0, 0x80, 0xfe, 0xff, 0xff, 0xff],
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
      // Behind others in larger memory.
      const octets = joinOctets([9], encodeNumbers(number)).subarray(1);
      expect(viewOf(octets).getUint32(0, true)).toBe(number);
    }),
  );
});

describe("a text", () => {
  test("is terminated UTF-8", () => {
    expect([...encodeText("ä")]).toEqual([0xc3, 0xa4, 0]);
    expect(decodeText(encodeText("Größe/日本"))).toBe("Größe/日本");
  });

  test("ends at the first 0 or with the octets", () => {
    expect(decodeText(Uint8Array.of(65, 66))).toBe("AB");
    expect(decodeText(Uint8Array.of(65, 0, 66, 0xff))).toBe("A");
    expect(decodeText(new Uint8Array(0))).toBe("");
  });

  test("keeps a byte order mark, and is undefined when it is no UTF-8", () => {
    expect(decodeText(encodeText("\uFEFFA"))).toBe("\uFEFFA");
    expect(decodeText(Uint8Array.of(0xff, 0))).toBeUndefined();
  });
});
