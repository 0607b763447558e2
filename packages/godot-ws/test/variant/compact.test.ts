// The compressed form, as far as the golden vectors do not go.

import { expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { decodeArguments, encodeArguments, writeArguments } from "../../src/variant/compact.ts";
import { EncodeWriter } from "../../src/variant/encode-math.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";
import { fromHex, toHex } from "./described.ts";

test.each([
  [true, "81"],
  [false, "01"],
  [5, "0205"],
  [-1, "02ff"],
  [-0, "0300000000000080"],
  [int(-128), "0280"],
  [128n, "428000"],
  [300, "422c01"],
  [-32769, "82ff7fffff"],
  [70000, "8270110100"],
  [2 ** 40, "c2000000000001000000".slice(0, 18)],
  [-(2n ** 63n), "c20000000000000080"],
  [float(1), "030000000000803f"],
  [null, "00000000"],
])("%o is %s", (value, hex) => {
  expect(toHex(encodeArguments([value]))).toBe(hex);
  const { values, offset } = decodeArguments(fromHex(hex), 0, 1, { keepKinds: true });
  expect(offset).toBe(hex.length / 2);
  expect(toHex(encodeArguments(values))).toBe(hex);
});

test("several in a row, at any offset", () => {
  const bytes = encodeArguments([1, "abc", new Vector2(1, 2), true]);
  const { values, offset } = decodeArguments(Uint8Array.of(9, 9, 9, ...bytes, 7), 3, 4);
  expect(values).toEqual([1, "abc", new Vector2(1, 2), true]);
  expect(offset).toBe(3 + bytes.length);
});

test("appended to what is there", () => {
  const writer = new EncodeWriter();
  writer.word(0);
  writeArguments(writer, [5, true]);
  expect(toHex(writer.take())).toBe("00000000020581");
});

test("wider ints than needed are read, and kept when asked to", () => {
  const bytes = fromHex("420500c1");
  expect(decodeArguments(bytes, 0, 2).values).toEqual([5, true]);
  const kept = decodeArguments(bytes, 0, 2, { keepKinds: true }).values;
  expect(kept[0]).toEqual(new Verbatim(int(5), fromHex("420500"), "compact"));
  expect(encodeArguments(kept)).toEqual(bytes);
});

test("a value kept in the full form is written in the compressed one", () => {
  expect(toHex(encodeArguments([new Verbatim(int(5), fromHex("020001000500000000000000"))]))).toBe("0205");
  const odd = new Verbatim(new Vector2(), fromHex("05ff00000000000000000000"));
  expect(toHex(encodeArguments([odd]))).toBe("05ff00000000000000000000");
});

test.each([
  ["", "at octet 0, in [0]"],
  ["0205", "at octet 2, in [1]"],
  ["020542", "in [1]"],
  ["0205c205000000000000", "in [1]"],
  ["0205450000000000000000000000", "No type has the number 69"],
  ["02051c000000010000001b0000000100000004000000010000006b000000ff000000", "in [1][0].k"],
  ["020518000000", "not allowed (at octet 2, in [1])"],
])("%s is refused", (hex, message) => {
  expect(() => decodeArguments(fromHex(hex), 0, 2)).toThrow(DataError);
  expect(() => decodeArguments(fromHex(hex), 0, 2)).toThrow(message);
});

test("types that are not allowed", () => {
  expect(decodeArguments(fromHex("0205"), 0, 1, { allowedTypes: ["int"] }).values).toEqual([5]);
  expect(() => decodeArguments(fromHex("81"), 0, 1, { allowedTypes: ["int"] })).toThrow(
    "type bool, which is not allowed",
  );
});

test("nothing is compressed in the dialect of Godot 3", () => {
  const bytes = encodeArguments([5, true], { version: "3.6" });
  expect(toHex(bytes)).toBe("02000000050000000100000001000000");
  expect(decodeArguments(bytes, 0, 2, { version: "3.6" }).values).toEqual([5, true]);
});
