// Arguments by declared type: what a typed parameter of GDScript would take is converted as GDScript converts it, anything
// else is refused. Knows no bytes and no calls.

import { UsageError } from "../errors.ts";
import { Color } from "./color.ts";
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
import { Rect2, Rect2i } from "./rects.ts";
import { GodotObject, StringName } from "./references.ts";
import { type Class, classes } from "./variant.ts";
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
  | Class;

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

/** A class of packed arrays, which make one of a list by either of two methods. */
interface PackedClass extends Class {
  pack?(elements: Iterable<never>): object;
  from?(elements: Iterable<never>): object;
}

/** The packed arrays, and what the elements of an Array have to become. Godot makes zeros of what is no number. */
const packedTypes: readonly [PackedClass, Converter][] = [
  [Uint8Array, toNumber],
  [Int32Array, toNumber],
  [BigInt64Array, toBigInt],
  [Float32Array, toNumber],
  [Float64Array, toNumber],
  [PackedStringArray, toText],
  [PackedVector2Array, from(Vector2, (value) => value)],
  [PackedVector3Array, from(Vector3, (value) => value)],
  [PackedVector4Array, from(Vector4, (value) => value)],
  [PackedColorArray, from(Color, (value) => value)],
];

/** What classes take besides their own objects. Those that are not here take nothing else. */
const others = new Map<unknown, Converter>([
  [StringName, (value) => (typeof value === "string" ? new StringName(value) : undefined)],
  [NodePath, toNodePath],
  [GodotObject, (value) => (value === null ? null : undefined)],
  [Color, toColor],
  [Vector2, from(Vector2i, toVector2)],
  [Vector2i, from(Vector2, toVector2i)],
  [Vector3, from(Vector3i, toVector3)],
  [Vector3i, from(Vector3, ({ x, y, z }) => new Vector3i(x, y, z))],
  [Vector4, from(Vector4i, ({ x, y, z, w }) => new Vector4(x, y, z, w))],
  [Vector4i, from(Vector4, ({ x, y, z, w }) => new Vector4i(x, y, z, w))],
  [Rect2, from(Rect2i, ({ position, size }) => new Rect2(toVector2(position), toVector2(size)))],
  [Rect2i, from(Rect2, ({ position, size }) => new Rect2i(toVector2i(position), toVector2i(size)))],
  [Quaternion, from(Basis, toQuaternion)],
  [Basis, from(Quaternion, toBasis)],
  [Transform2D, from(Transform3D, flatten)],
  [Transform3D, toTransform3D],
  [Projection, from(Transform3D, toProjection)],
  ...packedTypes.map(([type, toElement]): [unknown, Converter] => [
    type,
    (value) => (isPlainArray(value) ? toPacked(type, value.map(toElement)) : undefined),
  ]),
]);

const converters = new Map<unknown, Converter>([
  ...classes
    .filter((type) => type !== undefined)
    .map((type): [unknown, Converter] => [
      type,
      (value) => (value instanceof type ? value : others.get(type)?.(value)),
    ]),
  ["any", (value) => value],
  [Boolean, toBoolean],
  [Int, toSafeInteger],
  [BigInt, toBigInt],
  [Float, toNumber],
  [Number, toNumber],
  [String, toText],
  [Array, toArray],
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

function from<T extends object>(source: Class<T>, make: (value: T) => object): Converter {
  return (value) => (value instanceof source ? make(value) : undefined);
}

// ---- numbers and texts ----

/** Numbers of every kind, booleans as 0 and 1. */
function asNumeric(value: unknown): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  return value instanceof Int || value instanceof Float ? value.value : undefined;
}

function toNumber(value: unknown): number | undefined {
  const number = asNumeric(value);
  return number === undefined ? undefined : Number(number);
}

function toBoolean(value: unknown): boolean | undefined {
  const number = toNumber(value);
  // NaN is true to Godot.
  return number === undefined ? undefined : number !== 0;
}

// Beyond 2^53 - 1 a number would be another one: who wants those declares BigInt.
function toSafeInteger(value: unknown): number | undefined {
  // Never -0: that would be a float.
  const integer = Math.trunc(toNumber(value) ?? Number.NaN) + 0;
  return Number.isSafeInteger(integer) ? integer : undefined;
}

function toBigInt(value: unknown): bigint | undefined {
  const number = asNumeric(value);
  if (number === undefined || !Number.isFinite(Number(number))) return undefined;
  const integer = BigInt(typeof number === "number" ? Math.trunc(number) : number);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" || value instanceof StringName || value instanceof NodePath
    ? String(value)
    : undefined;
}

function toNodePath(value: unknown): NodePath | undefined {
  try {
    return typeof value === "string" ? new NodePath(value) : undefined;
  } catch {
    return undefined;
  }
}

const webColor = /^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i;

/** Of a text as in the web, or an int, which is 0xRRGGBBAA. Godot also knows names such as "red". */
function toColor(value: unknown): Color | undefined {
  const number = value instanceof Float || typeof value === "boolean" ? undefined : asNumeric(value);
  const text = Number.isInteger(Number(number))
    ? BigInt.asUintN(32, BigInt(number!)).toString(16).padStart(8, "0")
    : value;
  const digits = typeof text === "string" ? webColor.exec(text)?.[1] : undefined;
  if (digits === undefined) return undefined;
  const pairs = digits.length < 6 ? digits.replace(/./g, "$&$&") : digits;
  const [r, g, b, a] = pairs.match(/../g)!.map((pair) => Number.parseInt(pair, 16) / 255);
  return new Color(r, g, b, a);
}

// ---- arrays ----

/** An Array of Godot's: neither a PackedStringArray nor one of numbers. */
function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && !(value instanceof PackedStringArray);
}

