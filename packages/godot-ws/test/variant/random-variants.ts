// Arbitrary values of all types of Godot, nested, for properties that hold of every one.

import fc from "fast-check";
import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../../src/variant/matrices.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { Float, float, int } from "../../src/variant/numbers.ts";
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
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";

const real = fc.float();
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Any text that a string of Godot can hold and give back. */
const text = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((any) => any.replaceAll("\0", "").replace(/^\ufeff+/, ""));

/** Components of a value, in the order of its constructor. */
const components = (count: number, component = real): fc.Arbitrary<number[]> =>
  fc.array(component, { minLength: count, maxLength: count });

const vector2 = components(2).map(([x, y]) => new Vector2(x, y));
const vector2i = components(2, int32).map(([x, y]) => new Vector2i(x, y));
const vector3 = components(3).map(([x, y, z]) => new Vector3(x, y, z));
const vector4 = components(4).map(([x, y, z, w]) => new Vector4(x, y, z, w));
const color = components(4).map(([r, g, b, a]) => new Color(r, g, b, a));
const basis = fc.tuple(vector3, vector3, vector3).map(([x, y, z]) => new Basis(x, y, z));

const floats = fc.oneof(
  real.map(float),
  fc.double().map(float),
  fc
    .bigInt({ min: 1n, max: 2n ** 51n - 1n })
    .map((bits) => new Float(Number.NaN, 0x7ff8_0000_0000_0000n | bits)),
);

const path = fc
  .tuple(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 2 }), fc.boolean())
  .map(([names, subnames, absolute]) => NodePath.of(names, subnames, absolute));

const packed: readonly fc.Arbitrary<Variant>[] = [
  fc.uint8Array({ maxLength: 20 }),
  fc.int32Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 5 }),
  fc.float32Array({ maxLength: 5 }),
  fc.float64Array({ maxLength: 5 }),
  fc.array(text, { maxLength: 4 }).map(PackedStringArray.pack),
  fc.array(vector2, { maxLength: 3 }).map(PackedVector2Array.pack),
  fc.array(vector3, { maxLength: 3 }).map(PackedVector3Array.pack),
  fc.array(vector4, { maxLength: 3 }).map(PackedVector4Array.pack),
  fc.array(color, { maxLength: 3 }).map(PackedColorArray.pack),
];

const leaves: readonly fc.Arbitrary<Variant>[] = [
  fc.constant(null),
  fc.boolean(),
  int32.map(int),
  int64.map(int),
  floats,
  text,
  vector2,
  vector2i,
  fc.tuple(vector2, vector2).map(([position, size]) => new Rect2(position, size)),
  fc.tuple(vector2i, vector2i).map(([position, size]) => new Rect2i(position, size)),
  vector3,
  components(3, int32).map(([x, y, z]) => new Vector3i(x, y, z)),
  fc.tuple(vector2, vector2, vector2).map(([x, y, origin]) => new Transform2D(x, y, origin)),
  vector4,
  components(4, int32).map(([x, y, z, w]) => new Vector4i(x, y, z, w)),
  fc.tuple(vector3, real).map(([normal, d]) => new Plane(normal, d)),
  components(4).map(([x, y, z, w]) => new Quaternion(x, y, z, w)),
  fc.tuple(vector3, vector3).map(([position, size]) => new AABB(position, size)),
  basis,
  fc.tuple(basis, vector3).map(([rotation, origin]) => new Transform3D(rotation, origin)),
  fc.tuple(vector4, vector4, vector4, vector4).map(([x, y, z, w]) => new Projection(x, y, z, w)),
  color,
  text.map((name) => new StringName(name)),
  path,
  int64.map((id) => new RID(id)),
  int64.filter((id) => id !== 0n).map(GodotObject.fromId),
  fc.constant(new GodotCallable()),
  fc.tuple(text, int64).map(([name, id]) => new GodotSignal(name, id)),
  ...packed,
];

/** Any value, as `keepKinds` gives it: ints are `Int`, floats `Float`. */
export const anyVariant: fc.Arbitrary<Variant> = fc.letrec<{ value: Variant }>((tie) => {
  const value = tie("value");
  const items = fc.array(value, { maxLength: 5 });
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      ...leaves,
      items,
      fc.array(int64.map(int), { maxLength: 4 }).map((ints) => GodotArray.typed<Variant>("int", ints)),
      fc.array(floats, { maxLength: 4 }).map((some) => GodotArray.typed<Variant>("float", some)),
      fc.array(vector3, { maxLength: 4 }).map((some) => GodotArray.typed<Variant>("Vector3", some)),
      fc.array(text, { maxLength: 4 }).map((some) => GodotArray.typed<Variant>("String", some)),
      fc.array(items, { maxLength: 3 }).map((some) => GodotArray.typed<Variant>("Array", some)),
      fc.array(fc.tuple(value, value), { maxLength: 12 }).map((entries) => new GodotDictionary(entries)),
      fc
        .array(fc.tuple(text, value), { maxLength: 5 })
        .map((entries) => GodotDictionary.typed<Variant, Variant>("String", undefined, entries)),
    ),
  };
}).value;
