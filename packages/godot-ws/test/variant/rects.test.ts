// Boxes and planes.

import { expect, test } from "vitest";
import { AABB, Plane, Rect2, Rect2i } from "../../src/variant/rects.ts";
import { Vector2, Vector2i, Vector3 } from "../../src/variant/vectors.ts";

const rect = new Rect2(new Vector2(1, 2), new Vector2(3, 4.5));
const recti = new Rect2i(new Vector2i(1, 2), new Vector2i(3, 4));
const box = new AABB(new Vector3(1, 2, 3), new Vector3(4, 5, 6));
const plane = new Plane(new Vector3(1, 2, 3), 4);

test("the far corner", () => {
  expect(rect.end).toEqual(new Vector2(4, 6.5));
  expect(recti.end).toEqual(new Vector2i(4, 6));
  expect(box.end).toEqual(new Vector3(5, 7, 9));
});

test("equality", () => {
  expect(rect.equals(new Rect2(new Vector2(1, 2), new Vector2(3, 4.5)))).toBe(true);
  expect(rect.equals(recti)).toBe(false);
  expect(box.equals(new AABB())).toBe(false);
  expect(plane.equals(new Plane(new Vector3(1, 2, 3), 4))).toBe(true);
  expect(plane.equals(new Plane(new Vector3(1, 2, 3), 5))).toBe(false);
});

test("components in the order of the wire", () => {
  expect(rect.toArray()).toEqual([1, 2, 3, 4.5]);
  expect(box.toArray()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(plane.toArray()).toEqual([1, 2, 3, 4]);
});

test("printed as Godot prints them", () => {
  expect(String(rect)).toBe("[P: (1.0, 2.0), S: (3.0, 4.5)]");
  expect(String(recti)).toBe("[P: (1, 2), S: (3, 4)]");
  expect(String(new AABB())).toBe("[P: (0.0, 0.0, 0.0), S: (0.0, 0.0, 0.0)]");
  expect(String(plane)).toBe("[N: (1.0, 2.0, 3.0), D: 4]");
});
