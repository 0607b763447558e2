import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeConfirm,
  decodePath,
  decodeSimplify,
  encodeConfirm,
  encodePath,
  encodeSimplify,
} from "../../src/multiplayer/path-packets.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const checksum = "8e9533bd72f45b8e5704e3a6145dcca1";

describe("SIMPLIFY_PATH", () => {
  test("is 01, the digits, 00, the id and the path", () => {
    const packet = encodeSimplify({ checksum, id: 1, path: "Main/Player" });
    expect(hex(packet)).toBe(
      `01${Buffer.from(checksum).toString("hex")}0001000000${Buffer.from("Main/Player").toString("hex")}00`,
    );
    expect(packet.length).toBe(50);
  });

  test("reads as it was written, the largest id and any path too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.string({ unit: "grapheme" }), (id, text) => {
        const path = text.replaceAll("\0", "");
        expect(decodeSimplify(encodeSimplify({ checksum, id, path }))).toEqual({ checksum, id, path });
      }),
    );
  });

  test("ends at a 00 or with the packet, and does not look at the octet behind the digits", () => {
    const packet = encodeSimplify({ checksum, id: 7, path: "A" });
    packet[33] = 0xff;
    expect(decodeSimplify(packet.subarray(0, -1))).toEqual({ checksum, id: 7, path: "A" });
    expect(decodeSimplify(packet.subarray(0, 38))).toEqual({ checksum, id: 7, path: "" });
    expect(decodeSimplify(packet.subarray(0, 37))).toBeUndefined();
    expect(decodeSimplify(Buffer.concat([packet, octets("4200")]))?.path).toBe("A");
  });

  test("reads from the middle of larger memory", () => {
    const packet = Buffer.concat([octets("ffff"), encodeSimplify({ checksum, id: 7, path: "A" })]).subarray(
      2,
    );
    expect(decodeSimplify(packet)).toEqual({ checksum, id: 7, path: "A" });
  });
});

describe("a path", () => {
  test("is UTF-8, and undefined when it is not", () => {
    expect(decodePath(encodePath("Größe/日本"), 0)).toBe("Größe/日本");
    expect(decodePath(octets("4142ff00"), 0)).toBeUndefined();
    expect(decodePath(octets("ff4142"), 1)).toBe("AB");
  });
});

describe("CONFIRM_PATH", () => {
  test("since 4.3 is 02, the result and the id", () => {
    expect(hex(encodeConfirm(true, { id: 1 }))).toBe("020101000000");
    expect(hex(encodeConfirm(false, { id: 0xfffffffe }))).toBe("0200feffffff");
    expect(decodeConfirm(octets("020101000000"), false)).toEqual({
      checksumMatches: true,
      id: 1,
      path: undefined,
    });
    expect(decodeConfirm(octets("0200feffffff"), false)).toMatchObject({
      checksumMatches: false,
      id: 0xfffffffe,
    });
    for (const wrong of ["02", "0201010000", "02010100000000"])
      expect(decodeConfirm(octets(wrong), false)).toBeUndefined();
  });

  test("of 4.0 to 4.2 is 02, the result and the path", () => {
    expect(hex(encodeConfirm(true, { path: "Main" }))).toBe("02014d61696e00");
    expect(decodeConfirm(octets("02014d61696e00"), true)).toEqual({
      checksumMatches: true,
      id: undefined,
      path: "Main",
    });
    expect(decodeConfirm(octets("02004d61696e"), true)).toMatchObject({
      checksumMatches: false,
      path: "Main",
    });
    expect(decodeConfirm(octets("0201"), true)).toBeUndefined();
  });
});
