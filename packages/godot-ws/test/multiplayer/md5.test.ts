import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { md5Hex } from "../../src/multiplayer/md5.ts";

test.each([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["hitjump", "8e9533bd72f45b8e5704e3a6145dcca1"],
])("%j", (text, digest) => {
  expect(md5Hex(text)).toBe(digest);
});

test("is that of Node for texts of any length around the block's", () => {
  for (let length = 0; length < 200; length++) {
    const text = "ä".repeat(length % 7) + "x".repeat(length);
    expect(md5Hex(text)).toBe(createHash("md5").update(text).digest("hex"));
  }
});

test("is that of Node for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(md5Hex(text)).toBe(createHash("md5").update(text).digest("hex"));
    }),
  );
});
