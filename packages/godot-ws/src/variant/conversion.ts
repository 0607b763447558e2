// Arguments by declared type: what a typed parameter of GDScript would take is converted as GDScript converts it, anything
// else is refused. Knows no bytes and no calls.

import { UsageError } from "../errors.ts";
import { Color } from "./color.ts";
import { GodotDictionary } from "./dictionary.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./matrices.ts";
import { NodePath } from "./node-path.ts";
import { Float, Int } from "./numbers.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./packed.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/**
 * What stands for a type in a declaration: `Int`, `Float`, `BigInt`, `Boolean`, `String`, `Array`, `Uint8Array` and the
 * other typed arrays, any of our value classes, or `"any"` for a parameter without a type.
 */
export type TypeToken =
  | "any"
  | StringConstructor
  | BooleanConstructor
  | NumberConstructor
  | BigIntConstructor
  | (abstract new (
      ...args: never[]
    ) => object);

/** What a method gets for a token; for `"any"` it is `never`, which a parameter of every type takes. */
export type ValueOf<Token> = Token extends "any"
  ? never
  : Token extends StringConstructor
    ? string
    : Token extends BooleanConstructor
      ? boolean
      : Token extends NumberConstructor | typeof Int | typeof Float
        ? number
        : Token extends BigIntConstructor
          ? bigint
          : Token extends typeof GodotObject
            ? GodotObject | null
            : Token extends ArrayConstructor
              ? unknown[]
              : Token extends abstract new (
                    ...args: never[]
                  ) => infer Value
                ? Value
                : never;

/** The converted value; undefined when it is refused. */
export type Converter = (value: unknown) => unknown;

const converters = new Map<unknown, Converter>([
  ["any", (value) => value],
  [Boolean, toBoolean],
  [Int, toSafeInteger],
  [BigInt, toBigInt],
  [Float, toNumber],
  [Number, toNumber],
  [String, toText],
  [StringName, (value) => (typeof value === "string" ? new StringName(value) : same(StringName, value))],
  [NodePath, toNodePath],
  [Array, toArray],
  [PackedStringArray, toPackedStrings],
  [Color, toColor],
  [Vector2, (value) => (value instanceof Vector2i ? new Vector2(value.x, value.y) : same(Vector2, value))],
  [Vector2i, (value) => (value instanceof Vector2 ? toVector2i(value) : same(Vector2i, value))],
  [
    Vector3,
    (value) => (value instanceof Vector3i ? new Vector3(value.x, value.y, value.z) : same(Vector3, value)),
  ],
  [
    Vector3i,
    (value) =>
      value instanceof Vector3
        ? new Vector3i(truncate(value.x), truncate(value.y), truncate(value.z))
        : same(Vector3i, value),
  ],
  [
    Vector4,
    (value) =>
      value instanceof Vector4i ? new Vector4(value.x, value.y, value.z, value.w) : same(Vector4, value),
  ],
  [
    Vector4i,
    (value) =>
      value instanceof Vector4
        ? new Vector4i(truncate(value.x), truncate(value.y), truncate(value.z), truncate(value.w))
        : same(Vector4i, value),
  ],
  [Rect2, (value) => (value instanceof Rect2i ? toRect2(value) : same(Rect2, value))],
  [
    Rect2i,
    (value) =>
      value instanceof Rect2
        ? new Rect2i(toVector2i(value.position), toVector2i(value.size))
        : same(Rect2i, value),
  ],
  [Quaternion, (value) => (value instanceof Basis ? toQuaternion(value) : same(Quaternion, value))],
  [Basis, (value) => (value instanceof Quaternion ? toBasis(value) : same(Basis, value))],
  [Transform2D, (value) => (value instanceof Transform3D ? flatten(value) : same(Transform2D, value))],
  [Transform3D, toTransform3D],
  [Projection, (value) => (value instanceof Transform3D ? toProjection(value) : same(Projection, value))],
  [GodotObject, (value) => (value === null ? null : same(GodotObject, value))],
  ...[AABB, Plane, RID, GodotCallable, GodotSignal, GodotDictionary].map((type): [unknown, Converter] => [
    type,
    (value) => same(type, value),
  ]),
  ...[Uint8Array, Int32Array, Float32Array, Float64Array].map((type): [unknown, Converter] => [
    type,
    (value) => (isPlainArray(value) ? toNumbers(type, value) : same(type, value)),
  ]),
  [BigInt64Array, (value) => (isPlainArray(value) ? toBigInts(value) : same(BigInt64Array, value))],
  ...[PackedVector2Array, PackedVector3Array, PackedVector4Array, PackedColorArray].map(
    (type): [unknown, Converter] => [type, (value) => toPacked(type, value)],
  ),
]);

