// Bytes to vectors, boxes, rotations, transforms and colours. Knows no containers.

import type { ByteReader } from "./bytes.ts";
import { Color } from "./color.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./matrices.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

export type MathValue =
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
  | Color;

/** How real components are read: 32 bits; 64 bits, which a single precision engine narrows; 64 bits. */
export type RealWidth = "32" | "narrowed" | "64";

/** Real components of each type id from 5 (Vector2) to 19 (Projection); integers are 0. */
const realCounts: readonly number[] = [2, 0, 4, 0, 3, 0, 6, 4, 0, 4, 4, 6, 9, 12, 16];

/** Octets of the integer ones among them, and of Color. */
const otherSizes: Readonly<Record<number, number>> = { 6: 8, 8: 16, 10: 12, 13: 16, 20: 16 };

/** Reads what follows the header of a value of type id 5 to 20, having checked that it is there. */
export function readMath(reader: ByteReader, type: number, width: RealWidth): MathValue {
  const reals = realCounts[type - 5];
  reader.need(reals === undefined || reals === 0 ? otherSizes[type]! : reals * (width === "32" ? 4 : 8));
  // Literals, as V8 makes a jump table of them.
  switch (type) {
    case 6:
      return new Vector2i(reader.int32(), reader.int32());
    case 8:
      return new Rect2i(
        new Vector2i(reader.int32(), reader.int32()),
        new Vector2i(reader.int32(), reader.int32()),
      );
    case 10:
      return new Vector3i(reader.int32(), reader.int32(), reader.int32());
    case 13:
      return new Vector4i(reader.int32(), reader.int32(), reader.int32(), reader.int32());
    case 20:
      return new Color(reader.float32(), reader.float32(), reader.float32(), reader.float32());
    default:
      return readReals(reader, type, width);
  }
}

function readReals(reader: ByteReader, type: number, width: RealWidth): MathValue {
  switch (type) {
    case 5:
      return vector2(reader, width);
    case 7:
      return new Rect2(vector2(reader, width), vector2(reader, width));
    case 9:
      return vector3(reader, width);
    case 11:
      return new Transform2D(vector2(reader, width), vector2(reader, width), vector2(reader, width));
    case 12:
      return vector4(reader, width);
    case 14:
      return new Plane(vector3(reader, width), real(reader, width));
    case 15:
      return new Quaternion(
        real(reader, width),
        real(reader, width),
        real(reader, width),
        real(reader, width),
      );
    case 16:
      return new AABB(vector3(reader, width), vector3(reader, width));
    case 17:
      return basis(reader, width);
    case 18:
      return new Transform3D(basis(reader, width), vector3(reader, width));
    case 19:
      return new Projection(
        vector4(reader, width),
        vector4(reader, width),
        vector4(reader, width),
        vector4(reader, width),
      );
    default:
      throw new Error(`bug: ${type} is no type of this file`);
  }
}

function real(reader: ByteReader, width: RealWidth): number {
  if (width === "32") return reader.float32();
  return width === "64" ? reader.float64() : Math.fround(reader.float64());
}

function vector2(reader: ByteReader, width: RealWidth): Vector2 {
  return new Vector2(real(reader, width), real(reader, width));
}

function vector3(reader: ByteReader, width: RealWidth): Vector3 {
  return new Vector3(real(reader, width), real(reader, width), real(reader, width));
}

function vector4(reader: ByteReader, width: RealWidth): Vector4 {
  return new Vector4(real(reader, width), real(reader, width), real(reader, width), real(reader, width));
}

/** Written by rows, kept by columns. */
function basis(reader: ByteReader, width: RealWidth): Basis {
  const a = vector3(reader, width);
  const b = vector3(reader, width);
  const c = vector3(reader, width);
  return new Basis(new Vector3(a.x, b.x, c.x), new Vector3(a.y, b.y, c.y), new Vector3(a.z, b.z, c.z));
}
