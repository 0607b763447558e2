// What a typed container says about its elements, as bytes, and how elements are made to fit it. Knows no other values.

import { UsageError } from "../errors.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { DecodeSettings, EncodeSettings } from "./codec-options.ts";
import { Color } from "./color.ts";
import { converterTo, type TypeToken } from "./conversion.ts";
import { noType } from "./dialect.ts";
import { type ElementType, type TypeName, typeIds, typeNames } from "./element-type.ts";
import { Basis, Projection, Transform2D, Transform3D } from "./matrices.ts";
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
import { readText, writeText } from "./text-bytes.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";
import { Verbatim } from "./verbatim.ts";

/** What classes and scripts become for who may not see objects. */
const anyObject = "EncodedObjectAsID";

/** The two bits of a header: 0 untyped, 1 a built-in type, 2 a class, 3 a script. */
export function containerKind(type: ElementType | undefined, settings: EncodeSettings): number {
  if (type === undefined) return 0;
  if (type.script) return settings.allowObjects ? 3 : 2;
  return type.className ? 2 : 1;
}

export function writeContainerType(writer: ByteWriter, settings: EncodeSettings, type: ElementType): void {
  switch (containerKind(type, settings)) {
    case 1:
      return writer.word(settings.dialect.wireIds[typeIds[type.type]]!);
    case 2:
      return writeText(writer, settings.allowObjects ? type.className! : anyObject, true);
    default:
      if (!type.script!.startsWith("res://")) {
        throw new UsageError("ERR_UNAVAILABLE", `The script ${type.script} does not begin with res://`);
      }
      return writeText(writer, type.script!, true);
  }
}

/** Reads what follows the header of a typed container, by the two bits of the header. */
export function readContainerType(
  reader: ByteReader,
  settings: DecodeSettings,
  kind: number,
): ElementType | undefined {
  switch (kind) {
    case 0:
      return undefined;
    case 1:
      return readBuiltin(reader, settings);
    case 2: {
      const className = readText(reader, true, settings.maxStringBytes);
      return { type: "Object", className: settings.allowObjects ? className : anyObject };
    }
    default:
      return readScript(reader, settings);
  }
}

function readBuiltin(reader: ByteReader, settings: DecodeSettings): ElementType | undefined {
  reader.need(4);
  const wireId = reader.int32();
  const id = wireId >= 0 && wireId < noType ? settings.dialect.typeIds[wireId]! : noType;
  if (id === noType) reader.fail(`No type has the number ${wireId}`);
  if (id === typeIds.Nil) return undefined;
  if (id === typeIds.Object) return { type: "Object", className: settings.allowObjects ? "" : anyObject };
  return { type: typeNames[id]! };
}

function readScript(reader: ByteReader, settings: DecodeSettings): ElementType {
  const script = readText(reader, true, settings.maxStringBytes);
  if (!settings.allowObjects) return { type: "Object", className: anyObject };
  if (script === "") return { type: "Object", className: "" };
  if (!script.startsWith("res://")) reader.fail(`Invalid path of a script: ${script}`);
  return { type: "Object", script };
}

/**
 * An element as the type demands it: numbers and texts are converted, as Godot does. `UsageError` for what does not fit;
 * with `lenient` that is passed through.
 */
export function fitElement(type: ElementType, value: Variant | undefined, lenient = false): Variant {
  const fit = convertElement(type, value);
  if (fit !== undefined) return fit;
  if (lenient && value !== undefined) return value;
  throw new UsageError(
    "ERR_INVALID_PARAMETER",
    `${typeOf(value) ?? typeof value} in a container of ${type.type}`,
  );
}

/** The element converted, or undefined when Godot would refuse it. */
export function convertElement(type: ElementType, value: Variant | undefined): Variant | undefined {
  const given = typeOf(value);
  if (given === type.type) return value;
  if (given === "Nil") return type.type === "Object" ? null : undefined;
  switch (`${given} to ${type.type}`) {
    case "int to float":
      return new Float(Number(numberOf(value)));
    case "float to int":
      return truncate(Number(numberOf(value)));
    case "StringName to String":
      return String(value);
    case "String to StringName":
      return new StringName(String(value));
    default:
      return convertFurther(type.type, value);
  }
}

/**
 * The types that other values can become, and what stands for them. Not Quaternion: Godot makes one only of a Basis that
 * is a rotation, and judges that by rounding of its own.
 */
const convertible: Partial<Readonly<Record<TypeName, TypeToken>>> = {
  bool: Boolean,
  int: BigInt,
  float: Float,
  String,
  Vector2,
  Vector2i,
  Rect2,
  Rect2i,
  Vector3,
  Vector3i,
  Transform2D,
  Vector4,
  Vector4i,
  Basis,
  Transform3D,
  Projection,
  Color,
  NodePath,
  Array,
  PackedByteArray: Uint8Array,
  PackedInt32Array: Int32Array,
  PackedInt64Array: BigInt64Array,
  PackedFloat32Array: Float32Array,
  PackedFloat64Array: Float64Array,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
  PackedColorArray,
};

/** The rarer conversions, which are those of arguments, too. Godot: Variant::can_convert_strict. */
function convertFurther(type: TypeName, value: Variant | undefined): Variant | undefined {
  const token = convertible[type];
  if (token === undefined) return undefined;
  const converted = converterTo(token)(value instanceof Verbatim ? value.value : value);
  return type === "float" && typeof converted === "number"
    ? new Float(converted)
    : (converted as Variant | undefined);
}

/** Classes that an object of which only the id is known is one of. */
const classesOfIds = ["", anyObject, "RefCounted", "Object"];

/**
 * Whether an object can be of the class that is demanded. Little is known of classes: one may descend from
 * any other, but an id is only an id.
 */
export function fitsClass(type: ElementType, value: Variant | undefined): boolean {
  if (!(value instanceof GodotObject) || value.id === undefined) return true;
  return !type.script && classesOfIds.includes(type.className ?? "");
}

function numberOf(value: Variant | undefined): number | bigint {
  const inner = value instanceof Verbatim ? value.value : value;
  return inner instanceof Float || inner instanceof Int ? inner.value : (inner as number | bigint);
}

/** A float as an int; what does not fit 64 bits becomes the least int, as on the machines that Godot runs on. */
function truncate(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}
