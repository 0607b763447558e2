// Rotations and transforms.

import { expect, test } from "vitest";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../../src/variant/matrices.ts";
import { Vector2, Vector3, Vector4 } from "../../src/variant/vectors.ts";

test("they begin as the identity", () => {
  expect(new Quaternion().toArray()).toEqual([0, 0, 0, 1]);
  expect(new Basis().toArray()).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect(new Transform2D().toArray()).toEqual([1, 0, 0, 1, 0, 0]);
  expect(new Transform3D().toArray()).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
  expect(new Projection().toArray()).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
});

test("quaternions", () => {
  const quaternion = new Quaternion(1, 2, 3, 4);
  expect(quaternion.dot(quaternion)).toBe(30);
  expect(quaternion.length()).toBeCloseTo(Math.sqrt(30));
  expect(quaternion.normalized().length()).toBeCloseTo(1);
});

test("equality", () => {
  expect(new Quaternion(1, 2, 3, 4).equals(new Quaternion(1, 2, 3, 4))).toBe(true);
  expect(new Quaternion(1, 2, 3, 4).equals(new Vector4(1, 2, 3, 4))).toBe(false);
  expect(new Basis().equals(new Basis(new Vector3(1, 0, 0)))).toBe(true);
  expect(new Transform2D().equals(new Transform2D(undefined, undefined, new Vector2(1, 0)))).toBe(false);
  expect(new Transform3D().equals(new Transform3D())).toBe(true);
  expect(new Projection().equals(new Projection(new Vector4(2, 0, 0, 0)))).toBe(false);
});

test("printed as Godot prints them", () => {
  const basis = new Basis(new Vector3(1, 2, 3), new Vector3(4, 5, 6), new Vector3(7, 8, 9));
  expect(String(new Quaternion())).toBe("(0, 0, 0, 1)");
  expect(String(basis)).toBe("[X: (1.0, 2.0, 3.0), Y: (4.0, 5.0, 6.0), Z: (7.0, 8.0, 9.0)]");
  expect(String(new Transform2D())).toBe("[X: (1.0, 0.0), Y: (0.0, 1.0), O: (0.0, 0.0)]");
  expect(String(new Transform3D())).toBe(
    "[X: (1.0, 0.0, 0.0), Y: (0.0, 1.0, 0.0), Z: (0.0, 0.0, 1.0), O: (0.0, 0.0, 0.0)]",
  );
  expect(String(new Projection())).toBe(
    "[X: (1.0, 0.0, 0.0, 0.0), Y: (0.0, 1.0, 0.0, 0.0), Z: (0.0, 0.0, 1.0, 0.0), W: (0.0, 0.0, 0.0, 1.0)]",
  );
});
