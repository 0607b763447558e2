// Values to bytes, as `var_to_bytes` writes them. Knows no bounds: what it is given is the caller's own.

import { UsageError } from "../errors.ts";
import { writeNumbers } from "./bytes.ts";
import { deepest, type EncodeOptions, type EncodeSettings, toEncodeSettings } from "./codec-options.ts";
import { containerKind, fitElement, writeContainerType } from "./container-type.ts";
import type { GodotDictionary } from "./dictionary.ts";
import { type ElementType, typeIds } from "./element-type.ts";
import { EncodeWriter, flag64, writeMath, writeVector2, writeVector3 } from "./encode-math.ts";
import type { NodePath } from "./node-path.ts";
import { type Float, Int } from "./numbers.ts";
import { isPlain } from "./plain-object.ts";
import type { GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { writeTerminatedText, writeText } from "./text-bytes.ts";
import type { GodotArray } from "./typed-array.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Vector2, Vector3 } from "./vectors.ts";
import { Verbatim } from "./verbatim.ts";

/** The writer of all values that are not written inside the writing of another. */
let idle: EncodeWriter | undefined = new EncodeWriter();

/**
 * The bytes of a value. A safe integer becomes an int, any other number a float; plain objects and Maps become
 * Dictionaries. The bytes can be a view of memory that other messages lie in, too: do not transfer their buffer.
 * Godot: var_to_bytes, and var_to_bytes_with_objects with `allowObjects`.
 *
 * `UsageError` for what Godot has no value for (undefined, functions, a class of one's own), for types that the version
 * does not know, and for nesting deeper than 1024.
 */
export function varToBytes(value: Variant, options?: EncodeOptions): Uint8Array<ArrayBuffer> {
  return writeWith(toEncodeSettings(options), value, writeValue);
}

/** The bytes of one message, as a function writes them. */
export function writeWith<T>(
  settings: EncodeSettings,
  value: T,
  write: (writer: EncodeWriter, value: T) => void,
): Uint8Array<ArrayBuffer> {
  // A getter of a plain object could be writing something itself.
  const writer = idle ?? new EncodeWriter();
  idle = undefined;
  writer.settings = settings;
  writer.depth = 0;
  try {
    write(writer, value);
    return writer.take();
  } finally {
    writer.discard();
    idle = writer;
  }
}

/** Appends the full form of a value. */
export function writeValue(writer: EncodeWriter, value: Variant | undefined): void {
  switch (typeof value) {
    case "number":
      return writeNumber(writer, value);
    case "string":
      writer.word(typeIds.String);
      return writeText(writer, value, writer.settings.dialect.modern);
    case "boolean":
      return writer.words(typeIds.bool, value ? 1 : 0);
    case "bigint":
      return writeInt(writer, value);
    case "object":
      if (value === null) return writer.word(typeIds.Nil);
      return writeObjectValue(writer, value);
    default:
      throw new UsageError("ERR_INVALID_PARAMETER", `Godot has no value for ${typeof value}`);
  }
}

function writeNumber(writer: EncodeWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) writeFloat(writer, value);
  else writeInt(writer, value);
}

function writeInt(writer: EncodeWriter, value: number | bigint): void {
  const number = Number(value);
  if ((number | 0) === number) return writer.words(typeIds.int, number);
  writer.word(typeIds.int | flag64);
  writeInt64(writer, value);
}

/** `UsageError` beyond 64 bits. */
export function writeInt64(writer: EncodeWriter, value: number | bigint): void {
  writer.int64(typeof value === "bigint" ? new Int(value).value : value);
}

function writeFloat(writer: EncodeWriter, value: number, nanBits?: bigint): void {
  if (Math.fround(value) === value) {
    writer.word(typeIds.float);
    writer.float32(value);
  } else {
    writer.word(typeIds.float | flag64);
    writer.float64(value, nanBits);
  }
}

function writeObjectValue(
  writer: EncodeWriter,
  value: Exclude<Variant, null | boolean | number | bigint | string>,
): void {
  // By far the most frequent classes: spare them the search.
  switch (value.constructor) {
    case Array:
      return writeArray(writer, value as readonly Variant[], undefined);
    case Object:
      return writeRecord(writer, value as Readonly<Record<string, Variant>>);
    case Vector2:
      return writeVector2(writer, value as Vector2);
    case Vector3:
      return writeVector3(writer, value as Vector3);
    default:
      return writeByType(writer, value);
  }
}

function writeByType(writer: EncodeWriter, value: object): void {
  if (value instanceof Verbatim) return writeVerbatim(writer, value);
  // Arrays of another page have another class.
  const name = typeOf(value) ?? (Array.isArray(value) ? "Array" : undefined);
  if (name === undefined) {
    throw new UsageError("ERR_INVALID_PARAMETER", `Godot has no value for a ${value.constructor?.name}`);
  }
  const type = typeIds[name];
  switch (name) {
    case "int":
      return writeInt(writer, (value as Int).value);
    case "float":
      return writeFloat(writer, (value as Float).value, (value as Float).nanBits);
    case "Array":
      return writeArray(writer, value as GodotArray<Variant>, (value as GodotArray).elementType);
    case "Dictionary":
      if (isPlain(value)) return writeRecord(writer, value as Readonly<Record<string, Variant>>);
      return writeDictionary(writer, value as GodotDictionary<Variant, Variant>);
    case "Object":
      return writeObject(writer, value as GodotObject);
    case "PackedStringArray":
      return writePackedStrings(writer, value as readonly string[]);
    default:
      if (type <= typeIds.Color) return writeMath(writer, type, value as Vector3);
      if (type >= typeIds.PackedByteArray) return writePacked(writer, type, value as PackedNumbers);
      writer.header(type);
      return writeReference(writer, name, value);
  }
}

