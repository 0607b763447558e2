// HalfSipHash against the vectors of its authors, and what we make of it.

import { expect, test } from "vitest";
import { halfSipHash, keyedDigest } from "../../src/variant/keyed-digest.ts";

/** The octets 0, 1, 2 … as UTF-16 units of two. */
function counted(byteLength: number): string {
  const units = Array.from({ length: byteLength / 2 }, (_, i) => 2 * i + ((2 * i + 1) << 8));
  return String.fromCharCode(...units);
}

// The vectors are octets, the low one of each word first; those of even length.
test.each([
  [0, "591f8d21c83cb8b9"],
  [2, "ef394f0657eb507c"],
  [4, "178ae7d5a12ee55b"],
])("the hash of %i octets", (byteLength, digest) => {
  expect(halfSipHash(counted(byteLength), 0x03020100, 0x07060504)).toBe(digest);
});

test("every unit counts, and so does the length", () => {
  const texts = ["", "\0", "\0\0", "\0\0\0", "a", "ab", "abc", "abd", "\u6162", "b".repeat(1000)];
  expect(new Set(texts.map(keyedDigest)).size).toBe(texts.length);
  expect(keyedDigest("abc")).toBe(keyedDigest("abc"));
  expect(keyedDigest("abc")).toMatch(/^[\da-f]{32}$/);
});

test("another key is another hash", () => {
  expect(halfSipHash("abc", 1, 2)).not.toBe(halfSipHash("abc", 1, 3));
  expect(halfSipHash("abc", 1, 2)).not.toBe(halfSipHash("abc", 2, 2));
});