const elementsOfPacked = new Map<unknown, abstract new (...args: never[]) => object>([
  [PackedVector2Array, Vector2],
  [PackedVector3Array, Vector3],
  [PackedVector4Array, Vector4],
  [PackedColorArray, Color],
]);

/** The conversion to a declared type. Throws UsageError for what stands for none. Godot: Variant::can_convert_strict. */
export function converterTo(token: TypeToken): Converter {
  const converter = converters.get(token);
  if (converter !== undefined) return converter;
  throw new UsageError("ERR_INVALID_PARAMETER", `${nameOfToken(token)} stands for no type of Godot`);
}

/** How a token is called in messages. */
export function nameOfToken(token: TypeToken): string {
  return typeof token === "function" ? token.name : String(token);
}

function same(type: abstract new (...args: never[]) => object, value: unknown): unknown {
  return value instanceof type ? value : undefined;
}

// ---- numbers and texts ----

/** Numbers of every kind, booleans as 0 and 1. */
function asNumeric(value: unknown): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Int || value instanceof Float ? value.value : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const number = asNumeric(value);
  // NaN is true to Godot.
  return number === undefined ? undefined : number !== 0 && number !== 0n;
}

// Beyond 2^53 - 1 a number would be another one: who wants those declares BigInt.
function toSafeInteger(value: unknown): number | undefined {
  const number = asNumeric(value);
  if (number === undefined) return undefined;
  const integer = truncate(Number(number));
  return Number.isSafeInteger(integer) ? integer : undefined;
}

function toBigInt(value: unknown): bigint | undefined {
  const number = asNumeric(value);
  if (number === undefined || (typeof number === "number" && !Number.isFinite(number))) return undefined;
  const integer = BigInt(typeof number === "number" ? Math.trunc(number) : number);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

function toNumber(value: unknown): number | undefined {
  const number = asNumeric(value);
  return number === undefined ? undefined : Number(number);
}

/** Towards zero, and never -0: that would be a float. */
function truncate(value: number): number {
  return Math.trunc(value) + 0;
}

function toText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof StringName || value instanceof NodePath ? value.toString() : undefined;
}

function toNodePath(value: unknown): unknown {
  if (typeof value !== "string") return same(NodePath, value);
  try {
    return new NodePath(value);
  } catch {
    return undefined;
  }
}

const webColor = /^#?(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i;

// Godot also knows names such as "red".
function toColor(value: unknown): unknown {
  if (typeof value === "string") {
    if (!webColor.test(value)) return undefined;
    const digits = value.replace("#", "");
    const width = digits.length < 6 ? 1 : 2;
    const parts = digits.match(width === 1 ? /./g : /../g) ?? [];
    const [r, g, b, a] = parts.map((part) => Number.parseInt(part, 16) / (width === 1 ? 15 : 255));
    return new Color(r, g, b, a);
  }
  const number = typeof value === "boolean" ? undefined : asNumeric(value);
  if (value instanceof Color || number === undefined) return same(Color, value);
  if (value instanceof Float || (typeof number === "number" && !Number.isInteger(number))) return undefined;
  const rgba = Number(BigInt.asUintN(32, BigInt(number)));
  return new Color(
    (rgba >>> 24) / 255,
    ((rgba >>> 16) & 255) / 255,
    ((rgba >>> 8) & 255) / 255,
    (rgba & 255) / 255,
  );
}

// ---- arrays ----

/** An Array of Godot's: neither a PackedStringArray nor one of numbers. */
function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && !(value instanceof PackedStringArray);
}

function toArray(value: unknown): unknown {
  if (isPlainArray(value)) return value;
  if (value instanceof PackedStringArray || elementsOfPacked.has((value as object | null)?.constructor)) {
    return [...(value as Iterable<unknown>)];
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<unknown>);
  }
  return undefined;
}

function toPackedStrings(value: unknown): unknown {
  if (!isPlainArray(value)) return same(PackedStringArray, value);
  const texts = value.map(toText);
  return texts.includes(undefined) ? undefined : PackedStringArray.pack(texts as string[]);
}

