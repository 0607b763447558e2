// Writing values, as far as the golden vectors do not go.

import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { float } from "../../src/variant/numbers.ts";
import { GodotObject, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector3 } from "../../src/variant/vectors.ts";
import { toHex } from "./described.ts";

class Position extends Vector3 {}

const write = (value: Variant): string => toHex(varToBytes(value));

test.each([
  undefined,
  () => 1,
  Symbol("x"),
  new Date(0),
  new Uint16Array(1),
  new Set(),
  new Error("x"),
])("%o is no value of Godot", (value) => {
  expect(() => varToBytes(value as unknown as Variant)).toThrow(UsageError);
  expect(() => varToBytes([{ a: value as unknown as Variant }])).toThrow(UsageError);
});

test("what fails leaves nothing behind", () => {
  expect(() => varToBytes(["text", undefined as unknown as Variant])).toThrow(UsageError);
  expect(write(1)).toBe("0200000001000000");
});

test("results do not share octets", () => {
  const first = varToBytes("first");
  const copy = first.slice();
  for (let i = 0; i < 5000; i++) varToBytes([i, "again and again"]);
  expect(first).toEqual(copy);
});

test("a getter may write something itself", () => {
  const record = {
    get inner(): Uint8Array {
      return varToBytes("inner");
    },
  };
  const read = bytesToVar(varToBytes(["before", record, "after"])) as Variant[];
  expect(read[0]).toBe("before");
  expect(read[2]).toBe("after");
  expect((read[1] as GodotDictionary<Variant, Variant>).get("inner")).toEqual(varToBytes("inner"));
});

test("plain objects, Maps and dictionaries are the same", () => {
  const entries: readonly (readonly [Variant, Variant])[] = [
    ["a", 1],
    ["__proto__", [2]],
  ];
  const object = JSON.parse('{"a": 1, "__proto__": [2]}') as Record<string, Variant>;
  const expected = write(new GodotDictionary(entries));
  expect(write(object)).toBe(expected);
  expect(write(new Map<Variant, Variant>(entries))).toBe(expected);
  expect(write(Object.assign(Object.create(null), { a: 1 }))).toBe(write({ a: 1 }));
  expect(write({ constructor: 1 })).toBe(write(new Map([["constructor", 1]])));
  expect(write({ constructor: null })).toBe(write(new Map([["constructor", null]])));
});

test("a subclass is written as what it descends from", () => {
  expect(write(new Position(1, 2, 3))).toBe(write(new Vector3(1, 2, 3)));
  expect(write(Buffer.from([1, 2]))).toBe(write(Uint8Array.of(1, 2)));
});

test("elements of typed containers get the kind that is declared", () => {
  expect(write(GodotArray.typed("float", [1]))).toBe(write(GodotArray.typed("float", [float(1)])));
  expect(write(GodotArray.typed("int", [1.9, -1.9]))).toBe(write(GodotArray.typed("int", [1, -1])));
  expect(write(GodotArray.typed("StringName", ["a"]))).toBe(
    write(GodotArray.typed("StringName", [new StringName("a")])),
  );
  expect(write(GodotArray.typed("String", [new StringName("a")]))).toBe(
    write(GodotArray.typed("String", ["a"])),
  );
  expect(write(GodotArray.typed("int", [Number.POSITIVE_INFINITY]))).toContain("0000000000000080");
  const typed = GodotDictionary.typed<Variant, Variant>("int", "float", [[1, 2]]);
  expect(write(typed)).toBe(write(GodotDictionary.typed<Variant, Variant>("int", "float", [[1, float(2)]])));
});

test("elements that do not fit are refused", () => {
  expect(() => varToBytes(GodotArray.typed("int", ["a"]))).toThrow("String in a container of int");
  expect(() => varToBytes(GodotArray.typed("Vector3", [null]))).toThrow(UsageError);
  expect(() => varToBytes(GodotDictionary.typed("int", undefined, [["a", 1]]))).toThrow(UsageError);
});

test("whole objects need permission", () => {
  const object = new GodotObject("Node", [["name", "Main"]]);
  expect(() => varToBytes(object)).toThrow(expect.objectContaining({ code: "ERR_UNAUTHORIZED" }));
  expect(bytesToVar(varToBytes(object, { allowObjects: true }), { allowObjects: true })).toEqual(object);
  const scripted = new GodotObject("Node", [["script", "user://x.gd"]]);
  expect(() => varToBytes(scripted, { allowObjects: true })).toThrow(UsageError);
  expect(() =>
    varToBytes(GodotArray.typed({ type: "Object", script: "/x" }), { allowObjects: true }),
  ).toThrow(UsageError);
});

test("numbers beyond 64 bits are refused", () => {
  expect(() => varToBytes(2n ** 63n)).toThrow(UsageError);
  expect(() => varToBytes(-(2n ** 63n) - 1n)).toThrow(UsageError);
});

test("double precision writes 64-bit components", () => {
  expect(toHex(varToBytes(new Vector3(0.1, 0, 0), { precision: "double" }))).toBe(
    "090001009a9999999999b93f00000000000000000000000000000000",
  );
});
