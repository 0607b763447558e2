// Values that are made to be expensive: what they cost is counted, and grows with their size and not faster.

import { afterEach, describe, expect, test, vi } from "vitest";
import { DataError } from "../../src/errors.ts";
import { decodeArguments } from "../../src/variant/compact.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { identity } from "../../src/variant/identity.ts";
import { strToVar } from "../../src/variant/str-to-var.ts";
import { varToStr } from "../../src/variant/var-to-str.ts";
import { wordsOf } from "../fuzz/variant-inputs.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Dictionaries each of which is the only key of the next, with a long text in the middle. */
function nestedKeys(levels: number, textLength: number): Uint8Array {
  const heads = new Array<number[]>(levels).fill([27, 1]).flat();
  return Buffer.concat([
    wordsOf([...heads, 4, textLength]),
    new Uint8Array(textLength).fill(0x61),
    new Uint8Array(levels * 4),
  ]);
}

/** How often a dictionary was asked for its identity, and how many characters were looked at one by one. */
function workOf(read: () => unknown): { asked: number; characters: number } {
  const asked = vi.spyOn(GodotDictionary.prototype, identity);
  const characters = vi.spyOn(String.prototype, "charCodeAt");
  read();
  const work = { asked: asked.mock.calls.length, characters: characters.mock.calls.length };
  vi.restoreAllMocks();
  return work;
}

describe("dictionaries as keys of each other", () => {
  const levels = 1000;
  const bytes = nestedKeys(levels, 20_000);

  test.each([
    {},
    { keepKinds: true },
    { plainObjects: true },
    { version: "4.0" },
  ] as const)("bytesToVar with %o", (options) => {
    const { asked, characters } = workOf(() => bytesToVar(bytes, options));
    expect(asked).toBeLessThan(4 * levels);
    expect(characters).toBeLessThan(4 * bytes.length + 500 * levels);
  });

  test("strToVar", () => {
    const text = `${"{".repeat(levels)}"${"a".repeat(20_000)}"${": 1}".repeat(levels)}`;
    const { asked, characters } = workOf(() => strToVar(text));
    expect(asked).toBeLessThan(4 * levels);
    expect(characters).toBeLessThan(8 * text.length + 500 * levels);
  });

  test("writing does not ask for identities at all", () => {
    const value = bytesToVar(nestedKeys(90, 1000));
    expect(workOf(() => [varToBytes(value), varToStr(value)]).asked).toBe(0);
  });

  test("two that are equal are one key, at every depth", () => {
    const key = nestedKeys(20, 100);
    const twice = Buffer.concat([wordsOf([27, 2]), key, wordsOf([2, 1]), key, wordsOf([2, 2])]);
    const value = bytesToVar(twice) as GodotDictionary;
    expect([...value.values()]).toEqual([2]);
    expect(value.get(bytesToVar(key))).toBe(2);
  });
});

describe("100 kB of containers in each other are refused at the 1025th", () => {
  const levels = 12_800;
  const words = (type: number): Uint8Array => wordsOf(new Array<number[]>(levels).fill([type, 1]).flat());

  function offsetOf(read: () => unknown): number {
    try {
      read();
    } catch (error) {
      if (error instanceof DataError && error.code === "ERR_OUT_OF_MEMORY") return error.offset;
      throw error;
    }
    throw new Error("nothing was thrown");
  }

  test.each([
    ["arrays", 28, {}],
    ["arrays, with their kinds", 28, { keepKinds: true }],
    ["arrays of Godot 3", 19, { version: "3.6" }],
    ["dictionaries", 27, {}],
    ["plain objects", 27, { plainObjects: true }],
  ] as const)("%s", (_, type, options) => {
    // No octet behind the first that is too deep was looked at.
    expect(offsetOf(() => bytesToVar(words(type), options))).toBe(8 * 1025);
    expect(offsetOf(() => decodeArguments(words(type), 0, 1, options))).toBe(8 * 1025);
  });

  test("text", () => {
    expect(offsetOf(() => strToVar("[".repeat(100_000)))).toBe(1025);
    expect(offsetOf(() => strToVar("{".repeat(100_000)))).toBe(1025);
  });
});
