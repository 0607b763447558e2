// Vectors, boxes, rotations, transforms and colours to bytes. Knows no containers.

import { UsageError } from "../errors.ts";
import { ByteWriter } from "./bytes.ts";
import { type EncodeSettings, toEncodeSettings } from "./codec-options.ts";
import { noType } from "./dialect.ts";
import { typeIds, typeNames } from "./element-type.ts";
import type { Vector2, Vector3 } from "./vectors.ts";

/** In a header: components, or the number itself, have 64 bits; an object is only an id. */
export const flag64 = 0x10000;

/** The state of one pass over a value: the bytes, and in how many containers is what is being written. */
export class EncodeWriter extends ByteWriter {
  settings: EncodeSettings = toEncodeSettings(undefined);
  depth = 0;

  /** Writes the first word of a value. `UsageError` when the version does not know the type. */
  header(type: number, flags = 0): void {
    const wireId = this.settings.dialect.wireIds[type]!;
    if (wireId === noType) {
      throw new UsageError(
        "ERR_UNAVAILABLE",
        `The version of Godot that is written for has no ${typeNames[type]}`,
      );
    }
    this.word(wireId | flags);
  }

  /** Writes the header of a value with real components, and says whether they have 64 bits. */
  realHeader(type: number, double = this.settings.double): boolean {
    const wide = double && this.settings.dialect.modern;
    this.header(type, wide ? flag64 : 0);
    return wide;
  }

  real(wide: boolean, value: number): void {
    if (wide) this.float64(value);
    else this.float32(value);
  }
}

/** By type id: what has integers for components. */
export const integerTypes: ReadonlySet<number> = new Set([
  typeIds.Vector2i,
  typeIds.Rect2i,
  typeIds.Vector3i,
  typeIds.Vector4i,
]);

/** Where the components of a basis that come first stand among its columns: bytes have it by rows. */
const rows = [0, 3, 6, 1, 4, 7, 2, 5, 8, 9, 10, 11];

/** Writes a value of type id 5 to 20. */
export function writeMath(writer: EncodeWriter, type: number, value: { toArray(): readonly number[] }): void {
  const components = value.toArray();
  if (integerTypes.has(type)) {
    writer.header(type);
    for (const component of components) writer.word(component);
    return;
  }
  const wide = writer.realHeader(type, writer.settings.double && type !== typeIds.Color);
  const byRows = type === typeIds.Basis || type === typeIds.Transform3D;
  for (let i = 0; i < components.length; i++) {
    writer.real(wide, components[byRows ? rows[i]! : i]!);
  }
}

/** The same for the most frequent ones. */
export function writeVector2(writer: EncodeWriter, { x, y }: Vector2): void {
  const wide = writer.realHeader(typeIds.Vector2);
  writer.real(wide, x);
  writer.real(wide, y);
}

export function writeVector3(writer: EncodeWriter, { x, y, z }: Vector3): void {
  const wide = writer.realHeader(typeIds.Vector3);
  writer.real(wide, x);
  writer.real(wide, y);
  writer.real(wide, z);
}
