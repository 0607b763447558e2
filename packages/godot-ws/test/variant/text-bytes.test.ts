// Strings as bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { ByteReader, ByteWriter } from "../../src/variant/bytes.ts";
import { readText, writeTerminatedText, writeText } from "../../src/variant/text-bytes.ts";
import { fromHex, toHex } from "./described.ts";

function write(text: string, modern = true): string {
  const writer = new ByteWriter();
  writeText(writer, text, modern);
  return toHex(writer.take());
}

function read(hex: string, modern = true, maxBytes = Number.POSITIVE_INFINITY): string {
  return readText(new ByteReader(fromHex(hex), 0), modern, maxBytes);
}

const any = fc
  .string({ unit: "binary", maxLength: 200 })
  .filter((text) => !text.includes("\0") && !text.startsWith("\ufeff"));

test("what is written is read, padded to four", () => {
  fc.assert(
    fc.property(any, (text) => {
      const hex = write(text);
      expect(hex.length % 8).toBe(0);
      expect(read(hex)).toBe(text);
    }),
  );
});

test("padding is zero, even where memory was used before", () => {
  const writer = new ByteWriter();
  writer.bytes.fill(255);
  writeText(writer, "a", true);
  writeTerminatedText(writer, "a", true);
  writeText(writer, "ä", true);
  expect(toHex(writer.take())).toBe("01000000610000000200000061000000" + "02000000c3a40000");
});

test("a lone surrogate is replaced as the version does", () => {
  expect(write("a\ud800b")).toBe("0500000061efbfbd62000000");
  expect(write("a\ud800b", false)).toBe("0300000061206200");
  expect(write("😀", false)).toBe("04000000f09f9880");
});

test("a string is the same however often and wherever it is read", () => {
  const hex = write("same name");
  expect(read(hex)).toBe(read(hex));
  fc.assert(
    fc.property(fc.array(any), (texts) => {
      expect(texts.map((text) => read(write(text)))).toEqual(texts);
    }),
  );
});

test("the end of text and the mark in front", () => {
  expect(read("0300000061006200")).toBe("a");
  expect(read("06000000efbbbf6162630000")).toBe("abc");
  expect(read("00000000")).toBe("");
  expect(read("0500000061ff00ff00000000".replace("61ff", "6161"))).toBe("aa");
});

test.each([
  ["", "4 octets expected, 0 left"],
  ["ffffffff", "Negative length"],
  ["ffffff7f61626364", "2147483647 octets with 4 left"],
  ["0500000061616161", "5 octets with 4 left"],
  ["01000000ff000000", "Invalid UTF-8"],
])("%s is refused", (hex, message) => {
  expect(() => read(hex)).toThrow(DataError);
  expect(() => read(hex)).toThrow(message);
});

test("no more octets than allowed", () => {
  expect(read("0300000061626300", true, 3)).toBe("abc");
  expect(() => read("0400000061626364", true, 3)).toThrow("4 octets, where 3 are allowed");
});

describe("Godot 3", () => {
  test.each([
    ["03000000eda08000", "\ud800"],
    ["06000000eda0bdedb8800000", "😀"],
    ["06000000efbbbfeda0800000", "\ud800"],
    ["08000000c3a4eda080f09f98", undefined],
    ["02000000c0800000", undefined],
    ["01000000fe000000", undefined],
    ["02000000e2820000", undefined],
  ])("%s", (hex, text) => {
    if (text === undefined) expect(() => read(hex, false)).toThrow(DataError);
    else expect(read(hex, false)).toBe(text);
  });
});

test("strings that were read before are told from those that only look alike", () => {
  const texts = Array.from({ length: 40 }, (_, length) => "abcdefgh".repeat(5).slice(0, length));
  const alike = texts.flatMap((text) => [text, `${text.slice(0, -1)}X`, `X${text.slice(1)}`, text]);
  for (const text of [...alike, ...alike]) expect(read(write(text))).toBe(text);
});

test("what stands in the padding does not count", () => {
  for (const padding of ["000000", "ffffff", "610000"]) {
    expect(read(`0100000061${padding}`)).toBe("a");
    expect(read(`050000006162636465${padding}`)).toBe("abcde");
  }
});
