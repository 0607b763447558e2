// Values as the golden files describe them: from a description to a value, from a value to a description, and both put
// into one form in which equal ones are equal.

import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import type { ElementType, TypeName } from "../../src/variant/element-type.ts";
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
import { typeOf, type Variant } from "../../src/variant/variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";

/** A description, as JSON has it. */
export type Description = { readonly type: string } & { readonly [key: string]: unknown };

type Json = { readonly [key: string]: unknown };

/** What Godot 4 calls the types of Godot 3. */
const modernNames: Readonly<Record<string, string>> = {
  Quat: "Quaternion",
  Transform: "Transform3D",
  PoolByteArray: "PackedByteArray",
  PoolIntArray: "PackedInt32Array",
  PoolRealArray: "PackedFloat32Array",
  PoolStringArray: "PackedStringArray",
  PoolVector2Array: "PackedVector2Array",
  PoolVector3Array: "PackedVector3Array",
  PoolColorArray: "PackedColorArray",
};

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

function real(described: unknown): number {
  return typeof described === "number" ? described : special[String(described)]!;
}

function reals(described: unknown, ...names: string[]): number[] {
  return names.map((name) => real((described as Json)[name]));
}

const vector2 = (described: unknown): Vector2 => new Vector2(...reals(described, "x", "y"));
const vector2i = (described: unknown): Vector2i => new Vector2i(...reals(described, "x", "y"));
const vector3 = (described: unknown): Vector3 => new Vector3(...reals(described, "x", "y", "z"));
const vector4 = (described: unknown): Vector4 => new Vector4(...reals(described, "x", "y", "z", "w"));
const color = (described: unknown): Color => new Color(...reals(described, "r", "g", "b", "a"));

function basis(described: unknown): Basis {
  const { x, y, z } = described as Json;
  return new Basis(vector3(x), vector3(y), vector3(z));
}

function floatOf(described: Description): Float {
  const value = real(described["value"]);
  return new Float(value, Number.isNaN(value) ? BigInt(`0x${described["bits"]}`) : undefined);
}

/** The items of a list that is described, or none. */
function list(described: unknown): readonly Description[] {
  return (described ?? []) as readonly Description[];
}

function elementType(described: unknown): ElementType | undefined {
  if (described === undefined || described === null) return undefined;
  const { builtin, class: className, script } = described as Record<string, string | undefined>;
  return { type: builtin as TypeName, className, script };
}

function arrayOf(described: Description): Variant {
  const items = list(described["items"]).map(makeValue);
  const type = elementType(described["element_type"]);
  return type === undefined ? items : GodotArray.typed(type, items);
}

function dictionaryOf(described: Description): Variant {
  const entries = described["entries"] as readonly (readonly [Description, Description])[];
  const dictionary = new GodotDictionary<Variant, Variant>();
  for (const [key, value] of entries) dictionary.set(makeValue(key), makeValue(value));
  dictionary.keyType = elementType(described["key_type"]);
  dictionary.valueType = elementType(described["value_type"]);
  return dictionary;
}

function objectOf(described: Description): Variant {
  if (described["properties"] !== undefined) {
    const properties = described["properties"] as readonly (readonly [string, Description])[];
    return new GodotObject(
      described["class"] as string,
      properties.map(([name, value]) => [name, makeValue(value)] as const),
    );
  }
  const id = described["instance_id"] ?? described["object_id"];
  return id === undefined ? null : GodotObject.fromId(BigInt(id as number | string));
}

