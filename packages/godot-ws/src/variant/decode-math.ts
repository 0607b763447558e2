// Bytes to vectors, boxes, rotations, transforms and colours. Knows no containers.

import { Color } from "./color.ts";
import type { DecodeReader } from "./decode-reader.ts";
import { typeIds } from "./element-type.ts";
import { integerTypes } from "./encode-math.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./matrices.ts";
import { AABB, Plane, Rect2, Rect2i } from "./rects.ts";
import type { Variant } from "./variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/** Components of each type id from 5 (Vector2) to 20 (Color). */
const counts = [2, 2, 4, 4, 3, 3, 6, 4, 4, 4, 4, 6, 9, 12, 16, 4];

/** Reads what follows the header of a value of type id 5 to 20, having checked that it is there. */
export function readMath(reader: DecodeReader, type: number, flagged: boolean): Variant {
  const wide = flagged && type !== typeIds.Color && !integerTypes.has(type);
  reader.need(counts[type - 5]! * (wide ? 8 : 4));
  // Literals, as V8 makes a jump table of them.
  switch (type) {
    case 5:
      return vector2(reader, wide);
    case 6:
      return vector2i(reader);
    case 7:
      return new Rect2(vector2(reader, wide), vector2(reader, wide));
    case 8:
      return new Rect2i(vector2i(reader), vector2i(reader));
    case 9:
      return vector3(reader, wide);
    case 10:
      return new Vector3i(reader.int32(), reader.int32(), reader.int32());
    case 11:
      return new Transform2D(vector2(reader, wide), vector2(reader, wide), vector2(reader, wide));
    case 12:
      return four(reader, wide, Vector4);
    case 13:
      return new Vector4i(reader.int32(), reader.int32(), reader.int32(), reader.int32());
    case 14:
      return new Plane(vector3(reader, wide), reader.real(wide));
    case 15:
      return four(reader, wide, Quaternion);
    case 16:
      return new AABB(vector3(reader, wide), vector3(reader, wide));
    case 17:
      return basis(reader, wide);
    case 18:
      return new Transform3D(basis(reader, wide), vector3(reader, wide));
    case 19:
      return new Projection(
        four(reader, wide, Vector4),
        four(reader, wide, Vector4),
        four(reader, wide, Vector4),
        four(reader, wide, Vector4),
      );
    default:
      return four(reader, false, Color);
  }
}

function vector2(reader: DecodeReader, wide: boolean): Vector2 {
  return new Vector2(reader.real(wide), reader.real(wide));
}

function vector2i(reader: DecodeReader): Vector2i {
  return new Vector2i(reader.int32(), reader.int32());
}

export function vector3(reader: DecodeReader, wide: boolean): Vector3 {
  return new Vector3(reader.real(wide), reader.real(wide), reader.real(wide));
}

function four<T>(
  reader: DecodeReader,
  wide: boolean,
  Class: new (x: number, y: number, z: number, w: number) => T,
): T {
  return new Class(reader.real(wide), reader.real(wide), reader.real(wide), reader.real(wide));
}

/** Written by rows, kept by columns. */
function basis(reader: DecodeReader, wide: boolean): Basis {
  const a = vector3(reader, wide);
  const b = vector3(reader, wide);
  const c = vector3(reader, wide);
  return new Basis(new Vector3(a.x, b.x, c.x), new Vector3(a.y, b.y, c.y), new Vector3(a.z, b.z, c.z));
}
