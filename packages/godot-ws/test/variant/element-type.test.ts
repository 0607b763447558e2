// Types, their numbers and names.

import { expect, test } from "vitest";
import { equalElementTypes, toElementType, typeIds, typeNames } from "../../src/variant/element-type.ts";

test("39 types, numbered as Godot 4 does", () => {
  expect(typeNames.length).toBe(39);
  expect([typeIds.Nil, typeIds.Vector2, typeIds.Object, typeIds.Array, typeIds.PackedVector4Array]).toEqual([
    0, 5, 24, 28, 38,
  ]);
});

test("a name stands for an element type; Nil is none", () => {
  expect(toElementType("int")).toEqual({ type: "int" });
  expect(toElementType("Nil")).toBeUndefined();
  expect(toElementType(undefined)).toBeUndefined();
});

test("equality", () => {
  expect(equalElementTypes({ type: "Object", className: "" }, { type: "Object" })).toBe(true);
  expect(equalElementTypes({ type: "Object", className: "Node" }, { type: "Object" })).toBe(false);
  expect(equalElementTypes(undefined, undefined)).toBe(true);
  expect(equalElementTypes({ type: "int" }, undefined)).toBe(false);
});