const makers: Readonly<Record<string, (described: Description) => Variant>> = {
  Nil: () => null,
  bool: ({ value }) => value as boolean,
  int: ({ value }) => new Int(BigInt(value as number | string)),
  float: floatOf,
  String: ({ value }) => value as string,
  Vector2: vector2,
  Vector2i: vector2i,
  Rect2: ({ position, size }) => new Rect2(vector2(position), vector2(size)),
  Rect2i: ({ position, size }) => new Rect2i(vector2i(position), vector2i(size)),
  Vector3: vector3,
  Vector3i: (described) => new Vector3i(...reals(described, "x", "y", "z")),
  Transform2D: ({ x, y, origin }) => new Transform2D(vector2(x), vector2(y), vector2(origin)),
  Vector4: vector4,
  Vector4i: (described) => new Vector4i(...reals(described, "x", "y", "z", "w")),
  Plane: ({ normal, d }) => new Plane(vector3(normal), real(d)),
  Quaternion: (described) => new Quaternion(...reals(described, "x", "y", "z", "w")),
  AABB: ({ position, size }) => new AABB(vector3(position), vector3(size)),
  Basis: basis,
  Transform3D: (described) => new Transform3D(basis(described["basis"]), vector3(described["origin"])),
  Projection: ({ x, y, z, w }) => new Projection(vector4(x), vector4(y), vector4(z), vector4(w)),
  Color: color,
  StringName: ({ value }) => new StringName(value as string),
  NodePath: ({ names, subnames, absolute }) =>
    NodePath.of(names as string[], subnames as string[], absolute as boolean),
  RID: ({ id }) => new RID(BigInt(id as number | string)),
  Object: objectOf,
  Callable: () => new GodotCallable(),
  Signal: (described) =>
    new GodotSignal(described["name"] as string, BigInt(described["object_id"] as number | string)),
  Dictionary: dictionaryOf,
  Array: arrayOf,
  PackedByteArray: ({ hex }) => fromHex(hex as string),
  PackedInt32Array: ({ values }) => Int32Array.from(values as number[]),
  PackedInt64Array: ({ values }) => BigInt64Array.from(values as (number | string)[], BigInt),
  PackedFloat32Array: ({ values }) => Float32Array.from(values as unknown[], real),
  PackedFloat64Array: ({ values }) => Float64Array.from(values as unknown[], real),
  PackedStringArray: ({ values }) => PackedStringArray.pack(values as string[]),
  PackedVector2Array: ({ values }) => PackedVector2Array.pack(list(values).map(vector2)),
  PackedVector3Array: ({ values }) => PackedVector3Array.pack(list(values).map(vector3)),
  PackedVector4Array: ({ values }) => PackedVector4Array.pack(list(values).map(vector4)),
  PackedColorArray: ({ values }) => PackedColorArray.pack(list(values).map(color)),
};

/** The value that is described. */
export function makeValue(described: Description): Variant {
  return makers[modernNames[described.type] ?? described.type]!(described);
}

/**
 * One text for values that are the same: kinds, bits of NaNs, element types, order of entries. `loose` lets int and float
 * of one value be the same, as JavaScript's numbers are.
 */
export function canonical(value: Variant, loose = false): string {
  return JSON.stringify(canonicalParts(value, loose));
}

function canonicalParts(value: Variant, loose: boolean): unknown {
  if (value instanceof Verbatim) return canonicalParts(value.value as Variant, loose);
  const type = typeOf(value);
  const parts = (item: Variant): unknown => canonicalParts(item, loose);
  if (type === "int" || type === "float") return canonicalNumber(type, value, loose);
  if (value instanceof GodotDictionary) {
    const types = [value.keyType, value.valueType].map(canonicalType);
    return [type, ...types, [...value].map(([key, item]) => [parts(key), parts(item)])];
  }
  if (value instanceof PackedStringArray) return [type, ...value];
  if (Array.isArray(value)) {
    return [
      type,
      canonicalType(value instanceof GodotArray ? value.elementType : undefined),
      value.map(parts),
    ];
  }
  if (value instanceof GodotObject) {
    return [
      type,
      value.className,
      String(value.id),
      [...value.properties].map(([name, item]) => [name, parts(item as Variant)]),
    ];
  }
  if (value instanceof NodePath) return [type, value.names, value.subnames, value.absolute];
  if (value instanceof GodotSignal) return [type, value.name, String(value.objectId)];
  return [type, ...canonicalComponents(value)];
}

function canonicalComponents(value: Variant): unknown[] {
  if (value instanceof PackedColorArray || value instanceof PackedVector2Array) return narrowed(value.data);
  if (value instanceof PackedVector3Array || value instanceof PackedVector4Array) return narrowed(value.data);
  if (ArrayBuffer.isView(value))
    return Array.from(value as Iterable<number | bigint> & ArrayBufferView, textOf);
  if (typeof value === "object" && value !== null && "toArray" in value) {
    return (value as Vector2).toArray().map((component) => textOf(Math.fround(component)));
  }
  return [String(value)];
}

/** 64-bit components are kept by `keepKinds`, where the engine narrows them. */
function narrowed(data: Iterable<number>): string[] {
  return Array.from(data, (component) => textOf(Math.fround(component)));
}

function canonicalNumber(type: TypeName, value: Variant, loose: boolean): unknown[] {
  const number = value instanceof Int || value instanceof Float ? value.value : (value as number | bigint);
  if (loose) return ["number", textOf(Object.is(number, -0) ? 0 : number)];
  const bits = value instanceof Float ? value.nanBits : undefined;
  const usual = bits === undefined || bits === 0x7ff8_0000_0000_0000n;
  return [type, textOf(number), usual ? "" : bits.toString(16)];
}

function textOf(number: number | bigint): string {
  return Object.is(number, -0) ? "-0" : String(number);
}

/** Of a script the class is not known to us, and "no class" has two spellings. */
function canonicalType(type: ElementType | undefined): unknown {
  return type === undefined ? "" : [type.type, type.script ?? type.className ?? ""];
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
