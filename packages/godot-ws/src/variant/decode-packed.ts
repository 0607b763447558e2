// Bytes to packed arrays. Knows no other containers.

import type { DecodeReader } from "./decode-reader.ts";
import { typeIds } from "./element-type.ts";
import {
  type Components,
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./packed.ts";
import type { PackedVariant } from "./variant.ts";

/** By type id: the class of the typed array, and how many of its numbers an element has. */
const layouts: Readonly<Record<number, readonly [Numbers, width?: number, Packed?: PackedClass]>> = {
  [typeIds.PackedInt32Array]: [Int32Array],
  [typeIds.PackedInt64Array]: [BigInt64Array],
  [typeIds.PackedFloat32Array]: [Float32Array],
  [typeIds.PackedFloat64Array]: [Float64Array],
  [typeIds.PackedVector2Array]: [Float32Array, 2, PackedVector2Array],
  [typeIds.PackedVector3Array]: [Float32Array, 3, PackedVector3Array],
  [typeIds.PackedColorArray]: [Float32Array, 4, PackedColorArray as PackedClass],
  [typeIds.PackedVector4Array]: [Float32Array, 4, PackedVector4Array],
};

type Numbers =
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;
type PackedClass = new (data: Components) => PackedVariant;

const packedElements = "elements of a packed array";

/** Reads what follows the header of a value of type id 29 to 38. */
export function readPacked(reader: DecodeReader, type: number, flagged: boolean): PackedVariant {
  if (type === typeIds.PackedByteArray) return readBytes(reader);
  if (type === typeIds.PackedStringArray) return readStrings(reader);
  const [Narrow, width = 1, Packed] = layouts[type]!;
  const wide = flagged && Packed !== undefined && type !== typeIds.PackedColorArray;
  const Numbers = wide ? Float64Array : Narrow;
  const size = Numbers.BYTES_PER_ELEMENT;
  const count = reader.count(reader.word(), width * size, packedElements);
  const data = new Numbers(reader.numbers(count * width * size, size));
  if (Packed === undefined) return data;
  // What is written again has to have 64 bits as well.
  const narrowed = wide && !reader.settings.double && !reader.settings.keepKinds;
  return new Packed(narrowed ? Float32Array.from(data as Float64Array) : (data as Components));
}

function readBytes(reader: DecodeReader): Uint8Array {
  const count = reader.count(reader.word(), 1, packedElements);
  const { bytes, at } = reader;
  // The padding may be missing at the very end, and counts all the same.
  reader.at = at + ((count + 3) & ~3);
  // Not `subarray`, which of a Buffer would be a Buffer.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset + at, count);
  return reader.settings.copyBytes ? view.slice() : view;
}

function readStrings(reader: DecodeReader): PackedStringArray {
  // A negative number means none, as for Godot.
  const count = reader.count(Math.max(0, reader.word()), 4, "strings");
  const strings = new PackedStringArray();
  reader.depth += 1;
  for (let i = 0; i < count; i++) {
    reader.enter(i);
    strings.push(reader.text());
  }
  reader.depth -= 1;
  return strings;
}
