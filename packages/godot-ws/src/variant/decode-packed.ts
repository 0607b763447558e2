// Bytes to packed arrays. Knows no other containers.

import type { RealWidth } from "./decode-math.ts";
import type { DecodeReader } from "./decode-reader.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./packed.ts";
import type { PackedVariant } from "./variant.ts";

/** Reads what follows the header of a value of type id 29 to 38. */
export function readPacked(reader: DecodeReader, type: number, width: RealWidth): PackedVariant {
  // Literals, as V8 makes a jump table of them.
  switch (type) {
    case 29:
      return readBytes(reader);
    case 30:
      return new Int32Array(readNumbers(reader, 1, 4));
    case 31:
      return new BigInt64Array(readNumbers(reader, 1, 8));
    case 32:
      return new Float32Array(readNumbers(reader, 1, 4));
    case 33:
      return new Float64Array(readNumbers(reader, 1, 8));
    case 34:
      return readStrings(reader);
    case 35:
      return new PackedVector2Array(readComponents(reader, 2, width));
    case 36:
      return new PackedVector3Array(readComponents(reader, 3, width));
    case 37:
      return new PackedColorArray(new Float32Array(readNumbers(reader, 4, 4)));
    case 38:
      return new PackedVector4Array(readComponents(reader, 4, width));
    default:
      throw new Error(`bug: ${type} is no packed array`);
  }
}

/** A count of elements of so many octets each; negative ones are refused. */
function readCount(reader: DecodeReader, size: number): number {
  reader.need(4);
  const count = reader.int32();
  if (count < 0 || count * size > reader.end - reader.at) {
    reader.at -= 4;
    reader.fail(`${count} elements of ${size} octets in ${reader.end - reader.at - 4}`);
  }
  reader.countElements(count);
  return count;
}

function readBytes(reader: DecodeReader): Uint8Array {
  const count = readCount(reader, 1);
  const { bytes, at } = reader;
  // The padding may be missing at the very end, and counts all the same.
  reader.at = at + ((count + 3) & ~3);
  // Not `subarray`, which of a Buffer would be a Buffer.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset + at, count);
  return reader.settings.copyBytes ? view.slice() : view;
}

function readNumbers(reader: DecodeReader, width: number, size: 4 | 8): ArrayBuffer {
  return reader.numbers(readCount(reader, width * size) * width * size, size);
}

function readComponents(reader: DecodeReader, count: number, width: RealWidth): Float32Array | Float64Array {
  if (width === "32") return new Float32Array(readNumbers(reader, count, 4));
  const wide = new Float64Array(readNumbers(reader, count, 8));
  // What is written again has to have 64 bits as well.
  return width === "64" || reader.settings.keepKinds ? wide : Float32Array.from(wide);
}

function readStrings(reader: DecodeReader): PackedStringArray {
  reader.need(4);
  // A negative number means none, as for Godot.
  const count = Math.max(0, reader.int32());
  if (count * 4 > reader.end - reader.at) {
    reader.fail(`${count} strings in ${reader.end - reader.at} octets`);
  }
  reader.countElements(count);
  const strings = new PackedStringArray();
  for (let i = 0; i < count; i++) {
    reader.places[reader.depth] = i;
    reader.depth += 1;
    strings.push(reader.text());
    reader.depth -= 1;
  }
  return strings;
}