// Godot makes zeros of what is no number; here that is refused.
function toNumbers(
  type: typeof Uint8Array | typeof Int32Array | typeof Float32Array | typeof Float64Array,
  items: unknown[],
): unknown {
  const numbers = items.map(toNumber);
  return numbers.includes(undefined) ? undefined : type.from(numbers as number[]);
}

function toBigInts(items: unknown[]): unknown {
  const numbers = items.map(toBigInt);
  return numbers.includes(undefined) ? undefined : BigInt64Array.from(numbers as bigint[]);
}

function toPacked(
  type: { pack(elements: Iterable<never>): object } & (abstract new (...args: never[]) => object),
  value: unknown,
): unknown {
  if (!isPlainArray(value)) return same(type, value);
  const element = elementsOfPacked.get(type)!;
  return value.every((item) => item instanceof element) ? type.pack(value as never[]) : undefined;
}

// ---- vectors, rectangles, matrices ----

function toVector2i({ x, y }: Vector2): Vector2i {
  return new Vector2i(truncate(x), truncate(y));
}

function toRect2({ position, size }: Rect2i): Rect2 {
  return new Rect2(new Vector2(position.x, position.y), new Vector2(size.x, size.y));
}

function toTransform3D(value: unknown): unknown {
  if (value instanceof Basis) return new Transform3D(value);
  if (value instanceof Quaternion) return new Transform3D(toBasis(value));
  if (value instanceof Transform2D) {
    const { x, y, origin } = value;
    const basis = new Basis(new Vector3(x.x, x.y), new Vector3(y.x, y.y));
    return new Transform3D(basis, new Vector3(origin.x, origin.y));
  }
  if (value instanceof Projection) {
    const [x, y, z, origin] = [value.x, value.y, value.z, value.w].map((column) => dropW(column));
    return new Transform3D(new Basis(x, y, z), origin);
  }
  return same(Transform3D, value);
}

function dropW({ x, y, z }: Vector4): Vector3 {
  return new Vector3(x, y, z);
}

function toProjection({ basis, origin }: Transform3D): Projection {
  const column = ({ x, y, z }: Vector3, w: number): Vector4 => new Vector4(x, y, z, w);
  return new Projection(column(basis.x, 0), column(basis.y, 0), column(basis.z, 0), column(origin, 1));
}

function flatten({ basis, origin }: Transform3D): Transform2D {
  return new Transform2D(
    new Vector2(basis.x.x, basis.x.y),
    new Vector2(basis.y.x, basis.y.y),
    new Vector2(origin.x, origin.y),
  );
}

/** The rotation of a quaternion of any length but 0. */
function toBasis({ x, y, z, w }: Quaternion): Basis {
  const s = 2 / (x * x + y * y + z * z + w * w);
  return new Basis(
    new Vector3(1 - s * (y * y + z * z), s * (x * y + w * z), s * (x * z - w * y)),
    new Vector3(s * (x * y - w * z), 1 - s * (x * x + z * z), s * (y * z + w * x)),
    new Vector3(s * (x * z + w * y), s * (y * z - w * x), 1 - s * (x * x + y * y)),
  );
}

/** The rotation of a basis without scale or shear. */
function toQuaternion({ x, y, z }: Basis): Quaternion {
  const trace = x.x + y.y + z.z;
  if (trace > 0) {
    const s = 2 * Math.sqrt(trace + 1);
    return new Quaternion((y.z - z.y) / s, (z.x - x.z) / s, (x.y - y.x) / s, s / 4);
  }
  if (x.x >= y.y && x.x >= z.z) {
    const s = 2 * Math.sqrt(1 + x.x - y.y - z.z);
    return new Quaternion(s / 4, (y.x + x.y) / s, (z.x + x.z) / s, (y.z - z.y) / s);
  }
  if (y.y >= z.z) {
    const s = 2 * Math.sqrt(1 + y.y - x.x - z.z);
    return new Quaternion((y.x + x.y) / s, s / 4, (z.y + y.z) / s, (z.x - x.z) / s);
  }
  const s = 2 * Math.sqrt(1 + z.z - x.x - y.y);
  return new Quaternion((z.x + x.z) / s, (z.y + y.z) / s, s / 4, (x.y - y.x) / s);
}
