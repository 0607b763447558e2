// Values to bytes, as `var_to_bytes` writes them. Knows no bounds: what it is given is the caller's own.

import { UsageError } from "../errors.ts";
import { ByteWriter, writeNumbers } from "./bytes.ts";
import { deepest, type EncodeOptions, type EncodeSettings, toEncodeSettings } from "./codec-options.ts";
import { containerKind, fitElement, writeContainerType } from "./container-type.ts";
import { GodotDictionary } from "./dictionary.ts";
import { type ElementType, typeIds } from "./element-type.ts";
import { flag64, writeHeader, writeMath, writeMathSubclass, writeVector3 } from "./encode-math.ts";
import { NodePath } from "./node-path.ts";
import { Float, Int } from "./numbers.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./packed.ts";
import { isPlain } from "./plain-object.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { writeTerminatedText, writeText } from "./text-bytes.ts";
import { GodotArray } from "./typed-array.ts";
import type { Variant } from "./variant.ts";
import { Vector3 } from "./vectors.ts";
import { Verbatim } from "./verbatim.ts";

/** The writer of all values that are not written inside the writing of another. */
let idle: ByteWriter | undefined = new ByteWriter();

/**
 * The bytes of a value. A safe integer becomes an int, any other number a float; plain objects and Maps become
 * Dictionaries. The bytes can be a view of memory that other messages lie in, too: do not transfer their buffer.
 * Godot: var_to_bytes, and var_to_bytes_with_objects with `allowObjects`.
 *
 * `UsageError` for what Godot has no value for (undefined, functions, a class of one's own), for types that the version
 * does not know, and for nesting deeper than 1024.
 */
export function varToBytes(value: Variant, options?: EncodeOptions): Uint8Array<ArrayBuffer> {
  const settings = toEncodeSettings(options);
  const writer = borrowWriter();
  try {
    writeValue(writer, settings, value, 0);
    return writer.take();
  } finally {
    giveBackWriter(writer);
  }
}

/** A writer for one message, to be given back when it is taken or has failed. */
export function borrowWriter(): ByteWriter {
  // A getter of a plain object could be writing something itself.
  const writer = idle ?? new ByteWriter();
  idle = undefined;
  return writer;
}

export function giveBackWriter(writer: ByteWriter): void {
  writer.discard();
  idle = writer;
}

/** Appends the full form of a value, which stands in `depth` containers. */
export function writeValue(
  writer: ByteWriter,
  settings: EncodeSettings,
  value: Variant | undefined,
  depth: number,
): void {
  switch (typeof value) {
    case "number":
      return writeNumber(writer, value);
    case "string":
      writer.word(typeIds.String);
      return writeText(writer, value, settings.dialect.modern);
    case "boolean": {
      const at = writer.reserve(8);
      writer.view.setInt32(at, typeIds.bool, true);
      return writer.view.setInt32(at + 4, value ? 1 : 0, true);
    }
    case "bigint":
      return writeInt(writer, value);
    case "object":
      if (value === null) return writer.word(typeIds.Nil);
      return writeObjectValue(writer, settings, value, depth);
    default:
      throw new UsageError("ERR_INVALID_PARAMETER", `Godot has no value for ${typeof value}`);
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
    const at = writer.reserve(8);
    writer.view.setInt32(at, typeIds.int, true);
    writer.view.setInt32(at + 4, value, true);
  } else if (Number.isSafeInteger(value) && value !== 0) {
    writeWideInt(writer, value);
  } else {
    writeFloat(writer, value, undefined);
  }
}

function writeWideInt(writer: ByteWriter, value: number): void {
  const at = writer.reserve(12);
  writer.view.setInt32(at, typeIds.int | flag64, true);
  writer.view.setInt32(at + 4, value, true);
  writer.view.setInt32(at + 8, Math.floor(value / 0x1_0000_0000), true);
}

/** `UsageError` beyond 64 bits. */
function writeInt(writer: ByteWriter, value: bigint): void {
  const small = Number(value);
  if (Number.isSafeInteger(small)) return writeNumber(writer, small);
  if (BigInt.asIntN(64, value) !== value) {
    throw new UsageError("ERR_PARAMETER_RANGE_ERROR", `${value} does not fit 64 bits`);
  }
  const at = writer.reserve(12);
  writer.view.setInt32(at, typeIds.int | flag64, true);
  writer.view.setBigInt64(at + 4, value, true);
}

