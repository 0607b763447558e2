import { describe, expect, expectTypeOf, test } from "vitest";
import { Color } from "../../src/variant/color.ts";
import { converterTo, nameOfToken, type TypeToken, type ValueOf } from "../../src/variant/conversion.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../../src/variant/matrices.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "../../src/variant/packed.ts";
import { AABB, Plane, Rect2, Rect2i } from "../../src/variant/rects.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";

/** One value of each type that Godot has. */
const samples = new Map<string, unknown>([
  ["null", null],
  ["boolean", true],
  ["number", 3],
  ["string", "text"],
  ["StringName", new StringName("name")],
  ["NodePath", new NodePath("A/B:c")],
  ["Vector2", new Vector2(1.5, -2.5)],
  ["Vector2i", new Vector2i(1, -2)],
  ["Rect2", new Rect2(new Vector2(1.5, 2), new Vector2(3, 4))],
  ["Rect2i", new Rect2i(new Vector2i(1, 2), new Vector2i(3, 4))],
  ["Vector3", new Vector3(1.5, -2.5, 3)],
  ["Vector3i", new Vector3i(1, -2, 3)],
  ["Vector4", new Vector4(1.5, -2.5, 3, 4)],
  ["Vector4i", new Vector4i(1, -2, 3, 4)],
  ["Transform2D", new Transform2D()],
  ["Plane", new Plane()],
  ["Quaternion", new Quaternion()],
  ["AABB", new AABB()],
  ["Basis", new Basis()],
  ["Transform3D", new Transform3D()],
  ["Projection", new Projection()],
  ["Color", new Color(1, 0, 0)],
  ["RID", new RID(1)],
  ["GodotObject", new GodotObject("Node")],
  ["GodotCallable", new GodotCallable()],
  ["GodotSignal", new GodotSignal("hit")],
  ["GodotDictionary", new GodotDictionary([["a", 1]])],
  ["Array", []],
  ["Uint8Array", Uint8Array.of(1, 2)],
  ["Int32Array", Int32Array.of(1, -2)],
  ["BigInt64Array", BigInt64Array.of(1n, -2n)],
  ["Float32Array", Float32Array.of(0.5)],
  ["Float64Array", Float64Array.of(0.1)],
  ["PackedStringArray", PackedStringArray.pack(["a"])],
  ["PackedVector2Array", PackedVector2Array.pack([new Vector2(1, 2)])],
  ["PackedVector3Array", PackedVector3Array.pack([new Vector3(1, 2, 3)])],
  ["PackedVector4Array", PackedVector4Array.pack([new Vector4(1, 2, 3, 4)])],
  ["PackedColorArray", PackedColorArray.pack([new Color()])],
]);

const packed = [...samples.keys()].filter((name) => /^(?:Packed|.*\dArray$)/.test(name));

/** What each type takes. Godot: the table of Variant::can_convert_strict. */
const takes: [TypeToken, string[]][] = [
  [Boolean, ["boolean", "number"]],
  [Int, ["boolean", "number"]],
  [BigInt, ["boolean", "number"]],
  [Float, ["boolean", "number"]],
  [Number, ["boolean", "number"]],
  [String, ["string", "StringName", "NodePath"]],
  [StringName, ["string", "StringName"]],
  [NodePath, ["string", "NodePath"]],
  [Vector2, ["Vector2", "Vector2i"]],
  [Vector2i, ["Vector2", "Vector2i"]],
  [Rect2, ["Rect2", "Rect2i"]],
  [Rect2i, ["Rect2", "Rect2i"]],
  [Vector3, ["Vector3", "Vector3i"]],
  [Vector3i, ["Vector3", "Vector3i"]],
  [Vector4, ["Vector4", "Vector4i"]],
  [Vector4i, ["Vector4", "Vector4i"]],
  [Transform2D, ["Transform2D", "Transform3D"]],
  [Plane, ["Plane"]],
  [Quaternion, ["Quaternion", "Basis"]],
  [AABB, ["AABB"]],
  [Basis, ["Quaternion", "Basis"]],
  [Transform3D, ["Transform2D", "Quaternion", "Basis", "Transform3D", "Projection"]],
  [Projection, ["Transform3D", "Projection"]],
  // A text must be a colour, too.
  [Color, ["number", "Color"]],
  [RID, ["RID"]],
  [GodotObject, ["null", "GodotObject"]],
  [GodotCallable, ["GodotCallable"]],
  [GodotSignal, ["GodotSignal"]],
  [GodotDictionary, ["GodotDictionary"]],
  [Array, ["Array", ...packed]],
  ...[Uint8Array, Int32Array, BigInt64Array, Float32Array, Float64Array].map(
    (type): [TypeToken, string[]] => [type, ["Array", type.name]],
  ),
  ...[PackedStringArray, PackedVector2Array, PackedVector3Array, PackedVector4Array, PackedColorArray].map(
    (type): [TypeToken, string[]] => [type, ["Array", type.name]],
  ),
  ["any", [...samples.keys()]],
];

