// Writing vectors and the like: classes that descend from them, and NaN.

import { expect, test } from "vitest";
import { Color } from "../../src/variant/color.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { Quaternion, Transform3D } from "../../src/variant/matrices.ts";
import { Rect2i } from "../../src/variant/rects.ts";
import { Vector2, Vector2i, Vector3, Vector4 } from "../../src/variant/vectors.ts";
import { toHex } from "./described.ts";

test.each([
  Vector2,
  Vector3,
  Vector4,
  Vector2i,
  Rect2i,
  Color,
  Quaternion,
  Transform3D,
])("a subclass of %o is written as what it descends from", (base) => {
  class Special extends (base as typeof Vector2) {}
  expect(varToBytes(new Special())).toEqual(varToBytes(new base()));
});

test("NaN has the bits that Godot's has, however it came about", () => {
  const odd = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0]!;
  expect(toHex(varToBytes(new Vector2(odd, Number.NaN)))).toBe("050000000000c07f0000c07f");
  expect(toHex(varToBytes(new Vector2(odd, 0), { precision: "double" }))).toBe(
    "05000100000000000000f87f0000000000000000",
  );
  expect(toHex(varToBytes(odd))).toBe("03000100000000000000f87f");
});

test("what does not fit 32 bits overflows and underflows as in Godot", () => {
  expect(toHex(varToBytes(new Vector2(1e300, 1e-300)))).toBe("050000000000807f00000000");
});