function writeFloat(writer: ByteWriter, value: number, nanBits: bigint | undefined): void {
  if (Math.fround(value) === value) {
    const at = writer.reserve(8);
    writer.view.setInt32(at, typeIds.float, true);
    return writer.view.setFloat32(at + 4, value, true);
  }
  const at = writer.reserve(12);
  writer.view.setInt32(at, typeIds.float | flag64, true);
  // What bits a NaN of JavaScript has is chance.
  if (Number.isNaN(value)) writer.view.setBigUint64(at + 4, nanBits ?? 0x7ff8_0000_0000_0000n, true);
  else writer.view.setFloat64(at + 4, value, true);
}

function writeObjectValue(
  writer: ByteWriter,
  settings: EncodeSettings,
  value: Exclude<Variant, null | boolean | number | bigint | string>,
  depth: number,
): void {
  switch (value.constructor) {
    case Array:
      return writeArray(writer, settings, value as readonly Variant[], undefined, depth);
    case GodotDictionary:
      return writeDictionary(writer, settings, value as GodotDictionary<Variant, Variant>, depth);
    case Object:
    case undefined:
      return writeRecord(writer, settings, value as Readonly<Record<string, Variant>>, depth);
    case Float:
      return writeFloat(writer, (value as Float).value, (value as Float).nanBits);
    case Int:
      return writeInt(writer, (value as Int).value);
    case Uint8Array:
      return writePackedBytes(writer, settings, value as Uint8Array);
    default:
      if (writeMath(writer, settings, value)) return;
      return writeOther(writer, settings, value, depth);
  }
}

/** What is left: rarer classes, and subclasses. */
function writeOther(writer: ByteWriter, settings: EncodeSettings, value: object, depth: number): void {
  if (value instanceof GodotArray) return writeArray(writer, settings, value, value.elementType, depth);
  if (writePacked(writer, settings, value)) return;
  if (writeMathSubclass(writer, settings, value)) return;
  if (writeReference(writer, settings, value)) return;
  if (value instanceof GodotObject) return writeObject(writer, settings, value, depth);
  if (value instanceof Verbatim) return writeVerbatim(writer, settings, value, depth);
  if (value instanceof GodotDictionary) return writeDictionary(writer, settings, value, depth);
  if (value instanceof Map) return writeMap(writer, settings, value, depth);
  if (Array.isArray(value)) return writeArray(writer, settings, value, undefined, depth);
  if (isPlain(value)) return writeRecord(writer, settings, value as Readonly<Record<string, Variant>>, depth);
  throw new UsageError("ERR_INVALID_PARAMETER", `Godot has no value for a ${value.constructor?.name}`);
}

function checkDepth(depth: number): void {
  if (depth > deepest) {
    throw new UsageError(
      "ERR_OUT_OF_MEMORY",
      `Nested deeper than ${deepest}, or a container that holds itself`,
    );
  }
}

function writeArray(
  writer: ByteWriter,
  settings: EncodeSettings,
  array: readonly Variant[],
  elementType: ElementType | undefined,
  depth: number,
): void {
  const type = settings.dialect.typedArrays ? elementType : undefined;
  writeHeader(writer, settings, typeIds.Array, containerKind(type, settings) << 16);
  if (type !== undefined) writeContainerType(writer, settings, type);
  const length = array.length;
  writer.word(length);
  if (length > 0) checkDepth(depth + 1);
  if (elementType !== undefined) {
    for (const item of array) writeValue(writer, settings, fitElement(elementType, item), depth + 1);
    return;
  }
  for (let i = 0; i < length; i++) {
    const item = array[i];
    // By far the most frequent class in large arrays: spare it the search.
    if (item instanceof Vector3) writeVector3(writer, settings, item);
    else writeValue(writer, settings, item, depth + 1);
  }
}

