// All values that Godot can hold, as one type, and the name of the type of each. Knows no bytes.

import { Color } from "./color.ts";
import { GodotDictionary } from "./dictionary.ts";
import { type TypeName, typeNames } from "./element-type.ts";
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
import { isPlain } from "./plain-object.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";
import { Verbatim } from "./verbatim.ts";

/** A plain object, which stands for a Dictionary with String keys. */
export interface VariantRecord {
  readonly [key: string]: Variant;
}

/** The packed arrays, as they are in JavaScript. */
export type PackedVariant =
  | Uint8Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | PackedStringArray
  | PackedVector2Array
  | PackedVector3Array
  | PackedVector4Array
  | PackedColorArray;

/**
 * Any value of Godot. A number that is a safe integer is an int and any other (-0, too) a float; `Int` and `Float` say
 * it themselves. A `GodotArray` or `GodotDictionary` can be typed. Godot: Variant.
 */
export type Variant =
  | null
  | boolean
  | number
  | bigint
  | string
  | Int
  | Float
  | Vector2
  | Vector2i
  | Rect2
  | Rect2i
  | Vector3
  | Vector3i
  | Transform2D
  | Vector4
  | Vector4i
  | Plane
  | Quaternion
  | AABB
  | Basis
  | Transform3D
  | Projection
  | Color
  | StringName
  | NodePath
  | RID
  | GodotObject<Variant>
  | GodotCallable
  | GodotSignal
  | GodotDictionary<Variant, Variant>
  | ReadonlyMap<Variant, Variant>
  | VariantRecord
  | readonly Variant[]
  | PackedVariant
  | Verbatim<Variant>;

export type Class<T extends object = object> = abstract new (...args: never[]) => T;

/** The class of each type, in the order of their numbers; none for what is only a primitive in JavaScript. */
export const classes: readonly (Class | undefined)[] = [
  undefined,
  undefined,
  Int,
  Float,
  undefined,
  Vector2,
  Vector2i,
  Rect2,
  Rect2i,
  Vector3,
  Vector3i,
  Transform2D,
  Vector4,
  Vector4i,
  Plane,
  Quaternion,
  AABB,
  Basis,
  Transform3D,
  Projection,
  Color,
  StringName,
  NodePath,
  RID,
  GodotObject,
  GodotCallable,
  GodotSignal,
  GodotDictionary,
  Array,
  Uint8Array,
  Int32Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedColorArray,
  PackedVector4Array,
];

const typesOfClasses = new Map<unknown, TypeName>(classes.map((ofType, id) => [ofType, typeNames[id]!]));
typesOfClasses.delete(undefined);

/**
 * The Godot type that a value is written as, or undefined when it is none of Godot's: undefined, a function, a Date.
 * Godot: typeof.
 */
export function typeOf(value: unknown): TypeName | undefined {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int" : "float";
    case "bigint":
      return "int";
    case "string":
      return "String";
    case "object":
      return value === null ? "Nil" : typeOfObject(value);
    default:
      return undefined;
  }
}

function typeOfObject(value: object): TypeName | undefined {
  if (value instanceof Verbatim) return typeOf(value.value);
  if (isPlain(value) || value instanceof Map) return "Dictionary";
  let prototype: unknown = Object.getPrototypeOf(value);
  // Subclasses are what they descend from.
  while (typeof prototype === "object" && prototype !== null) {
    const type = typesOfClasses.get(prototype.constructor);
    if (type !== undefined) return type;
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}