test("the packed types are all there", () => {
  expect(packed).toHaveLength(10);
});

test.each(
  takes.map(([token, from]) => [nameOfToken(token), token, from] as const),
)("%s takes what GDScript takes", (_, token, from) => {
  const convert = converterTo(token);
  expect([...samples].filter(([, value]) => convert(value) !== undefined).map(([name]) => name)).toEqual(
    [...samples.keys()].filter((name) => from.includes(name)),
  );
  const own = samples.get(nameOfToken(token));
  if (own !== undefined) expect(convert(own)).toBe(own);
});

const big = 2n ** 53n;

test.each<[TypeToken, unknown, unknown]>([
  [Int, 1.9, 1],
  [Int, -1.9, -1],
  [Int, -0.5, 0],
  [Int, true, 1],
  [Int, new Int(7), 7],
  [Int, new Float(7.5), 7],
  [Int, 5n, 5],
  [Int, big, undefined],
  [Int, 1e300, undefined],
  [Int, Number.NaN, undefined],
  [BigInt, big, big],
  [BigInt, 1.9, 1n],
  [BigInt, 2n ** 63n, undefined],
  [BigInt, Number.POSITIVE_INFINITY, undefined],
  [Float, 3, 3],
  [Float, false, 0],
  [Float, Number.NaN, Number.NaN],
  [Float, big, Number(big)],
  [Boolean, 0, false],
  [Boolean, 0n, false],
  [Boolean, 0.5, true],
  [Boolean, Number.NaN, true],
  [String, new StringName("name"), "name"],
  [String, new NodePath("A/B:c"), "A/B:c"],
  [StringName, "name", new StringName("name")],
  [NodePath, "A/B:c", new NodePath("A/B:c")],
  [NodePath, "A::b", undefined],
  [Vector2, new Vector2i(1, -2), new Vector2(1, -2)],
  [Vector2i, new Vector2(1.9, -1.9), new Vector2i(1, -1)],
  [Vector3, new Vector3i(1, 2, 3), new Vector3(1, 2, 3)],
  [Vector3i, new Vector3(1.9, -0.5, 3), new Vector3i(1, 0, 3)],
  [Vector4, new Vector4i(1, 2, 3, 4), new Vector4(1, 2, 3, 4)],
  [Vector4i, new Vector4(1.9, 2, 3, 4.5), new Vector4i(1, 2, 3, 4)],
  [Rect2, samples.get("Rect2i"), new Rect2(new Vector2(1, 2), new Vector2(3, 4))],
  [Rect2i, samples.get("Rect2"), new Rect2i(new Vector2i(1, 2), new Vector2i(3, 4))],
  [Color, "#ff0000", new Color(1, 0, 0, 1)],
  [Color, "00f8", new Color(0, 0, 1, 8 / 15)],
  [Color, "ff000080", new Color(1, 0, 0, 128 / 255)],
  [Color, 0x00ff00ff, new Color(0, 1, 0, 1)],
  [Color, 1.5, undefined],
  [Color, "#ff00", new Color(1, 1, 0, 0)],
  [Color, "#ff000", undefined],
  [Array, PackedStringArray.pack(["a", "b"]), ["a", "b"]],
  [Array, PackedVector2Array.pack([new Vector2(1, 2)]), [new Vector2(1, 2)]],
  [Array, Uint8Array.of(1, 2), [1, 2]],
  [Uint8Array, [1, 2, 257], Uint8Array.of(1, 2, 1)],
  [Uint8Array, [1, "2"], undefined],
  [BigInt64Array, [1, 2n], BigInt64Array.of(1n, 2n)],
  [BigInt64Array, ["1"], undefined],
  [PackedStringArray, ["a", new StringName("b")], PackedStringArray.pack(["a", "b"])],
  [PackedStringArray, ["a", 1], undefined],
  [PackedVector2Array, [new Vector2(1, 2)], PackedVector2Array.pack([new Vector2(1, 2)])],
  [PackedVector2Array, [new Vector3()], undefined],
  [
    Transform3D,
    new Transform2D(new Vector2(1, 2), new Vector2(3, 4), new Vector2(5, 6)),
    new Transform3D(
      new Basis(new Vector3(1, 2, 0), new Vector3(3, 4, 0), new Vector3(0, 0, 1)),
      new Vector3(5, 6, 0),
    ),
  ],
])("%# converts by value", (token, value, expected) => {
  expect(converterTo(token)(value)).toEqual(expected);
});

