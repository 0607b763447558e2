// What vectors do besides being kept.

import { expect, test } from "vitest";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";

test("they begin as zero", () => {
  expect(new Vector2().toArray()).toEqual([0, 0]);
  expect(new Vector3i().toArray()).toEqual([0, 0, 0]);
  expect(new Vector4().toArray()).toEqual([0, 0, 0, 0]);
});

test("arithmetic", () => {
  expect(new Vector2(1, 2).add(new Vector2(3, 4))).toEqual(new Vector2(4, 6));
  expect(new Vector3(1, 2, 3).sub(new Vector3(3, 2, 1))).toEqual(new Vector3(-2, 0, 2));
  expect(new Vector4(1, 2, 3, 4).scale(2)).toEqual(new Vector4(2, 4, 6, 8));
  expect(new Vector3(1, 2, 3).dot(new Vector3(4, 5, 6))).toBe(32);
  expect(new Vector2(3, 4).length()).toBe(5);
  expect(new Vector3(1, 2, 3).distanceTo(new Vector3(1, 5, 7))).toBe(5);
  expect(new Vector2(0, 4).normalized()).toEqual(new Vector2(0, 1));
  expect(new Vector2().normalized()).toEqual(new Vector2());
  expect(new Vector4(0, 0, 0, 0).lerp(new Vector4(4, 8, 12, 16), 0.25)).toEqual(new Vector4(1, 2, 3, 4));
});

test("integer ones keep 32 bits of whole numbers", () => {
  expect(new Vector2i(1.9, -1.9).toArray()).toEqual([1, -1]);
  expect(new Vector2i(2 ** 31, 2 ** 32).toArray()).toEqual([-(2 ** 31), 0]);
  expect(new Vector3i(5, 5, 5).scale(0.5)).toEqual(new Vector3i(2, 2, 2));
  expect(new Vector4i(1, 2, 3, 4).add(new Vector4i(1, 1, 1, 1)).sub(new Vector4i(0, 0, 0, 1))).toEqual(
    new Vector4i(2, 3, 4, 4),
  );
  expect(new Vector2i(3, 4).length()).toBe(5);
  expect(new Vector3i(1, 2, 3).distanceTo(new Vector3i(1, 2, 7))).toBe(4);
});

test("equality is of one class and all components", () => {
  expect(new Vector2(1, 2).equals(new Vector2(1, 2))).toBe(true);
  expect(new Vector2(1, 2).equals(new Vector2i(1, 2))).toBe(false);
  expect(new Vector3(1, 2, 3).equals(new Vector3(1, 2, 4))).toBe(false);
  expect(new Vector4i(1, 2, 3, 4).equals(new Vector4i(1, 2, 3, 4))).toBe(true);
  expect(new Vector2(Number.NaN, 0).equals(new Vector2(Number.NaN, 0))).toBe(false);
});

test("printed as Godot prints them", () => {
  expect(String(new Vector2(1, 0.1))).toBe("(1.0, 0.1)");
  expect(String(new Vector2i(1, -2))).toBe("(1, -2)");
  expect(String(new Vector3(1, 2, 3))).toBe("(1.0, 2.0, 3.0)");
  expect(String(new Vector4(1, 2, 3, Number.POSITIVE_INFINITY))).toBe("(1.0, 2.0, 3.0, inf)");
  expect(String(new Vector4i(1, 2, 3, 4))).toBe("(1, 2, 3, 4)");
});
