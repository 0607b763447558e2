// The compressed form of values at the top level: arguments of RPCs, and the states of spawned and synchronized nodes.
// Knows no packets.

import type { ByteWriter } from "./bytes.ts";
import {
  type DecodeOptions,
  type EncodeOptions,
  type EncodeSettings,
  notAllowed,
  toDecodeSettings,
  toEncodeSettings,
} from "./codec-options.ts";
import { readValue } from "./decode.ts";
import { DecodeReader } from "./decode-reader.ts";
import { noType } from "./dialect.ts";
import { typeIds, typeNames } from "./element-type.ts";
import { borrowWriter, giveBackWriter, writeValue } from "./encode.ts";
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
  const writer = borrowWriter();
  try {
    writeArguments(writer, values, options);
    return writer.take();
  } finally {
    giveBackWriter(writer);
  }
}

/** The same as `encodeArguments`, appended to what a writer has. */
export function writeArguments(
  writer: ByteWriter,
  values: readonly Variant[],
  options?: EncodeOptions,
): void {
  const settings = toEncodeSettings(options);
  for (let i = 0; i < values.length; i++) writeCompact(writer, settings, values[i]);
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
function writeCompact(writer: ByteWriter, settings: EncodeSettings, value: Variant | undefined): void {
  // The multiplayer of Godot 3 knew no compression.
  if (!settings.dialect.modern) return writeValue(writer, settings, value, 0);
  if (typeof value === "number" && Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)) {
    writeCompactNumber(writer, value);
  } else if (typeof value === "boolean") {
    const at = writer.reserve(1);
    writer.bytes[at] = value ? typeIds.bool | 0x80 : typeIds.bool;
  } else if (typeof value === "bigint" || value instanceof Int) {
    writeCompactInt(writer, settings, typeof value === "bigint" ? value : value.value);
  } else if (value instanceof Verbatim) {
    writeCompactVerbatim(writer, settings, value);
  } else {
    writeValue(writer, settings, value, 0);
  }
}

function writeCompactNumber(writer: ByteWriter, value: number): void {
  if (value >= -0x80 && value <= 0x7f) {
    const at = writer.reserve(2);
    writer.bytes[at] = typeIds.int;
    writer.bytes[at + 1] = value;
  } else if (value >= -0x8000 && value <= 0x7fff) {
    const at = writer.reserve(3);
    writer.bytes[at] = typeIds.int | 0x40;
    writer.view.setInt16(at + 1, value, true);
  } else if ((value | 0) === value) {
    const at = writer.reserve(5);
    writer.bytes[at] = typeIds.int | 0x80;
    writer.view.setInt32(at + 1, value, true);
  } else {
    const at = writer.reserve(9);
    writer.bytes[at] = typeIds.int | 0xc0;
    writer.view.setInt32(at + 1, value, true);
    writer.view.setInt32(at + 5, Math.floor(value / 0x1_0000_0000), true);
  }
}

/** `UsageError` beyond 64 bits. */
function writeCompactInt(writer: ByteWriter, settings: EncodeSettings, value: bigint): void {
  const small = Number(value);
  if (Number.isSafeInteger(small)) return writeCompactNumber(writer, small);
  // The full form without the other three octets of its header.
  writeValue(writer, settings, value, 0);
  const at = writer.at - 12;
  writer.bytes[at] = typeIds.int | 0xc0;
  writer.bytes.copyWithin(at + 1, at + 4, writer.at);
  writer.at -= 3;
}

function writeCompactVerbatim(writer: ByteWriter, settings: EncodeSettings, value: Verbatim<Variant>): void {
  const type = typeOf(value);
  if (value.form === "full") {
    const compressed = type === "bool" || type === "int";
    return compressed ? writeCompact(writer, settings, value.value) : writeValue(writer, settings, value, 0);
  }
  const at = writer.reserve(value.bytes.length);
  writer.bytes.set(value.bytes, at);
}

function readCompact(reader: DecodeReader, index: number): Variant {
  reader.index = index;
  const { settings } = reader;
  const first = reader.bytes[reader.at];
  const type = first === undefined ? noType : first & 0x3f;
  const compressed = settings.dialect.modern && (type === typeIds.bool || type === typeIds.int);
  const start = reader.at;
  if (!compressed) return readValue(reader, 0);
  if (settings.types[type] === notAllowed) {
    reader.fail(`A value of type ${typeNames[type]}, which is not allowed`, "ERR_UNAUTHORIZED");
  }
  reader.at += 1;
  const value = type === typeIds.bool ? first! >= 0x80 : readCompactInt(reader, first! >>> 6);
  return settings.keepKinds ? keepCompact(reader, start, value) : value;
}

function readCompactInt(reader: DecodeReader, mode: number): number | bigint {
  reader.need(1 << mode);
  const { bytes, at } = reader;
  switch (mode) {
    case 0:
      reader.at = at + 1;
      return (bytes[at]! << 24) >> 24;
    case 1:
      reader.at = at + 2;
      return ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
    case 2:
      return reader.int32();
    default:
      return reader.int64();
  }
}

function keepCompact(reader: DecodeReader, start: number, value: boolean | number | bigint): Variant {
  const kept = typeof value === "boolean" ? value : new Int(value);
  const bytes = reader.bytes.slice(start, reader.at);
  const written = encodeArguments([kept]);
  const same = bytes.length === written.length && bytes.every((octet, i) => octet === written[i]);
  return same ? kept : new Verbatim(kept, Uint8Array.from(bytes), "compact");
}
