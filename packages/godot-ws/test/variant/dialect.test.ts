// What versions of Godot differ in.

import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { dialectOf, godotVersions, latestVersion, noType } from "../../src/variant/dialect.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { PackedVector4Array } from "../../src/variant/packed.ts";
import { StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { Vector2, Vector2i, Vector3 } from "../../src/variant/vectors.ts";
import { toHex } from "./described.ts";

test("versions", () => {
  expect(godotVersions.at(-1)).toBe(latestVersion);
  expect(dialectOf()).toBe(dialectOf("4.6"));
  expect(() => dialectOf("5.0" as "4.6")).toThrow(UsageError);
});

test("Godot 3 has 27 types with numbers of their own", () => {
  const { wireIds, typeIds } = dialectOf("3.6");
  expect(typeIds.filter((id) => id !== noType).length).toBe(27);
  for (const [wireId, id] of typeIds.entries()) if (id !== noType) expect(wireIds[id]).toBe(wireId);
  expect(toHex(varToBytes(new Vector3(1, 0, 0), { version: "3.6" }))).toBe(
    "070000000000803f0000000000000000",
  );
});

test("typed arrays came with 4.3, typed dictionaries with 4.4", () => {
  const array = GodotArray.typed("int", [1]);
  const dictionary = GodotDictionary.typed("int", undefined, [[1, 2]]);
  expect(toHex(varToBytes(array, { version: "4.2" }))).toBe(toHex(varToBytes([1])));
  expect(toHex(varToBytes(array, { version: "4.3" })).slice(0, 8)).toBe("1c000100");
  expect(toHex(varToBytes(dictionary, { version: "4.3" }))).toBe(toHex(varToBytes(new Map([[1, 2]]))));
  expect(toHex(varToBytes(dictionary, { version: "4.4" })).slice(0, 8)).toBe("1b000100");
});

test("elements of a typed array keep their kind for versions that know no typed arrays", () => {
  const array = GodotArray.typed("float", [1]);
  expect(toHex(varToBytes(array, { version: "4.2" }))).toBe("1c00000001000000030000000000803f");
});

test("what a version does not know is refused, by the writer and the reader", () => {
  const colors = new PackedVector4Array();
  expect(() => varToBytes(colors, { version: "4.2" })).toThrow(UsageError);
  expect(() => bytesToVar(varToBytes(colors), { version: "4.2" })).toThrow("No type has the number 38");
  expect(() => varToBytes(new Vector2i(), { version: "3.6" })).toThrow("has no Vector2i");
  expect(() => varToBytes(new BigInt64Array(1), { version: "3.6" })).toThrow(UsageError);
});

test("in Godot 3 a StringName is a String, and components have 32 bits", () => {
  expect(toHex(varToBytes(new StringName("a"), { version: "3.6" }))).toBe("040000000100000061000000");
  const bytes = varToBytes(new Vector2(1, 2), { version: "3.6", precision: "double" });
  expect(toHex(bytes)).toBe("050000000000803f00000040");
});

test("in Godot 3 a path without parts is written as absolute, but not read as such", () => {
  const root = new NodePath("/");
  const bytes = varToBytes(root, { version: "3.6" });
  expect(toHex(bytes)).toBe("0f000000000000800000000001000000");
  expect(bytesToVar(bytes, { version: "3.6" })).toEqual(new NodePath());
  expect(bytesToVar(bytes, { version: "3.6", keepKinds: true })).toEqual(root);
  expect(bytesToVar(varToBytes(root))).toEqual(root);
});
