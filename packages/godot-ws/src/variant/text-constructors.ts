// The words of the text form that numbers in parentheses follow, and the values they make: `Vector2(1, 2)`,
// `PackedInt32Array(1, 2, 3)`. Knows no tokens.

import { Color } from "./color.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./matrices.ts";
import {
  type Components,
  PackedColorArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./packed.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import type { Variant } from "./variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/** A number as it was written: a float, or an int; an int beyond 32 bits is always a bigint. */
export type WrittenNumber = number | bigint;

interface Constructor {
  /** How many numbers there have to be; undefined for any count. */
  readonly count?: number;
  make(numbers: readonly WrittenNumber[], double: boolean): Variant;
}

/** A value of real components: 32 bits each, or 64 in a double-precision build. */
function reals(count: number, make: (c: number[]) => Variant): Constructor {
  return {
    count,
    make: (numbers, double) => make(numbers.map((n) => (double ? Number(n) : Math.fround(Number(n))))),
  };
}

function integers(count: number, make: (c: number[]) => Variant): Constructor {
  return { count, make: (numbers) => make(numbers.map(toInt32)) };
}

/** A packed array of elements with so many components; what is left over is dropped. */
function packedReals(width: number, make: (data: Components) => Variant): Constructor {
  return {
    make(numbers, double) {
      const whole = numbers.slice(0, numbers.length - (numbers.length % width)).map(Number);
      return make(double ? Float64Array.from(whole) : Float32Array.from(whole));
    },
  };
}

/** With the names that Godot 3 and 2 had. */
const constructors = new Map<string, Constructor>([
  ["Vector2", reals(2, ([x, y]) => new Vector2(x, y))],
  ["Vector2i", integers(2, ([x, y]) => new Vector2i(x, y))],
  ["Rect2", reals(4, ([x, y, w, h]) => new Rect2(new Vector2(x, y), new Vector2(w, h)))],
  ["Rect2i", integers(4, ([x, y, w, h]) => new Rect2i(new Vector2i(x, y), new Vector2i(w, h)))],
  ["Vector3", reals(3, (c) => vector3(c, 0))],
  ["Vector3i", integers(3, ([x, y, z]) => new Vector3i(x, y, z))],
  ["Vector4", reals(4, (c) => vector4(c, 0))],
  ["Vector4i", integers(4, ([x, y, z, w]) => new Vector4i(x, y, z, w))],
  ["Plane", reals(4, (c) => new Plane(vector3(c, 0), c[3]))],
  ["Quaternion", reals(4, ([x, y, z, w]) => new Quaternion(x, y, z, w))],
  ["AABB", reals(6, (c) => new AABB(vector3(c, 0), vector3(c, 3)))],
  ["Basis", reals(9, basis)],
  ["Transform2D", reals(6, (c) => new Transform2D(vector2(c, 0), vector2(c, 2), vector2(c, 4)))],
  ["Transform3D", reals(12, (c) => new Transform3D(basis(c), vector3(c, 9)))],
  [
    "Projection",
    reals(16, (c) => new Projection(vector4(c, 0), vector4(c, 4), vector4(c, 8), vector4(c, 12))),
  ],
  [
    "Color",
    {
      count: 4,
      make: (numbers) => new Color(...numbers.map((number) => Math.fround(Number(number)))),
    },
  ],
  ["PackedInt32Array", { make: (numbers) => Int32Array.from(numbers, toInt32) }],
  ["PackedInt64Array", { make: (numbers) => BigInt64Array.from(numbers, toInt64) }],
  ["PackedFloat32Array", { make: (numbers) => Float32Array.from(numbers, Number) }],
  ["PackedFloat64Array", { make: (numbers) => Float64Array.from(numbers, Number) }],
  ["PackedVector2Array", packedReals(2, (data) => new PackedVector2Array(data))],
  ["PackedVector3Array", packedReals(3, (data) => new PackedVector3Array(data))],
  ["PackedVector4Array", packedReals(4, (data) => new PackedVector4Array(data))],
  ["PackedColorArray", packedReals(4, (data) => new PackedColorArray(Float32Array.from(data)))],
]);

const oldNames: Readonly<Record<string, string>> = {
  Matrix32: "Transform2D",
  Quat: "Quaternion",
  Rect3: "AABB",
  Matrix3: "Basis",
  Transform: "Transform3D",
  PackedIntArray: "PackedInt32Array",
  PoolIntArray: "PackedInt32Array",
  IntArray: "PackedInt32Array",
  PackedRealArray: "PackedFloat32Array",
  PoolRealArray: "PackedFloat32Array",
  FloatArray: "PackedFloat32Array",
  PoolVector2Array: "PackedVector2Array",
  Vector2Array: "PackedVector2Array",
  PoolVector3Array: "PackedVector3Array",
  Vector3Array: "PackedVector3Array",
  PoolVector4Array: "PackedVector4Array",
  Vector4Array: "PackedVector4Array",
  PoolColorArray: "PackedColorArray",
  ColorArray: "PackedColorArray",
  PoolByteArray: "PackedByteArray",
  ByteArray: "PackedByteArray",
  PoolStringArray: "PackedStringArray",
  StringArray: "PackedStringArray",
};

/** What a word of an older version is called today; any other word is left as it is. */
export function currentName(word: string): string {
  return Object.hasOwn(oldNames, word) ? oldNames[word]! : word;
}

/** How a value is made of numbers, by its current name; undefined for a word that no numbers follow. */
export function constructorOf(name: string): Constructor | undefined {
  return constructors.get(name);
}

/** As the machines that Godot runs on cut numbers: ints wrap around, floats that do not fit become the least int. */
export function toInt32(number: WrittenNumber): number {
  if (typeof number === "bigint") return Number(BigInt.asIntN(32, number));
  const whole = Math.trunc(number);
  return whole >= -(2 ** 31) && whole < 2 ** 31 ? whole + 0 : -(2 ** 31);
}

export function toInt64(number: WrittenNumber): bigint {
  if (typeof number === "bigint") return number;
  const whole = Math.trunc(number);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}

function vector2(c: readonly number[], from: number): Vector2 {
  return new Vector2(c[from], c[from + 1]);
}

function vector3(c: readonly number[], from: number): Vector3 {
  return new Vector3(c[from], c[from + 1], c[from + 2]);
}

function vector4(c: readonly number[], from: number): Vector4 {
  return new Vector4(c[from], c[from + 1], c[from + 2], c[from + 3]);
}

/** Written row by row. */
function basis(c: readonly number[]): Basis {
  const column = (i: number): Vector3 => new Vector3(c[i], c[i + 3], c[i + 6]);
  return new Basis(column(0), column(1), column(2));
}