function toArray(value: unknown): unknown {
  if (isPlainArray(value)) return value;
  return packedTypes.some(([type]) => value instanceof type) ? [...(value as Iterable<unknown>)] : undefined;
}

function toPacked(type: PackedClass, elements: unknown[]): object | undefined {
  if (elements.includes(undefined)) return undefined;
  return type.pack?.(elements as never[]) ?? type.from!(elements as never[]);
}

// ---- vectors, matrices ----

interface Components {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
}

function toVector2({ x, y }: Components): Vector2 {
  return new Vector2(x, y);
}

function toVector2i({ x, y }: Components): Vector2i {
  return new Vector2i(x, y);
}

function toVector3({ x, y, z }: Components): Vector3 {
  return new Vector3(x, y, z);
}

function toTransform3D(value: unknown): Transform3D | undefined {
  if (value instanceof Basis) return new Transform3D(value);
  if (value instanceof Quaternion) return new Transform3D(toBasis(value));
  const isFlat = value instanceof Transform2D;
  if (!isFlat && !(value instanceof Projection)) return undefined;
  const [z, origin] = isFlat ? [undefined, value.origin] : [toVector3(value.z), value.w];
  return new Transform3D(new Basis(toVector3(value.x), toVector3(value.y), z), toVector3(origin));
}

function toProjection({ basis, origin }: Transform3D): Projection {
  const column = ({ x, y, z }: Vector3, w: number): Vector4 => new Vector4(x, y, z, w);
  return new Projection(column(basis.x, 0), column(basis.y, 0), column(basis.z, 0), column(origin, 1));
}

function flatten({ basis, origin }: Transform3D): Transform2D {
  return new Transform2D(toVector2(basis.x), toVector2(basis.y), toVector2(origin));
}

/** The rotation of a quaternion of any length but 0. */
function toBasis({ x, y, z, w }: Quaternion): Basis {
  const s = 2 / (x * x + y * y + z * z + w * w);
  // Where an axis goes, seen from it: itself and the two that follow.
  const column = (a: number, b: number, c: number): [number, number, number] => [
    1 - s * (b * b + c * c),
    s * (a * b + w * c),
    s * (a * c - w * b),
  ];
  const [xx, xy, xz] = column(x, y, z);
  const [yy, yz, yx] = column(y, z, x);
  const [zz, zx, zy] = column(z, x, y);
  return new Basis(new Vector3(xx, xy, xz), new Vector3(yx, yy, yz), new Vector3(zx, zy, zz));
}

/** The rotation of a basis without scale or shear. */
function toQuaternion({ x, y, z }: Basis): Quaternion {
  // Each row is the quaternion times four times one of its components; a large one loses no digits.
  const [yz, zx, xy] = [y.z - z.y, z.x - x.z, x.y - y.x];
  const [a, b, c] = [y.x + x.y, z.x + x.z, z.y + y.z];
  const trace = x.x + y.y + z.z;
  if (trace > 0) return new Quaternion(yz, zx, xy, 1 + trace).normalized();
  if (x.x >= y.y && x.x >= z.z) return new Quaternion(1 + x.x - y.y - z.z, a, b, yz).normalized();
  if (y.y >= z.z) return new Quaternion(a, 1 + y.y - x.x - z.z, c, zx).normalized();
  return new Quaternion(b, c, 1 + z.z - x.x - y.y, xy).normalized();
}
