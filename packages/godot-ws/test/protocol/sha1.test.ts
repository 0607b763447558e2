import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, sha1, sha1Base64 } from "../../src/protocol/sha1.ts";
import { hex } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

describe("sha1", () => {
  it.each([
    ["", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
  ])("of RFC 3174's text %j", (text, digest) => {
    expect(hex(sha1(text))).toBe(digest);
  });

  it("agrees with node:crypto at every length from 0 to 200, over block ends", () => {
    const random = new SeededRandom(1);
    for (let length = 0; length <= 200; length++) {
      const text = Array.from({ length }, () => String.fromCharCode(random.below(128))).join("");
      const expected = createHash("sha1").update(text, "latin1").digest("hex");
      expect(hex(sha1(text)), `length ${length}`).toBe(expected);
    }
  });
});

describe("base64", () => {
  it("agrees with Node at every length from 0 to 40", () => {
    const random = new SeededRandom(2);
    for (let length = 0; length <= 40; length++) {
      const bytes = random.bytes(length);
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }
  });
});

describe("sha1Base64", () => {
  it("is both", () => {
    // RFC 6455 §1.3.
    expect(sha1Base64("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")).toBe(
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    );
  });
});