function writeDictionary(
  writer: ByteWriter,
  settings: EncodeSettings,
  dictionary: GodotDictionary<Variant, Variant>,
  depth: number,
): void {
  const typed = settings.dialect.typedDictionaries;
  const keyType = typed ? dictionary.keyType : undefined;
  const valueType = typed ? dictionary.valueType : undefined;
  const kinds = containerKind(keyType, settings) | (containerKind(valueType, settings) << 2);
  writeHeader(writer, settings, typeIds.Dictionary, kinds << 16);
  if (keyType !== undefined) writeContainerType(writer, settings, keyType);
  if (valueType !== undefined) writeContainerType(writer, settings, valueType);
  writer.word(dictionary.size);
  if (dictionary.size > 0) checkDepth(depth + 1);
  dictionary.forEach((value, key) => {
    const fitKey = dictionary.keyType === undefined ? key : fitElement(dictionary.keyType, key);
    const fitValue =
      dictionary.valueType === undefined ? value : fitElement(dictionary.valueType, value, true);
    writeValue(writer, settings, fitKey, depth + 1);
    writeValue(writer, settings, fitValue, depth + 1);
  });
}

function writeRecord(
  writer: ByteWriter,
  settings: EncodeSettings,
  record: Readonly<Record<string, Variant>>,
  depth: number,
): void {
  writeHeader(writer, settings, typeIds.Dictionary);
  const keys = Object.keys(record);
  writer.word(keys.length);
  if (keys.length > 0) checkDepth(depth + 1);
  for (const key of keys) {
    writer.word(typeIds.String);
    writeText(writer, key, settings.dialect.modern);
    writeValue(writer, settings, record[key], depth + 1);
  }
}

function writeMap(
  writer: ByteWriter,
  settings: EncodeSettings,
  map: ReadonlyMap<Variant, Variant>,
  depth: number,
): void {
  writeHeader(writer, settings, typeIds.Dictionary);
  writer.word(map.size);
  if (map.size > 0) checkDepth(depth + 1);
  for (const [key, value] of map) {
    writeValue(writer, settings, key, depth + 1);
    writeValue(writer, settings, value, depth + 1);
  }
}

function writePackedBytes(writer: ByteWriter, settings: EncodeSettings, bytes: Uint8Array): void {
  writer.expect(bytes.length + 12);
  writeHeader(writer, settings, typeIds.PackedByteArray);
  writer.word(bytes.length);
  const padding = -bytes.length & 3;
  let at = writer.reserve(bytes.length + padding);
  writer.bytes.set(bytes, at);
  at += bytes.length;
  while (at < writer.at) writer.bytes[at++] = 0;
}

/** Writes a packed array, if it is one. */
function writePacked(writer: ByteWriter, settings: EncodeSettings, value: object): boolean {
  if (value instanceof Uint8Array) writePackedBytes(writer, settings, value);
  else if (value instanceof Float32Array)
    writePackedNumbers(writer, settings, typeIds.PackedFloat32Array, value, 4);
  else if (value instanceof Int32Array)
    writePackedNumbers(writer, settings, typeIds.PackedInt32Array, value, 4);
  else if (value instanceof Float64Array)
    writePackedNumbers(writer, settings, typeIds.PackedFloat64Array, value, 8);
  else if (value instanceof BigInt64Array)
    writePackedNumbers(writer, settings, typeIds.PackedInt64Array, value, 8);
  else if (value instanceof PackedStringArray) writePackedStrings(writer, settings, value);
  else if (value instanceof PackedVector2Array)
    writeVectors(writer, settings, typeIds.PackedVector2Array, value.data, 2);
  else if (value instanceof PackedVector3Array)
    writeVectors(writer, settings, typeIds.PackedVector3Array, value.data, 3);
  else if (value instanceof PackedVector4Array)
    writeVectors(writer, settings, typeIds.PackedVector4Array, value.data, 4);
  else if (value instanceof PackedColorArray) {
    writeHeader(writer, settings, typeIds.PackedColorArray);
    writer.word(value.length);
    writeNumbers(writer, value.data, 4);
  } else return false;
  return true;
}

