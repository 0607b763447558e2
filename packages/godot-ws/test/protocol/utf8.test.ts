import { describe, expect, it } from "vitest";
import { isValidUtf8, Utf8Validator } from "../../src/protocol/utf8.ts";
import { concat, octetsOf, splitsInTwo, unhex } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function platformSaysValid(bytes: Uint8Array): boolean {
  try {
    fatal.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Octets that stand at the edge of a range in Unicode's table 3-7, and their neighbours. */
const edges = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
  0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfe, 0xff,
];

describe("isValidUtf8", () => {
  it("agrees with the platform on all one- and two-octet inputs", () => {
    for (let first = 0; first < 256; first++) {
      const one = Uint8Array.of(first);
      if (isValidUtf8(one) !== platformSaysValid(one)) expect.fail(`on ${first}`);
      for (let second = 0; second < 256; second++) {
        const two = Uint8Array.of(first, second);
        if (isValidUtf8(two) !== platformSaysValid(two)) expect.fail(`on ${first} ${second}`);
      }
    }
  });

  it("agrees with the platform on all three- and four-octet inputs made of range edges", () => {
    const fourth = [0x41, 0x80, 0xbf, 0xc2, 0xf4];
    for (const start of edges.flatMap((a) => edges.map((b) => [a, b] as const))) {
      for (const c of edges) {
        const three = Uint8Array.of(...start, c);
        if (isValidUtf8(three) !== platformSaysValid(three)) expect.fail(`on ${three}`);
        const fours = start[0] < 0xe0 ? [] : fourth.map((d) => Uint8Array.of(...start, c, d));
        const wrong = fours.find((four) => isValidUtf8(four) !== platformSaysValid(four));
        if (wrong !== undefined) expect.fail(`on ${wrong}`);
      }
    }
  });

  it("agrees with the platform on random octets and on damaged text", () => {
    const random = new SeededRandom(3);
    let valid = 0;
    for (let round = 0; round < 20_000; round++) {
      const points = Array.from({ length: random.below(12) }, () =>
        random.oneIn(3)
          ? random.below(0xd800)
          : random.oneIn(2)
            ? 0x10000 + random.below(0x100000)
            : random.below(128),
      );
      const bytes = new TextEncoder().encode(String.fromCodePoint(...points));
      if (bytes.length > 0 && random.oneIn(2)) bytes[random.below(bytes.length)] = random.uint32();
      const expected = platformSaysValid(bytes);
      if (expected) valid++;
      if (isValidUtf8(bytes) !== expected) expect.fail(`on ${bytes}`);
      const noise = random.bytes(random.below(9));
      if (isValidUtf8(noise) !== platformSaysValid(noise)) expect.fail(`on ${noise}`);
    }
    expect(valid).toBeGreaterThan(5000);
    expect(valid).toBeLessThan(19_000);
  });

  it("sees a bad octet at every place of long ASCII, whatever its alignment", () => {
    for (let length = 0; length < 20; length++) {
      expect(isValidUtf8(new Uint8Array(length).fill(0x41))).toBe(true);
      for (let at = 0; at < length; at++) {
        const bytes = new Uint8Array(length).fill(0x41);
        bytes[at] = 0x80;
        expect(isValidUtf8(bytes)).toBe(false);
      }
    }
  });
});

/** Valid characters at the ends of each range, and how each ill-formed sequence shows: after how many octets. */
const characters = [
  "00",
  "7f",
  "c280",
  "dfbf",
  "e0a080",
  "ed9fbf",
  "ee8080",
  "efbfbe",
  "efbfbf",
  "f0908080",
  "f09fbfbf",
  "f48fbfbf",
];
const illFormed: readonly [hexadecimal: string, seenAfter: number][] = [
  ["80", 1],
  ["bf", 1],
  ["c080", 1],
  ["c1bf", 1],
  ["f5808080", 1],
  ["f888808080", 1],
  ["fe", 1],
  ["ff", 1],
  ["c241", 2],
  ["c2c2", 2],
  ["e08080", 2],
  ["e09fbf", 2],
  ["eda080", 2],
  ["edbfbf", 2],
  ["f0808080", 2],
  ["f08fbfbf", 2],
  ["f4908080", 2],
  ["e0a041", 3],
  ["e28228", 3],
  ["f09041", 3],
  ["f0908041", 4],
  ["f48fbfc0", 4],
];

describe("Utf8Validator", () => {
  it.each(characters)("takes %s in any pieces, and is complete only behind it", (text) => {
    const bytes = unhex(text);
    for (const [head, tail] of splitsInTwo(bytes)) {
      const validator = new Utf8Validator();
      expect(validator.write(head)).toBe(true);
      expect(validator.isComplete).toBe(head.length === 0 || tail.length === 0);
      expect(validator.write(tail)).toBe(true);
      expect(validator.isComplete).toBe(true);
    }
  });

  it.each(illFormed)("refuses %s at octet %i, no later and no earlier", (text, seenAfter) => {
    for (const before of ["", "ceba", "41424344", "f09f9880"]) {
      const validator = new Utf8Validator();
      expect(validator.write(unhex(before))).toBe(true);
      const answers = octetsOf(unhex(text).slice(0, seenAfter)).map((octet) => validator.write(octet));
      expect(answers).toEqual(answers.map((_, index) => index < seenAfter - 1));
      expect(isValidUtf8(concat([unhex(before), unhex(text)]))).toBe(false);
    }
  });

  it("a text that ends inside a character is never wrong, only incomplete", () => {
    for (const text of characters.filter((each) => each.length > 2)) {
      const bytes = unhex(text).slice(0, -1);
      const validator = new Utf8Validator();
      expect(validator.write(bytes)).toBe(true);
      expect(validator.isComplete).toBe(false);
      expect(isValidUtf8(bytes)).toBe(false);
    }
  });

  it("checks the part it is told to, and starts anew after reset", () => {
    const validator = new Utf8Validator();
    expect(validator.write(unhex("ff41ff"), 1, 2)).toBe(true);
    expect(validator.write(unhex("ff41ff"), 1)).toBe(false);
    validator.reset();
    expect(validator.isComplete).toBe(true);
    expect(validator.write(unhex("41"))).toBe(true);
  });

  it("stays at no until reset", () => {
    const validator = new Utf8Validator();
    expect(validator.write(unhex("ff"))).toBe(false);
    expect(validator.isComplete).toBe(false);
  });
});
