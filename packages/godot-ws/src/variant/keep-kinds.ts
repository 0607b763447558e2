// Wraps what was decoded so that writing it again gives the bytes that it came as. Knows only values without elements.

import type { DecodeReader } from "./decode-reader.ts";
import { typeIds } from "./element-type.ts";
import { writeValue, writeWith } from "./encode.ts";
import { Float, Int } from "./numbers.ts";
import type { Variant } from "./variant.ts";
import { Verbatim } from "./verbatim.ts";

/** The value as `keepKinds` gives it, which was read from `start` to where the reader is. */
export function keepKind(reader: DecodeReader, type: number, start: number, value: Variant): Variant {
  if (!isCompared(type, value)) return value;
  const kept = wrapNumber(reader, type, start, value);
  return keepBytes(reader, start, kept, writeWith(reader.settings, kept, writeValue));
}

/**
 * Containers are written as they were read, a NodePath, too: what stands in its padding is chance. Everything else is
 * written and compared.
 */
function isCompared(type: number, value: Variant): boolean {
  if (type === typeIds.Object) return value === null || (value as { id?: bigint }).id !== undefined;
  return type !== typeIds.NodePath && (type < typeIds.Dictionary || type === typeIds.PackedStringArray);
}

/** The value, together with the bytes from `start` to where the reader is if it is written in others. */
export function keepBytes(
  reader: DecodeReader,
  start: number,
  value: Variant,
  written: Uint8Array,
  form?: "compact",
): Variant {
  const bytes = Uint8Array.from(reader.bytes.subarray(start, reader.at));
  const same = bytes.length === written.length && bytes.every((octet, i) => octet === written[i]);
  return same ? value : new Verbatim(value, bytes, form);
}

/** Ints as `Int`, floats as `Float`; of a NaN the bits. */
function wrapNumber({ bytes, at }: DecodeReader, type: number, start: number, value: Variant): Variant {
  if (type === typeIds.int) return new Int(value as number | bigint);
  if (type !== typeIds.float) return value;
  return new Float(value as number, Number.isNaN(value) ? nanBits(bytes.subarray(start + 4, at)) : undefined);
}

/** The 64 bits of a NaN; of one with 32 bits what widening makes of it. */
function nanBits({ buffer, byteOffset, length }: Uint8Array): bigint {
  const view = new DataView(buffer, byteOffset);
  if (length === 8) return view.getBigUint64(0, true);
  const narrow = BigInt(view.getUint32(0, true));
  return ((narrow >> 31n) << 63n) | 0x7ff8_0000_0000_0000n | ((narrow & 0x7f_ffffn) << 29n);
}
