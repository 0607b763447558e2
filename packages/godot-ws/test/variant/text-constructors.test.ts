import { describe, expect, it } from "vitest";
import { Color } from "../../src/variant/color.ts";
import { Basis } from "../../src/variant/matrices.ts";
import { PackedVector2Array } from "../../src/variant/packed.ts";
import { constructorOf, currentName, toInt32, toInt64 } from "../../src/variant/text-constructors.ts";
import { Vector2, Vector3 } from "../../src/variant/vectors.ts";

describe("constructors in text", () => {
  it("components have 32 bits, or 64 on demand; those of a Color never", () => {
    expect(constructorOf("Vector2")?.make([0.1, 2], false)).toEqual(new Vector2(Math.fround(0.1), 2));
    expect(constructorOf("Vector2")?.make([0.1, 2], true)).toEqual(new Vector2(0.1, 2));
    expect(constructorOf("Color")?.make([0.1, 0, 0, 1], true)).toEqual(new Color(Math.fround(0.1), 0, 0, 1));
  });

  it("a Basis is written row by row", () => {
    const basis = new Basis(new Vector3(1, 4, 7), new Vector3(2, 5, 8), new Vector3(3, 6, 9));
    expect(constructorOf("Basis")?.make([1, 2, 3, 4, 5, 6, 7, 8, 9], false)).toEqual(basis);
  });

  it("what is left over of a packed array is dropped", () => {
    const packed = constructorOf("PackedVector2Array")?.make([1, 2, 3], false);
    expect(packed).toEqual(new PackedVector2Array(Float32Array.of(1, 2)));
  });

  it("names of older versions", () => {
    expect(currentName("PoolIntArray")).toBe("PackedInt32Array");
    expect(currentName("Quat")).toBe("Quaternion");
    expect(currentName("toString")).toBe("toString");
    expect(constructorOf("constructor")).toBeUndefined();
  });

  it("numbers are cut to integers as Godot cuts them", () => {
    expect([1.9, -1.9, -0.5, 1e10, -1e10, Number.NaN, Number.POSITIVE_INFINITY].map(toInt32)).toEqual([
      1,
      -1,
      0,
      ...new Array(4).fill(-(2 ** 31)),
    ]);
    expect([2n ** 31n, 2n ** 32n + 1n, -(2n ** 31n) - 1n].map(toInt32)).toEqual([-(2 ** 31), 1, 2 ** 31 - 1]);
    expect([1.9, -1e18, 1e19, Number.NaN].map(toInt64)).toEqual([
      1n,
      -(10n ** 18n),
      -(2n ** 63n),
      -(2n ** 63n),
    ]);
  });
});