/** Begins the elements of a container, which are that many. */
function writeCount(writer: EncodeWriter, count: number): void {
  writer.word(count);
  writer.depth += 1;
  if (writer.depth > deepest && count > 0) {
    throw new UsageError(
      "ERR_OUT_OF_MEMORY",
      `Nested deeper than ${deepest}, or a container that holds itself`,
    );
  }
}

function writeArray(
  writer: EncodeWriter,
  array: readonly Variant[],
  elementType: ElementType | undefined,
): void {
  const { settings } = writer;
  const type = settings.dialect.typedArrays ? elementType : undefined;
  writer.header(typeIds.Array, containerKind(type, settings) << 16);
  if (type !== undefined) writeContainerType(writer, settings, type);
  const length = array.length;
  writeCount(writer, length);
  for (let i = 0; i < length; i++) {
    const item = elementType === undefined ? array[i] : fitElement(elementType, array[i]);
    // By far the most frequent class in large arrays.
    if (item instanceof Vector3) writeVector3(writer, item);
    else writeValue(writer, item);
  }
  writer.depth -= 1;
}

/** Writes a Map, too, which has no types. */
function writeDictionary(writer: EncodeWriter, dictionary: GodotDictionary<Variant, Variant>): void {
  const { settings } = writer;
  const { keyType, valueType } = dictionary;
  const types = settings.dialect.typedDictionaries ? [keyType, valueType] : [];
  const kinds = containerKind(types[0], settings) | (containerKind(types[1], settings) << 2);
  writer.header(typeIds.Dictionary, kinds << 16);
  for (const type of types) if (type !== undefined) writeContainerType(writer, settings, type);
  writeCount(writer, dictionary.size);
  dictionary.forEach((value, key) => {
    writeValue(writer, keyType === undefined ? key : fitElement(keyType, key));
    writeValue(writer, valueType === undefined ? value : fitElement(valueType, value, true));
  });
  writer.depth -= 1;
}

function writeRecord(writer: EncodeWriter, record: Readonly<Record<string, Variant>>): void {
  writer.header(typeIds.Dictionary);
  const keys = Object.keys(record);
  writeCount(writer, keys.length);
  for (const key of keys) {
    writeValue(writer, key);
    writeValue(writer, record[key]);
  }
  writer.depth -= 1;
}

/** A typed array, or what keeps its components in one. */
type PackedNumbers = TypedNumbers & { readonly data?: TypedNumbers };
type TypedNumbers = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

function writePacked(writer: EncodeWriter, type: number, array: PackedNumbers): void {
  const { data } = array;
  let numbers: TypedNumbers = data ?? array;
  writer.expect(numbers.byteLength + 12);
  if (data === undefined || type === typeIds.PackedColorArray) {
    writer.header(type);
  } else {
    // The header comes first: it refuses what the version does not know.
    const wide = writer.realHeader(type, writer.settings.double || data instanceof Float64Array);
    const Reals = wide ? Float64Array : Float32Array;
    if (!(data instanceof Reals)) numbers = Reals.from(data as Float64Array);
  }
  writer.word(array.length);
  writeNumbers(writer, numbers);
  // Octets are filled up to whole words.
  for (let i = numbers.byteLength; i % 4 !== 0; i++) writer.octet(0);
}

function writePackedStrings(writer: EncodeWriter, strings: readonly string[]): void {
  writer.header(typeIds.PackedStringArray);
  writer.word(strings.length);
  for (const string of strings) writeTerminatedText(writer, string, writer.settings.dialect.modern);
}

/** Writes what follows the header of a StringName, NodePath, RID, Callable or Signal. */
function writeReference(writer: EncodeWriter, type: string, value: object): void {
  const { modern } = writer.settings.dialect;
  switch (type) {
    case "StringName":
      return writeText(writer, (value as StringName).text, modern);
    case "NodePath": {
      const { names, subnames, absolute } = value as NodePath;
      writer.words(names.length | 0x8000_0000, subnames.length);
      writer.word(absolute ? 1 : 0);
      for (const name of [...names, ...subnames]) writeText(writer, name, modern);
      return;
    }
    case "RID":
      if (modern) writer.int64((value as RID).id);
      return;
    case "Signal":
      writeText(writer, (value as GodotSignal).name, modern);
      writer.int64((value as GodotSignal).objectId);
  }
}

function writeObject(writer: EncodeWriter, object: GodotObject): void {
  const { allowObjects, dialect } = writer.settings;
  const { id, className, properties } = object;
  if (id !== undefined) {
    writer.header(typeIds.Object, flag64);
    return writer.int64(id);
  }
  if (!allowObjects) {
    throw new UsageError("ERR_UNAUTHORIZED", `A whole object (${className}) needs the option allowObjects`);
  }
  writer.header(typeIds.Object);
  writeText(writer, className, dialect.modern);
  writeCount(writer, properties.size);
  for (const [name, value] of properties) {
    if (name === "script" && dialect.scriptPaths && !isScript(value)) {
      throw new UsageError(
        "ERR_UNAVAILABLE",
        "The script of an object has to be a path that begins with res://",
      );
    }
    writeText(writer, name, dialect.modern);
    writeValue(writer, value as Variant);
  }
  writer.depth -= 1;
}

/** Whether it can be the script of an object: none, or a path of the project. */
export function isScript(value: unknown): boolean {
  return value === null || (typeof value === "string" && value.startsWith("res://"));
}

function writeVerbatim(writer: EncodeWriter, { value, bytes, form }: Verbatim): void {
  if (form === "full") writeNumbers(writer, bytes);
  else writeValue(writer, value as Variant);
}