function writePackedNumbers(
  writer: ByteWriter,
  settings: EncodeSettings,
  type: number,
  numbers: Int32Array | Float32Array | Float64Array | BigInt64Array,
  size: 4 | 8,
): void {
  writer.expect(numbers.byteLength + 8);
  writeHeader(writer, settings, type);
  writer.word(numbers.length);
  writeNumbers(writer, numbers, size);
}

function writeVectors(
  writer: ByteWriter,
  settings: EncodeSettings,
  type: number,
  given: Float32Array | Float64Array,
  width: number,
): void {
  const wide = settings.dialect.modern && (settings.double || given instanceof Float64Array);
  // The header comes first: it refuses what the version does not know.
  writeHeader(writer, settings, type, wide ? flag64 : 0);
  writer.word(given.length / width);
  if (wide) writeNumbers(writer, given instanceof Float64Array ? given : Float64Array.from(given), 8);
  else writeNumbers(writer, given instanceof Float32Array ? given : Float32Array.from(given), 4);
}

function writePackedStrings(writer: ByteWriter, settings: EncodeSettings, strings: readonly string[]): void {
  writeHeader(writer, settings, typeIds.PackedStringArray);
  writer.word(strings.length);
  for (const string of strings) writeTerminatedText(writer, string, settings.dialect.modern);
}

/** Writes a StringName, NodePath, RID, Callable or Signal, if it is one. */
function writeReference(writer: ByteWriter, settings: EncodeSettings, value: object): boolean {
  const { modern } = settings.dialect;
  if (value instanceof StringName) {
    // Godot 3 has none that could be in a Variant; there it is the String that it is compared with.
    writeHeader(writer, settings, modern ? typeIds.StringName : typeIds.String);
    writeText(writer, value.text, modern);
  } else if (value instanceof NodePath) {
    writeHeader(writer, settings, typeIds.NodePath);
    writer.word(value.names.length | 0x8000_0000);
    writer.word(value.subnames.length);
    writer.word(value.absolute ? 1 : 0);
    for (const name of value.names) writeText(writer, name, modern);
    for (const subname of value.subnames) writeText(writer, subname, modern);
  } else if (value instanceof RID) {
    writeHeader(writer, settings, typeIds.RID);
    if (modern) writeId(writer, value.id);
  } else if (value instanceof GodotCallable) {
    writeHeader(writer, settings, typeIds.Callable);
  } else if (value instanceof GodotSignal) {
    writeHeader(writer, settings, typeIds.Signal);
    writeText(writer, value.name, modern);
    writeId(writer, value.objectId);
  } else return false;
  return true;
}

function writeId(writer: ByteWriter, id: bigint): void {
  const at = writer.reserve(8);
  writer.view.setBigInt64(at, id, true);
}

function writeObject(
  writer: ByteWriter,
  settings: EncodeSettings,
  object: GodotObject<unknown>,
  depth: number,
): void {
  if (object.id !== undefined) {
    writeHeader(writer, settings, typeIds.Object, flag64);
    return writeId(writer, object.id);
  }
  if (!settings.allowObjects) {
    throw new UsageError(
      "ERR_UNAUTHORIZED",
      `A whole object (${object.className}) needs the option allowObjects`,
    );
  }
  writeHeader(writer, settings, typeIds.Object);
  writeText(writer, object.className, settings.dialect.modern);
  writer.word(object.properties.size);
  checkDepth(depth + 1);
  for (const [name, value] of object.properties) {
    if (name === "script" && settings.dialect.scriptPaths) checkScript(value);
    writeText(writer, name, settings.dialect.modern);
    writeValue(writer, settings, value as Variant, depth + 1);
  }
}

function checkScript(value: unknown): void {
  if (value === null || (typeof value === "string" && value.startsWith("res://"))) return;
  throw new UsageError("ERR_UNAVAILABLE", "The script of an object has to be a path that begins with res://");
}

function writeVerbatim(
  writer: ByteWriter,
  settings: EncodeSettings,
  { value, bytes, form }: Verbatim<unknown>,
  depth: number,
): void {
  if (form !== "full") return writeValue(writer, settings, value as Variant, depth);
  const at = writer.reserve(bytes.length);
  writer.bytes.set(bytes, at);
}