test("a typed array stays itself", () => {
  const typed = GodotArray.typed("int", [1]);
  expect(converterTo(Array)(typed)).toBe(typed);
});

describe("rotations", () => {
  // A quarter turn about each axis, a third about the diagonal, half turns.
  const half = Math.SQRT1_2;
  test.each([
    [new Quaternion(half, 0, 0, half)],
    [new Quaternion(0, half, 0, half)],
    [new Quaternion(0, 0, half, half)],
    [new Quaternion(0.5, 0.5, 0.5, 0.5)],
    [new Quaternion(1, 0, 0, 0)],
    [new Quaternion(0, 1, 0, 0)],
    [new Quaternion(0, 0, 1, 0)],
  ])("%s is a basis and comes back", (rotation) => {
    const basis = converterTo(Basis)(rotation) as Basis;
    const back = converterTo(Quaternion)(basis) as Quaternion;
    expect(Math.abs(back.dot(rotation))).toBeCloseTo(1);
    expect((converterTo(Transform3D)(rotation) as Transform3D).basis.toArray()).toEqual(basis.toArray());
  });

  test("about z takes x to y", () => {
    const { x, y } = converterTo(Basis)(new Quaternion(0, 0, half, half)) as Basis;
    x.toArray().forEach((value, i) => {
      expect(value).toBeCloseTo([0, 1, 0][i]!);
    });
    y.toArray().forEach((value, i) => {
      expect(value).toBeCloseTo([-1, 0, 0][i]!);
    });
  });
});

test("transforms go through projections, and flat", () => {
  const basis = new Basis(new Vector3(1, 2, 3), new Vector3(4, 5, 6), new Vector3(7, 8, 9));
  const transform = new Transform3D(basis, new Vector3(10, 11, 12));
  const projection = converterTo(Projection)(transform) as Projection;
  expect(projection.toArray()).toEqual([1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 1]);
  expect(converterTo(Transform3D)(projection)).toEqual(transform);
  expect(converterTo(Transform3D)(basis)).toEqual(new Transform3D(basis));
  expect((converterTo(Transform2D)(transform) as Transform2D).toArray()).toEqual([1, 2, 4, 5, 10, 11]);
});

test("what stands for no type is a UsageError", () => {
  for (const token of [Date, Map, "Int", undefined]) {
    expect(usageErrorOf(() => converterTo(token as TypeToken))).toBe("ERR_INVALID_PARAMETER");
  }
});

test("tokens have the types of the parameters they stand for", () => {
  expectTypeOf<ValueOf<typeof Int>>().toEqualTypeOf<number>();
  expectTypeOf<ValueOf<typeof Float>>().toEqualTypeOf<number>();
  expectTypeOf<ValueOf<BigIntConstructor>>().toEqualTypeOf<bigint>();
  expectTypeOf<ValueOf<StringConstructor>>().toEqualTypeOf<string>();
  expectTypeOf<ValueOf<BooleanConstructor>>().toEqualTypeOf<boolean>();
  expectTypeOf<ValueOf<ArrayConstructor>>().toEqualTypeOf<unknown[]>();
  expectTypeOf<ValueOf<typeof Vector2>>().toEqualTypeOf<Vector2>();
  expectTypeOf<ValueOf<typeof GodotObject>>().toEqualTypeOf<GodotObject | null>();
  expectTypeOf<ValueOf<"any">>().toBeNever();
});
