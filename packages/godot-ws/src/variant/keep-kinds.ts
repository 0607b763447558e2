// Wraps what was decoded so that writing it again gives the bytes that it came as. Knows only values without elements.

import { ByteWriter } from "./bytes.ts";
import type { DecodeReader } from "./decode-reader.ts";
import { typeIds } from "./element-type.ts";
import { writeValue } from "./encode.ts";
import { Float, Int } from "./numbers.ts";
import type { Variant } from "./variant.ts";
import { Verbatim } from "./verbatim.ts";

/** Where values are written to be compared, and how large it may stay. */
let scratch = new ByteWriter();
const largestScratch = 1 << 20;

/**
 * Containers are written as they were read, a NodePath, too: what stands in its padding is chance. Everything else is
 * written and compared.
 */
const notCompared: ReadonlySet<number> = new Set([
  typeIds.NodePath,
  typeIds.Dictionary,
  typeIds.Array,
  typeIds.PackedByteArray,
  typeIds.PackedInt32Array,
  typeIds.PackedInt64Array,
  typeIds.PackedFloat32Array,
  typeIds.PackedFloat64Array,
  typeIds.PackedVector2Array,
  typeIds.PackedVector3Array,
  typeIds.PackedVector4Array,
  typeIds.PackedColorArray,
]);

/** The value as `keepKinds` gives it, which was read from `start` to where the reader is. */
export function keepKind(reader: DecodeReader, type: number, start: number, value: Variant): Variant {
  if (notCompared.has(type) || (type === typeIds.Object && value !== null && isWhole(value))) return value;
  const kept = wrapNumber(reader, type, start, value);
  const bytes = reader.bytes.subarray(start, reader.at);
  return isWrittenAs(reader, kept, bytes) ? kept : new Verbatim(kept, Uint8Array.from(bytes));
}

function isWrittenAs(reader: DecodeReader, value: Variant, bytes: Uint8Array): boolean {
  try {
    writeValue(scratch, reader.settings, value, 0);
    return equalBytes(bytes, scratch);
  } finally {
    if (scratch.bytes.length > largestScratch) scratch = new ByteWriter();
    else scratch.discard();
  }
}

/** Ints as `Int`, floats as `Float`; of a NaN the bits. */
function wrapNumber(reader: DecodeReader, type: number, start: number, value: Variant): Variant {
  if (type === typeIds.int) return new Int(value as number | bigint);
  if (type !== typeIds.float) return value;
  return new Float(value as number, Number.isNaN(value) ? nanBits(reader, start + 4) : undefined);
}

/** The 64 bits of a NaN, which are at an offset; of one with 32 bits what widening makes of it. */
function nanBits({ bytes, at }: DecodeReader, from: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, at - from);
  if (at - from === 8) return view.getBigUint64(0, true);
  const narrow = BigInt(view.getUint32(0, true));
  return ((narrow >> 31n) << 63n) | 0x7ff8_0000_0000_0000n | ((narrow & 0x7f_ffffn) << 29n);
}

function isWhole(value: Variant): boolean {
  return (value as { id?: bigint }).id === undefined;
}

function equalBytes(bytes: Uint8Array, written: ByteWriter): boolean {
  if (bytes.length !== written.at) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== written.bytes[i]) return false;
  return true;
}
