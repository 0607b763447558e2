// Reading values: bounds, places of errors, and the options, as far as the golden vectors do not go.

import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { float } from "../../src/variant/numbers.ts";
import { GodotObject, StringName } from "../../src/variant/references.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { fromHex } from "./described.ts";

function failure(read: () => unknown): DataError {
  try {
    read();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function nested(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 8 + 4);
  for (let i = 0; i < count; i++) bytes.set([28, 0, 0, 0, 1, 0, 0, 0], i * 8);
  return bytes;
}

test("1024 levels are read, 1025 are not", () => {
  expect(Array.isArray(bytesToVar(nested(1024)))).toBe(true);
  expect(failure(() => bytesToVar(nested(1025)))).toMatchObject({ code: "ERR_OUT_OF_MEMORY", offset: 8200 });
});

test("100 kB of nested arrays are an error, not a full stack", () => {
  expect(failure(() => bytesToVar(nested(12_800))).code).toBe("ERR_OUT_OF_MEMORY");
});

test("fewer levels by option", () => {
  expect(bytesToVar(nested(2), { maxDepth: 2 })).toEqual([[null]]);
  expect(failure(() => bytesToVar(nested(3), { maxDepth: 2 })).path).toBe("[0][0][0]");
  expect(bytesToVar(varToBytes(1), { maxDepth: 0 })).toBe(1);
  const dictionary = varToBytes({ key: 1 });
  expect(failure(() => bytesToVar(dictionary, { maxDepth: 0 })).path).toBe("[a key]");
});

describe("an error says where it is", () => {
  const bad = (value: Variant): Uint8Array => {
    const bytes = varToBytes(value);
    // The marker is a float that occurs nowhere else: its type becomes one that there is not.
    const at = Buffer.from(bytes).indexOf(Buffer.from(varToBytes(1234.5)));
    bytes[at] = 99;
    return bytes;
  };
  const mark = 1234.5;

  test.each<[string, Variant]>([
    ["", mark],
    ["[3].inventory.items", [0, 0, 0, { inventory: { items: mark } }]],
    ["inventory[2]", { inventory: [1, 2, mark] }],
    ['["two words"]', { "two words": mark }],
    ["[1.0]", new GodotDictionary<Variant, Variant>([[float(1), mark]])],
    ["[7]", new Map<Variant, Variant>([[7, mark]])],
    ["name", new Map<Variant, Variant>([[new StringName("name"), mark]])],
    ["[a key]", new Map<Variant, Variant>([[mark, 1]])],
    ["[1]", [[[1], { a: 1 }], mark]],
    ["__proto__.x", new Map<Variant, Variant>([["__proto__", { x: mark }]])],
  ])("%s", (path, value) => {
    const bytes = bad(value);
    const error = failure(() => bytesToVar(bytes));
    expect(error.path).toBe(path);
    expect(error.offset).toBe(Buffer.from(bytes).indexOf(99));
    expect(error.message).toMatch(/^No type has the number 99 \(at octet \d+(, in .+)?\)$/);
  });

  test("in a property of an object", () => {
    const bytes = bad([]);
    const object = varToBytes([new GodotObject("Node", [["position", mark]])], { allowObjects: true });
    object[Buffer.from(object).indexOf(Buffer.from(varToBytes(mark)))] = 99;
    expect(bytes.length).toBeGreaterThan(0);
    expect(failure(() => bytesToVar(object, { allowObjects: true })).path).toBe("[0].position");
  });

  test("in a long name only its beginning is shown", () => {
    expect(failure(() => bytesToVar(bad({ ["x".repeat(1000)]: mark }))).path).toBe(`${"x".repeat(40)}…`);
  });
});

test("counts that the octets cannot hold are refused before anything is made", () => {
  for (const header of ["1c000000", "1b000000", "1d000000", "1e000000", "22000000", "24000000"]) {
    const bytes = new Uint8Array(1_000_000);
    bytes.set(fromHex(`${header}ffffff7f`));
    expect(failure(() => bytesToVar(bytes)).path).toBe("");
  }
});

test("elements are counted over all containers", () => {
  const bytes = varToBytes([[1, 2], { a: Int32Array.of(1, 2, 3) }]);
  expect(bytesToVar(bytes, { maxElements: 8 })).toHaveLength(2);
  expect(failure(() => bytesToVar(bytes, { maxElements: 7 }))).toMatchObject({
    code: "ERR_OUT_OF_MEMORY",
    path: "[1].a",
  });
});

test("octets of the whole and of strings", () => {
  const bytes = varToBytes(["abcd"]);
  expect(bytesToVar(bytes, { maxBytes: bytes.length, maxStringBytes: 4 })).toEqual(["abcd"]);
  expect(failure(() => bytesToVar(bytes, { maxBytes: bytes.length - 1 })).code).toBe("ERR_OUT_OF_MEMORY");
  expect(failure(() => bytesToVar(bytes, { maxStringBytes: 3 })).path).toBe("[0]");
});

test("types that are not allowed, keys too", () => {
  const bytes = varToBytes([{ a: 1 }]);
  expect(() => bytesToVar(bytes, { allowedTypes: ["Array", "Dictionary", "String", "int"] })).not.toThrow();
  const error = failure(() => bytesToVar(bytes, { allowedTypes: ["Array", "Dictionary", "int"] }));
  expect(error).toMatchObject({ code: "ERR_UNAUTHORIZED", offset: 16, path: "[0][a key]" });
  expect(error.message).toContain("type String");
});

test("whole objects are values, and only when allowed", () => {
  const object = new GodotObject<Variant>("Node2D", [["name", "x"]]);
  const bytes = varToBytes(object, { allowObjects: true });
  expect(failure(() => bytesToVar(bytes)).code).toBe("ERR_UNAUTHORIZED");
  expect(bytesToVar(bytes, { allowObjects: true })).toEqual(object);
});

describe("dictionaries", () => {
  const bytes = varToBytes(
    new GodotDictionary<Variant, Variant>([
      ["__proto__", 1],
      ["constructor", { a: 1 }],
    ]),
  );

  test("as GodotDictionary", () => {
    const read = bytesToVar(bytes) as GodotDictionary<Variant, Variant>;
    expect(read).toBeInstanceOf(GodotDictionary);
    expect(read.get("__proto__")).toBe(1);
  });

  test("as plain objects, whose keys are only keys", () => {
    const read = bytesToVar(bytes, { plainObjects: true }) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
    expect({ ...(read["constructor"] as object) }).toEqual({ a: 1 });
    expect("toString" in read).toBe(false);
    expect(varToBytes(read as Variant)).toEqual(bytes);
  });

  test("those with other keys than names stay what they are", () => {
    const mixed = bytesToVar(
      varToBytes(
        new Map<Variant, Variant>([
          ["a", 1],
          [1, 2],
        ]),
      ),
      { plainObjects: true },
    );
    expect(mixed).toBeInstanceOf(GodotDictionary);
    const named = bytesToVar(varToBytes(new Map([[new StringName("a"), 1]])), { plainObjects: true });
    expect({ ...(named as object) }).toEqual({ a: 1 });
  });

  test("1 and 1.0 are two keys", () => {
    const two = new GodotDictionary<Variant, Variant>([
      [1, "int"],
      [float(1), "float"],
    ]);
    const read = bytesToVar(varToBytes(two)) as GodotDictionary<Variant, Variant>;
    expect(read.size).toBe(2);
    expect(read.get(float(1))).toBe("float");
  });
});

test("bytes that lie inside a larger buffer", () => {
  const inner = varToBytes(["text", 0.1, Float64Array.of(1.5), Uint8Array.of(1, 2, 3)]);
  const outer = new Uint8Array(inner.length + 7);
  outer.set(inner, 5);
  expect(bytesToVar(outer.subarray(5, 5 + inner.length))).toEqual(bytesToVar(inner));
});

test("an error behind a PackedByteArray whose padding is missing is at the end", () => {
  const bytes = fromHex("1c000000020000001d0000000100000007");
  expect(failure(() => bytesToVar(bytes))).toMatchObject({ offset: bytes.length });
  expect(failure(() => bytesToVar(bytes)).message).toMatch("0 left");
});
