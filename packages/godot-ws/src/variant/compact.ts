// The compressed form of values at the top level: arguments of RPCs, and the states of spawned and synchronized nodes.
// Knows no packets.

import { writeNumbers } from "./bytes.ts";
import {
  type DecodeOptions,
  type EncodeOptions,
  notAllowed,
  toDecodeSettings,
  toEncodeSettings,
} from "./codec-options.ts";
import { readValue, refuse } from "./decode.ts";
import { DecodeReader } from "./decode-reader.ts";
import { typeIds } from "./element-type.ts";
import { writeInt64, writeValue, writeWith } from "./encode.ts";
import type { EncodeWriter } from "./encode-math.ts";
import { keepBytes } from "./keep-kinds.ts";
import { Int } from "./numbers.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Verbatim } from "./verbatim.ts";

/** What `decodeArguments` gives. */
export interface DecodedArguments {
  readonly values: Variant[];
  /** Where the next octet is. */
  readonly offset: number;
}

/**
 * Values one behind the other in the form of RPC arguments: bool and int in as few octets as they need, the rest as
 * `varToBytes` writes it. Their number is not part of it. `UsageError` as of `varToBytes`.
 *
 * Godot: MultiplayerAPI.encode_and_compress_variants.
 */
export function encodeArguments(
  values: readonly Variant[],
  options?: EncodeOptions,
): Uint8Array<ArrayBuffer> {
  return writeWith(toEncodeSettings(options), values, writeArguments);
}

/** The same as `encodeArguments`, appended to what a writer has. */
export function writeArguments(writer: EncodeWriter, values: readonly Variant[]): void {
  // The multiplayer of Godot 3 knew no compression.
  const write = writer.settings.dialect.modern ? writeCompact : writeValue;
  for (let i = 0; i < values.length; i++) write(writer, values[i]);
}

/**
 * Reads so many values in the form of RPC arguments from an offset on. Paths of errors begin with the index of the
 * value. `DataError` as of `bytesToVar`. Godot: MultiplayerAPI.decode_and_decompress_variants.
 */
export function decodeArguments(
  bytes: Uint8Array,
  offset: number,
  count: number,
  options?: DecodeOptions,
): DecodedArguments {
  const reader = new DecodeReader(bytes, offset, toDecodeSettings(options));
  reader.checkSize();
  const values: Variant[] = [];
  for (let i = 0; i < count; i++) values.push(readCompact(reader, i));
  return { values, offset: Math.min(reader.at, reader.end) };
}

/** Appends the compressed form of one value. */
function writeCompact(writer: EncodeWriter, value: Variant | undefined): void {
  if (value instanceof Verbatim) return writeCompactVerbatim(writer, value);
  if (typeof value === "boolean") writer.octet(value ? typeIds.bool | 0x80 : typeIds.bool);
  else if (typeof value === "bigint") writeCompactInt(writer, value);
  else if (value instanceof Int) writeCompactInt(writer, value.value);
  else if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeCompactInt(writer, value as number);
  else writeValue(writer, value);
}

function writeCompactVerbatim(writer: EncodeWriter, value: Verbatim<Variant>): void {
  const type = typeOf(value);
  if (value.form === "compact") writeNumbers(writer, value.bytes);
  else if (type === "bool" || type === "int") writeCompact(writer, value.value);
  else writeValue(writer, value);
}

/** `UsageError` beyond 64 bits. */
function writeCompactInt(writer: EncodeWriter, value: number | bigint): void {
  const small = Number(value);
  if (small >= -0x80 && small <= 0x7f) {
    writer.octet(typeIds.int);
    writer.octet(small);
  } else if (small >= -0x8000 && small <= 0x7fff) {
    writer.octet(typeIds.int | 0x40);
    writer.octet(small);
    writer.octet(small >> 8);
  } else if ((small | 0) === small) {
    writer.octet(typeIds.int | 0x80);
    writer.word(small);
  } else {
    writer.octet(typeIds.int | 0xc0);
    writeInt64(writer, value);
  }
}

function readCompact(reader: DecodeReader, index: number): Variant {
  reader.index = index;
  const { settings, at: start } = reader;
  const first = reader.bytes[start];
  const type = (first ?? 0) & 0x3f;
  if (!settings.dialect.modern || (type !== typeIds.bool && type !== typeIds.int)) return readValue(reader);
  if (settings.types[type] === notAllowed) return refuse(reader, notAllowed, type);
  reader.at += 1;
  const value = type === typeIds.bool ? first! >= 0x80 : readCompactInt(reader, first! >>> 6);
  if (!settings.keepKinds) return value;
  const kept = typeof value === "boolean" ? value : new Int(value);
  return keepBytes(reader, start, kept, encodeArguments([kept]), "compact");
}

/** An int of 1, 2, 4 or 8 octets, for the modes 0 to 3. */
function readCompactInt(reader: DecodeReader, mode: number): number | bigint {
  reader.need(1 << mode);
  if (mode === 3) return reader.int64();
  if (mode === 2) return reader.int32();
  const { bytes, at } = reader;
  reader.at += 1 << mode;
  // The sign is that of the highest octet.
  return mode === 1 ? ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16 : (bytes[at]! << 24) >> 24;
}
