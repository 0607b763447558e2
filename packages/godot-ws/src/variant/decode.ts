// Bytes to values, as `bytes_to_var` reads them, within the bounds that the caller sets. Makes nothing that runs.

import { type DecodeOptions, notAllowed, toDecodeSettings } from "./codec-options.ts";
import { convertElement, fitsClass, readContainerType } from "./container-type.ts";
import { readMath, vector3 } from "./decode-math.ts";
import { readPacked } from "./decode-packed.ts";
import { DecodeReader, keyPlace } from "./decode-reader.ts";
import { noType } from "./dialect.ts";
import { GodotDictionary, insert } from "./dictionary.ts";
import { type ElementType, typeIds, typeNames } from "./element-type.ts";
import { isScript } from "./encode.ts";
import { flag64 } from "./encode-math.ts";
import { keepKind } from "./keep-kinds.ts";
import { NodePath } from "./node-path.ts";
import { Float, Int } from "./numbers.ts";
import { createPlainObject } from "./plain-object.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { GodotArray } from "./typed-array.ts";
import type { Variant } from "./variant.ts";

/**
 * The value that bytes stand for. What follows it is ignored. PackedByteArrays are views of the bytes, unless
 * `copyBytes` is set. Godot: bytes_to_var, and bytes_to_var_with_objects with `allowObjects`.
 *
 * `DataError` for bytes that Godot refuses, with the code of its error, the offset and the path, and beyond a bound.
 */
export function bytesToVar(bytes: Uint8Array, options?: DecodeOptions): Variant {
  const reader = new DecodeReader(bytes, 0, toDecodeSettings(options));
  reader.checkSize();
  return readValue(reader);
}

/** Reads the full form of a value. */
export function readValue(reader: DecodeReader): Variant {
  const { settings, at: start } = reader;
  if (reader.depth > settings.maxDepth) {
    reader.fail(`Nested deeper than ${settings.maxDepth}`, "ERR_OUT_OF_MEMORY");
  }
  const header = reader.word();
  const type = settings.types[header & 0xff]!;
  const value = readPayload(reader, type, header);
  return settings.keepKinds ? keepKind(reader, type, start, value) : value;
}

function readPayload(reader: DecodeReader, type: number, header: number): Variant {
  const flagged = (header & flag64) !== 0;
  // Literals, as V8 makes a jump table of them; `typeNames` has them in this order.
  switch (type) {
    case 0:
      return null;
    case 1:
      return reader.word() !== 0;
    case 2:
      return flagged ? reader.int64() : reader.word();
    case 3:
      reader.need(flagged ? 8 : 4);
      return flagged ? reader.float64() : reader.float32();
    case 4:
      return reader.text();
    case 27:
      return readDictionary(reader, header);
    case 28:
      return readArray(reader, header);
    default:
      return readRest(reader, type, header, flagged);
  }
}

function readRest(reader: DecodeReader, type: number, header: number, flagged: boolean): Variant {
  const { modern } = reader.settings.dialect;
  if (type <= 20) return readMath(reader, type, flagged && modern);
  switch (type) {
    case 21:
      return new StringName(reader.text());
    case 22:
      return readNodePath(reader);
    case 23:
      return new RID(modern ? reader.uint64() : 0);
    case 24:
      return readObject(reader, flagged);
    case 25:
      return new GodotCallable();
    case 26:
      return new GodotSignal(reader.text(), reader.uint64());
    case noType:
    case notAllowed:
      reader.at -= 4;
      return refuse(reader, type, header & 0xff);
    default:
      return readPacked(reader, type, flagged && modern);
  }
}

/** Fails at a type that is not known or not allowed. */
export function refuse(reader: DecodeReader, reason: number, wireId: number): never {
  if (reason === noType) return reader.fail(`No type has the number ${wireId}`);
  const name = typeNames[reader.settings.dialect.typeIds[wireId]!];
  return reader.fail(`A value of type ${name}, which is not allowed`, "ERR_UNAUTHORIZED");
}

function readArray(reader: DecodeReader, header: number): Variant[] {
  const { settings } = reader;
  const elementType = settings.dialect.typedArrays
    ? readContainerType(reader, settings, (header >>> 16) & 3)
    : undefined;
  if (elementType === undefined) return readItems(reader, [], undefined);
  const array = new GodotArray<Variant>();
  array.elementType = elementType;
  return readItems(reader, array, elementType);
}

function readItems(reader: DecodeReader, array: Variant[], elementType: ElementType | undefined): Variant[] {
  const count = readCount(reader, 4);
  const { settings } = reader;
  reader.depth += 1;
  const quick =
    elementType === undefined &&
    reader.depth <= settings.maxDepth &&
    !settings.keepKinds &&
    settings.types[typeIds.Vector3] === typeIds.Vector3;
  for (let i = 0; i < count; i++) {
    // By far the most frequent class in large arrays: spare it the search.
    if (quick && isNarrowVector3(reader)) {
      reader.at += 4;
      array.push(vector3(reader, false));
      continue;
    }
    reader.enter(i);
    const start = reader.at;
    const item = readValue(reader);
    array.push(elementType === undefined ? item : fit(reader, elementType, item, start));
  }
  reader.depth -= 1;
  return array;
}

/** Whether a whole Vector3 with 32-bit components comes next. */
function isNarrowVector3({ bytes, at, end }: DecodeReader): boolean {
  return end - at >= 16 && bytes[at] === typeIds.Vector3 && (bytes[at + 2]! & 1) === 0;
}

