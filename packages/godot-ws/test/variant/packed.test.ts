// Packed arrays of strings, vectors and colours.

import { expect, test } from "vitest";
import { Color } from "../../src/variant/color.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "../../src/variant/packed.ts";
import { Vector2, Vector3, Vector4 } from "../../src/variant/vectors.ts";

test("elements lie one behind the other", () => {
  const array = PackedVector3Array.pack([new Vector3(1, 2, 3), new Vector3(4, 5, 6)]);
  expect(array.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(array.length).toBe(2);
  expect(array.at(1)).toEqual(new Vector3(4, 5, 6));
  expect(array.at(-2)).toEqual(new Vector3(1, 2, 3));
  expect(array.at(2)).toBeUndefined();
  expect(array.at(-3)).toBeUndefined();
});

test("elements are replaced in place", () => {
  const array = PackedVector2Array.pack([new Vector2(1, 2)]);
  array.set(0, new Vector2(3, 4));
  array.set(1, new Vector2(5, 6));
  expect([...array]).toEqual([new Vector2(3, 4)]);
});

test("each class has its width", () => {
  expect(PackedVector4Array.pack([new Vector4(1, 2, 3, 4)]).toArray()).toEqual([new Vector4(1, 2, 3, 4)]);
  expect(PackedColorArray.pack([new Color(1, 0.5, 0)]).data).toEqual(Float32Array.of(1, 0.5, 0, 1));
  expect(new PackedVector2Array().length).toBe(0);
});

test("equality", () => {
  const array = PackedVector2Array.pack([new Vector2(1, 2)]);
  expect(array.equals(PackedVector2Array.pack([new Vector2(1, 2)]))).toBe(true);
  expect(array.equals(PackedVector2Array.pack([new Vector2(1, 3)]))).toBe(false);
  expect(array.equals(PackedVector2Array.pack([]))).toBe(false);
  expect(new PackedVector2Array().equals(new PackedVector3Array())).toBe(false);
});

test("printed as Godot prints them", () => {
  expect(String(PackedVector2Array.pack([new Vector2(1, 2)]))).toBe("[(1.0, 2.0)]");
});

test("strings are an array of their own", () => {
  const strings = PackedStringArray.pack(["a", "b"]);
  expect(strings).toBeInstanceOf(Array);
  expect([...strings]).toEqual(["a", "b"]);
  expect(strings.map((text) => text.length)).not.toBeInstanceOf(PackedStringArray);
});
