// Vectors, boxes, rotations, transforms and colours to bytes. Knows no containers.

import { UsageError } from "../errors.ts";
import type { ByteWriter } from "./bytes.ts";
import type { EncodeSettings } from "./codec-options.ts";
import { Color } from "./color.ts";
import { noType } from "./dialect.ts";
import { typeIds, typeNames } from "./element-type.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./matrices.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/** In a header: components, or the number itself, have 64 bits; an object is only an id. */
export const flag64 = 0x10000;

/** Writes the first word of a value. `UsageError` when the version does not know the type. */
export function writeHeader(writer: ByteWriter, settings: EncodeSettings, type: number, flags = 0): void {
  const wireId = settings.dialect.wireIds[type]!;
  if (wireId === noType) {
    throw new UsageError(
      "ERR_UNAVAILABLE",
      `The version of Godot that is written for has no ${typeNames[type]}`,
    );
  }
  writer.word(wireId | flags);
}

/** Writes a value of one of the classes of this file, if it is one: not a subclass. */
export function writeMath(writer: ByteWriter, settings: EncodeSettings, value: object): boolean {
  switch (value.constructor) {
    case Vector2:
      return writeVector2(writer, settings, value as Vector2);
    case Vector3:
      return writeVector3(writer, settings, value as Vector3);
    case Color:
      return writeColor(writer, settings, value as Color);
    case Vector2i:
    case Vector3i:
    case Vector4i:
    case Rect2i:
      return writeInts(writer, settings, value as IntegerMath);
    case Vector4:
    case Quaternion:
      return writeFour(writer, settings, value as Vector4 | Quaternion);
    case Transform3D:
      return writeTransform3D(writer, settings, value as Transform3D);
    default:
      return writeLarge(writer, settings, value);
  }
}

/** Writes a value whose class descends from one of those of this file, if it does. */
export function writeMathSubclass(writer: ByteWriter, settings: EncodeSettings, value: object): boolean {
  if (value instanceof Vector2) return writeVector2(writer, settings, value);
  if (value instanceof Vector3) return writeVector3(writer, settings, value);
  if (value instanceof Color) return writeColor(writer, settings, value);
  if (value instanceof Vector4 || value instanceof Quaternion) return writeFour(writer, settings, value);
  if (value instanceof Transform3D) return writeTransform3D(writer, settings, value);
  if (value instanceof Vector2i || value instanceof Vector3i) return writeInts(writer, settings, value);
  if (value instanceof Vector4i || value instanceof Rect2i) return writeInts(writer, settings, value);
  return false;
}

type IntegerMath = Vector2i | Vector3i | Vector4i | Rect2i;

function writeVector2(writer: ByteWriter, settings: EncodeSettings, { x, y }: Vector2): true {
  const wide = begin(writer, settings, typeIds.Vector2);
  real(writer, wide, x);
  return real(writer, wide, y);
}

export function writeVector3(writer: ByteWriter, settings: EncodeSettings, vector: Vector3): true {
  return vector3(writer, begin(writer, settings, typeIds.Vector3), vector);
}

function writeColor(writer: ByteWriter, settings: EncodeSettings, { r, g, b, a }: Color): true {
  writeHeader(writer, settings, typeIds.Color);
  real(writer, false, r);
  real(writer, false, g);
  real(writer, false, b);
  return real(writer, false, a);
}

function writeInts(writer: ByteWriter, settings: EncodeSettings, value: IntegerMath): true {
  const type =
    value instanceof Vector2i
      ? typeIds.Vector2i
      : value instanceof Vector3i
        ? typeIds.Vector3i
        : value instanceof Vector4i
          ? typeIds.Vector4i
          : typeIds.Rect2i;
  writeHeader(writer, settings, type);
  for (const component of value.toArray()) writer.word(component);
  return true;
}

function writeFour(writer: ByteWriter, settings: EncodeSettings, value: Vector4 | Quaternion): true {
  const wide = begin(writer, settings, value instanceof Vector4 ? typeIds.Vector4 : typeIds.Quaternion);
  return four(writer, wide, value);
}

function writeTransform3D(writer: ByteWriter, settings: EncodeSettings, value: Transform3D): true {
  const wide = begin(writer, settings, typeIds.Transform3D);
  rows(writer, wide, value.basis);
  return vector3(writer, wide, value.origin);
}

function writeLarge(writer: ByteWriter, settings: EncodeSettings, value: object): boolean {
  if (value instanceof Basis) {
    rows(writer, begin(writer, settings, typeIds.Basis), value);
  } else if (value instanceof Projection) {
    const wide = begin(writer, settings, typeIds.Projection);
    for (const column of [value.x, value.y, value.z, value.w]) four(writer, wide, column);
  } else if (value instanceof Transform2D) {
    const wide = begin(writer, settings, typeIds.Transform2D);
    for (const component of value.toArray()) real(writer, wide, component);
  } else if (value instanceof Rect2) {
    const wide = begin(writer, settings, typeIds.Rect2);
    for (const component of value.toArray()) real(writer, wide, component);
  } else if (value instanceof AABB) {
    const wide = begin(writer, settings, typeIds.AABB);
    vector3(writer, wide, value.position);
    vector3(writer, wide, value.size);
  } else if (value instanceof Plane) {
    const wide = begin(writer, settings, typeIds.Plane);
    vector3(writer, wide, value.normal);
    real(writer, wide, value.d);
  } else return false;
  return true;
}

/** Writes the header of a value with real components, and says whether they have 64 bits. */
function begin(writer: ByteWriter, settings: EncodeSettings, type: number): boolean {
  const wide = settings.double && settings.dialect.modern;
  writeHeader(writer, settings, type, wide ? flag64 : 0);
  return wide;
}

/** What bits a NaN of JavaScript has is chance; on the wire it has Godot's usual ones. */
function real(writer: ByteWriter, wide: boolean, value: number): true {
  const at = writer.reserve(wide ? 8 : 4);
  if (Number.isNaN(value)) writeNan(writer, wide, at);
  else if (wide) writer.view.setFloat64(at, value, true);
  else writer.view.setFloat32(at, value, true);
  return true;
}

function writeNan(writer: ByteWriter, wide: boolean, at: number): void {
  if (wide) writer.view.setBigUint64(at, 0x7ff8_0000_0000_0000n, true);
  else writer.view.setInt32(at, 0x7fc0_0000, true);
}

function vector3(writer: ByteWriter, wide: boolean, { x, y, z }: Vector3): true {
  real(writer, wide, x);
  real(writer, wide, y);
  return real(writer, wide, z);
}

function four(writer: ByteWriter, wide: boolean, { x, y, z, w }: Vector4 | Quaternion): true {
  real(writer, wide, x);
  real(writer, wide, y);
  real(writer, wide, z);
  return real(writer, wide, w);
}

/** A basis is written by its rows, though scripts see columns. */
function rows(writer: ByteWriter, wide: boolean, { x, y, z }: Basis): void {
  real(writer, wide, x.x);
  real(writer, wide, y.x);
  real(writer, wide, z.x);
  real(writer, wide, x.y);
  real(writer, wide, y.y);
  real(writer, wide, z.y);
  real(writer, wide, x.z);
  real(writer, wide, y.z);
  real(writer, wide, z.z);
}
