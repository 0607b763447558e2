// Typed arrays.

import { expect, test } from "vitest";
import { GodotArray } from "../../src/variant/typed-array.ts";

test("an array that knows what its elements are", () => {
  const array = GodotArray.typed("int", [1, 2]);
  expect(array.elementType).toEqual({ type: "int" });
  expect(array.length).toBe(2);
  expect(Array.isArray(array)).toBe(true);
  expect(GodotArray.typed("Nil").elementType).toBeUndefined();
});

test("what is made of it is a plain array", () => {
  expect(GodotArray.typed("int", [1, 2]).map(String)).toStrictEqual(["1", "2"]);
});
