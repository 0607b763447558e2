// The codec against what a real Godot 4.6.3 wrote and read.

import { expect, test } from "vitest";
import { DataError, UsageError } from "../../src/errors.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { canonical, type Description, fromHex, makeValue, toHex } from "./described.ts";
import { golden46 } from "./golden-vectors.ts";

/** Sent with an instance id that the description does not have. */
const unknownId = new Set(["Object/EncodedObjectAsID_itself_as_id"]);

/** The engine gives the script of the values to the keys; we keep both apart. */
const mixedUpByEngine = new Set([
  "Dictionary/typed_script_Resource_empty",
  "full/Dictionary_typed_String_script",
  "full/Dictionary_typed_script_Resource_empty",
]);

const written = golden46.vectors.filter(({ encodes }) => encodes !== false);

test("the vectors are there", () => {
  expect(golden46.vectors.length).toBe(359);
  expect(golden46.decode.length).toBe(258);
  expect(golden46.vectors.length - written.length).toBe(3);
});

/** Descriptions stop at some depth; these values are made here. */
const deepValues: Readonly<Record<string, Variant>> = {
  "Array/nested1024": nestedArrays(1024),
  "Array/nested1025": nestedArrays(1025),
  "Array/nested1026(encode error?)": nestedArrays(1026),
  "Array/self_reference(encode error)": selfContaining(),
};

function nestedArrays(count: number): Variant {
  return count === 0 ? [] : Array.from({ length: count - 1 }).reduce<Variant[]>((inner) => [inner], []);
}

function selfContaining(): Variant {
  const array: Variant[] = [];
  array.push(array);
  return array;
}

const isDeep = (described: Description): boolean => JSON.stringify(described).includes('"…"');

for (const vector of written) {
  const { name, hex, full_objects: allowObjects } = vector;
  const value = deepValues[name] ?? makeValue(vector.value);
  test(`${name}: value to bytes`, ({ skip }) => {
    if (unknownId.has(name)) skip("the description does not have the id that was sent");
    expect(toHex(varToBytes(value, { allowObjects }))).toBe(hex);
  });

  test(`${name}: bytes to value`, ({ skip }) => {
    const described = vector.decoded === undefined ? value : makeValue(vector.decoded);
    const kept = bytesToVar(fromHex(hex), { allowObjects, keepKinds: true });
    const plain = bytesToVar(fromHex(hex), { allowObjects });
    expect(toHex(varToBytes(kept, { allowObjects }))).toBe(hex);
    if (mixedUpByEngine.has(name)) skip("the engine mixes up key type and value type");
    expect(canonical(kept)).toBe(canonical(described));
    expect(canonical(plain, true)).toBe(canonical(described, true));
  });
}

for (const { name, value, full_objects: allowObjects } of golden46.vectors) {
  if (!written.some((vector) => vector.name === name)) {
    test(`${name}: refused`, () => {
      expect(() => varToBytes(deepValues[name] ?? makeValue(value), { allowObjects })).toThrow(UsageError);
    });
  }
}

/** Which classes and scripts there are, only an engine knows. */
const needsEngine = new Set(["Object full, unknown class", "Object full, abstract class CanvasItem"]);

for (const { name, hex, with_objects: allowObjects, ok, result } of golden46.decode) {
  test(`reading ${name}`, () => {
    const read = (keepKinds: boolean) => bytesToVar(fromHex(hex), { allowObjects, keepKinds });
    if (!ok && !needsEngine.has(name)) {
      expect(() => read(false)).toThrow(DataError);
      expect(() => read(true)).toThrow(DataError);
      return;
    }
    const kept = read(true);
    if (isDeep(result)) {
      expect(toHex(varToBytes(kept))).toBe(hex);
      return;
    }
    if (result.type === "Object" && result["properties"] !== undefined) {
      // The engine lists the properties of the object that it made, we those that were sent.
      expect(kept).toMatchObject({ className: result["class"] });
      return;
    }
    if (needsEngine.has(name)) return;
    expect(canonical(kept)).toBe(canonical(makeValue(result)));
    expect(canonical(read(false), true)).toBe(canonical(makeValue(result), true));
  });
}