/** A count of elements that need so many octets each, at the least; its highest bit means nothing. */
function readCount(reader: DecodeReader, leastSize: number): number {
  return reader.count(reader.word() & 0x7fff_ffff, leastSize);
}

function readDictionary(reader: DecodeReader, header: number): Variant {
  const { settings } = reader;
  const typed = settings.dialect.typedDictionaries;
  const dictionary = new GodotDictionary<Variant, Variant>();
  const keyType = typed ? readContainerType(reader, settings, (header >>> 16) & 3) : undefined;
  dictionary.keyType = keyType;
  dictionary.valueType = typed ? readContainerType(reader, settings, (header >>> 18) & 3) : undefined;
  const count = readCount(reader, 8);
  reader.depth += 1;
  for (let i = 0; i < count; i++) {
    const key = keyType === undefined && isPlainName(reader) ? readName(reader) : readKey(reader, keyType);
    reader.enter(key);
    dictionary[insert](reader.identityOf(key), key, readValue(reader));
  }
  reader.depth -= 1;
  return settings.plainObjects && !settings.keepKinds ? toPlain(dictionary) : dictionary;
}

/** A plain object, if all keys are names. */
function toPlain(dictionary: GodotDictionary<Variant, Variant>): Variant {
  const object = createPlainObject() as Record<string, Variant>;
  let named = true;
  dictionary.forEach((value, key) => {
    named &&= typeof key === "string" || key instanceof StringName;
    if (named) object[String(key)] = value;
  });
  return named ? object : dictionary;
}

/** Whether a String comes next that needs no more than to be read: nearly every key is one. */
function isPlainName({ bytes, at, end, settings, depth }: DecodeReader): boolean {
  return (
    end - at >= 8 &&
    settings.types[bytes[at]!] === typeIds.String &&
    !settings.keepKinds &&
    depth <= settings.maxDepth
  );
}

function readName(reader: DecodeReader): string {
  reader.enter(keyPlace);
  reader.at += 4;
  return reader.text();
}

function readKey(reader: DecodeReader, keyType: ElementType | undefined): Variant {
  reader.enter(keyPlace);
  const start = reader.at;
  const isFloat = reader.settings.types[reader.bytes[start]!] === typeIds.float;
  const given = readValue(reader);
  // 1.0 is another key than 1, which a number could not tell.
  const key = isFloat && Number.isSafeInteger(given) ? new Float(given as number) : given;
  return keyType === undefined ? key : fit(reader, keyType, key, start);
}

/** An element as its container demands it; Godot leaves out what does not fit, with an error. */
function fit(reader: DecodeReader, type: ElementType, value: Variant, start: number): Variant {
  const converted = convertElement(type, value);
  if (converted === undefined || !fitsClass(type, converted)) {
    reader.at = start;
    return reader.fail(`A value that is no ${type.className || type.type}`);
  }
  if (converted === value) return value;
  if (reader.settings.keepKinds) return type.type === "int" ? new Int(converted as number) : converted;
  if (typeof converted === "bigint" && Number.isSafeInteger(Number(converted))) return Number(converted);
  return converted instanceof Float ? converted.value : converted;
}

function readNodePath(reader: DecodeReader): NodePath {
  reader.need(12);
  const first = reader.int32();
  // Without the highest bit it would be the text form that came before Godot 3.
  if (first >= 0) reader.fail("A NodePath in the form of Godot 2");
  const nameCount = first & 0x7fff_ffff;
  const subnameWord = reader.int32();
  const flags = reader.int32();
  const count = nameCount + (subnameWord >>> 0) + ((flags >> 1) & 1);
  if (count * 4 > reader.end - reader.at) {
    reader.fail(`A NodePath of ${count} parts in ${reader.end - reader.at} octets`);
  }
  reader.count(count, 4);
  const parts: string[] = [];
  while (parts.length < count) parts.push(reader.text());
  // Godot 3 writes that a path without parts is absolute, but does not read it.
  const { dialect, keepKinds } = reader.settings;
  const isRead = dialect.modern || keepKinds || count > 0;
  return NodePath.of(parts.slice(0, nameCount), parts.slice(nameCount), (flags & 1) !== 0 && isRead);
}

function readObject(reader: DecodeReader, byId: boolean): Variant {
  if (byId) {
    const id = reader.uint64();
    return id === 0n ? null : GodotObject.fromId(id);
  }
  if (!reader.settings.allowObjects) {
    reader.at -= 4;
    reader.fail("A whole object, where objects are not allowed", "ERR_UNAUTHORIZED");
  }
  const className = reader.text();
  return className === "" ? null : new GodotObject(className, readProperties(reader));
}

function readProperties(reader: DecodeReader): Map<string, Variant> {
  // A negative number means none, as for Godot.
  const count = reader.count(Math.max(0, reader.word()), 8, "properties");
  const properties = new Map<string, Variant>();
  reader.depth += 1;
  for (let i = 0; i < count; i++) {
    reader.enter(keyPlace);
    const name = reader.text();
    reader.enter(name);
    const start = reader.at;
    const value = readValue(reader);
    if (name === "script" && reader.settings.dialect.scriptPaths && !isScript(value)) {
      reader.at = start;
      reader.fail("The script of an object is not a path that begins with res://");
    }
    properties.set(name, value);
  }
  reader.depth -= 1;
  return properties;
}
