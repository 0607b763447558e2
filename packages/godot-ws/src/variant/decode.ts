// Bytes to values, as `bytes_to_var` reads them, within the bounds that the caller sets. Makes nothing that runs.

import { type DecodeOptions, notAllowed, toDecodeSettings } from "./codec-options.ts";
import { convertElement, fitsClass, readContainerType } from "./container-type.ts";
import { type RealWidth, readMath } from "./decode-math.ts";
import { readPacked } from "./decode-packed.ts";
import { DecodeReader, keyPlace } from "./decode-reader.ts";
import { noType } from "./dialect.ts";
import { GodotDictionary, insert } from "./dictionary.ts";
import { type ElementType, typeIds, typeNames } from "./element-type.ts";
import { flag64 } from "./encode-math.ts";
import { identityOf } from "./identity.ts";
import { keepKind } from "./keep-kinds.ts";
import { NodePath } from "./node-path.ts";
import { Float, Int } from "./numbers.ts";
import { createPlainObject } from "./plain-object.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { GodotArray } from "./typed-array.ts";
import type { Variant } from "./variant.ts";
import { Vector3 } from "./vectors.ts";

/**
 * The value that bytes stand for. What follows it is ignored. PackedByteArrays are views of the bytes, unless
 * `copyBytes` is set. Godot: bytes_to_var, and bytes_to_var_with_objects with `allowObjects`.
 *
 * `DataError` for bytes that Godot refuses, with the code of its error, the offset and the path, and beyond a bound.
 */
export function bytesToVar(bytes: Uint8Array, options?: DecodeOptions): Variant {
  const reader = new DecodeReader(bytes, 0, toDecodeSettings(options));
  reader.checkSize();
  return readValue(reader, 0);
}

/** Reads the full form of a value that stands in `depth` containers. */
export function readValue(reader: DecodeReader, depth: number): Variant {
  const { settings } = reader;
  if (depth > settings.maxDepth) reader.fail(`Nested deeper than ${settings.maxDepth}`, "ERR_OUT_OF_MEMORY");
  reader.need(4);
  const start = reader.at;
  const header = reader.int32();
  const type = settings.types[header & 0xff]!;
  const value = readPayload(reader, type, header, depth);
  return settings.keepKinds ? keepKind(reader, type, start, value) : value;
}

function readPayload(reader: DecodeReader, type: number, header: number, depth: number): Variant {
  // Literals, as V8 makes a jump table of them; `typeNames` has them in this order.
  switch (type) {
    case 0:
      return null;
    case 1:
      reader.need(4);
      return reader.int32() !== 0;
    case 2:
      return readInt(reader, header);
    case 3:
      return readFloat(reader, header);
    case 4:
      return reader.text();
    case 27:
      return readDictionary(reader, header, depth);
    case 28:
      return readArray(reader, header, depth);
    case noType:
    case notAllowed:
      return refuse(reader, header & 0xff, type);
    default:
      return readRest(reader, type, header, depth);
  }
}

function readRest(reader: DecodeReader, type: number, header: number, depth: number): Variant {
  if (type <= 20) return readMath(reader, type, realWidth(reader, header));
  if (type >= 29) return readPacked(reader, type, realWidth(reader, header));
  switch (type) {
    case 21:
      return new StringName(reader.text());
    case 22:
      return readNodePath(reader);
    case 23:
      return readRid(reader);
    case 24:
      return readObject(reader, header, depth);
    case 25:
      return new GodotCallable();
    default:
      return readSignal(reader);
  }
}

function refuse(reader: DecodeReader, wireId: number, reason: number): never {
  reader.at -= 4;
  if (reason === noType) return reader.fail(`No type has the number ${wireId}`);
  const name = typeNames[reader.settings.dialect.typeIds[wireId]!];
  return reader.fail(`A value of type ${name}, which is not allowed`, "ERR_UNAUTHORIZED");
}

function realWidth(reader: DecodeReader, header: number): RealWidth {
  if ((header & flag64) === 0 || !reader.settings.dialect.modern) return "32";
  return reader.settings.double ? "64" : "narrowed";
}

function readInt(reader: DecodeReader, header: number): number | bigint {
  if ((header & flag64) === 0) {
    reader.need(4);
    return reader.int32();
  }
  reader.need(8);
  return reader.int64();
}

function readFloat(reader: DecodeReader, header: number): number {
  if ((header & flag64) === 0) {
    reader.need(4);
    return reader.float32();
  }
  reader.need(8);
  return reader.float64();
}

function readArray(reader: DecodeReader, header: number, depth: number): Variant[] {
  const kind = (header >>> 16) & 3;
  if (kind !== 0 && reader.settings.dialect.typedArrays) {
    const elementType = readContainerType(reader, reader.settings, kind);
    if (elementType !== undefined) return readTypedArray(reader, elementType, depth);
  }
  return readItems(reader, [], undefined, depth);
}

function readTypedArray(reader: DecodeReader, elementType: ElementType, depth: number): Variant[] {
  const array = new GodotArray<Variant>();
  array.elementType = elementType;
  return readItems(reader, array, elementType, depth);
}

function readItems(
  reader: DecodeReader,
  array: Variant[],
  elementType: ElementType | undefined,
  depth: number,
): Variant[] {
  const count = readCount(reader, 4);
  const { settings } = reader;
  const quick =
    elementType === undefined &&
    depth < settings.maxDepth &&
    !settings.keepKinds &&
    settings.types[typeIds.Vector3] === typeIds.Vector3;
  for (let i = 0; i < count; i++) {
    // By far the most frequent class in large arrays: spare it the search.
    if (quick && isNarrowVector3(reader)) {
      reader.at += 4;
      array.push(new Vector3(reader.float32(), reader.float32(), reader.float32()));
      continue;
    }
    reader.places[depth] = i;
    reader.depth = depth + 1;
    const start = reader.at;
    const item = readValue(reader, depth + 1);
    array.push(elementType === undefined ? item : fit(reader, elementType, item, start));
  }
  reader.depth = depth;
  return array;
}

/** Whether a whole Vector3 with 32-bit components comes next. */
function isNarrowVector3({ bytes, at, end }: DecodeReader): boolean {
  return end - at >= 16 && bytes[at] === typeIds.Vector3 && (bytes[at + 2]! & 1) === 0;
}

/** A count of elements that need so many octets each, at the least; its highest bit means nothing. */
function readCount(reader: DecodeReader, leastSize: number): number {
  reader.need(4);
  const count = reader.int32() & 0x7fff_ffff;
  if (count * leastSize > reader.end - reader.at) {
    reader.at -= 4;
    reader.fail(`${count} elements in ${reader.end - reader.at - 4} octets`);
  }
  reader.countElements(count);
  return count;
}

function readDictionary(reader: DecodeReader, header: number, depth: number): Variant {
  const typed = reader.settings.dialect.typedDictionaries;
  const keyType = typed ? readContainerType(reader, reader.settings, (header >>> 16) & 3) : undefined;
  const valueType = typed ? readContainerType(reader, reader.settings, (header >>> 18) & 3) : undefined;
  if (reader.settings.plainObjects && !reader.settings.keepKinds) return readPlain(reader, keyType, depth);
  const dictionary = new GodotDictionary<Variant, Variant>();
  if (keyType !== undefined) dictionary.keyType = keyType;
  if (valueType !== undefined) dictionary.valueType = valueType;
  const count = readCount(reader, 8);
  for (let i = 0; i < count; i++) readEntry(reader, dictionary, depth);
  reader.depth = depth;
  return dictionary;
}

function readEntry(reader: DecodeReader, dictionary: GodotDictionary<Variant, Variant>, depth: number): void {
  if (dictionary.keyType === undefined && plainNext(reader)) {
    const name = readName(reader, depth);
    return dictionary[insert](identityOf(name), name, readValue(reader, depth + 1));
  }
  const key = readKey(reader, dictionary.keyType, depth);
  dictionary[insert](reader.identityOf(key), key, readValue(reader, depth + 1));
}

/** Whether a String comes next that needs no more than to be read. */
function plainNext({ bytes, at, end, settings }: DecodeReader): boolean {
  return end - at >= 8 && settings.types[bytes[at]!] === typeIds.String && !settings.keepKinds;
}

/** Nearly every key is a String: this is `readKey` for those. */
function readName(reader: DecodeReader, depth: number): string {
  if (depth >= reader.settings.maxDepth) return readKey(reader, undefined, depth) as string;
  reader.at += 4;
  reader.places[depth] = keyPlace;
  reader.depth = depth + 1;
  const name = reader.text();
  reader.places[depth] = name;
  return name;
}

function readKey(reader: DecodeReader, keyType: ElementType | undefined, depth: number): Variant {
  reader.places[depth] = keyPlace;
  reader.depth = depth + 1;
  const start = reader.at;
  const isFloat = reader.settings.types[reader.bytes[start]!] === typeIds.float;
  const given = readValue(reader, depth + 1);
  // 1.0 is another key than 1, which a number could not tell.
  const told = isFloat && Number.isSafeInteger(given) ? new Float(given as number) : given;
  const key = keyType === undefined ? told : fit(reader, keyType, told, start);
  reader.places[depth] = key;
  reader.depth = depth + 1;
  return key;
}

/** A Dictionary as a plain object; one with keys that are not names stays a `GodotDictionary`. */
function readPlain(reader: DecodeReader, keyType: ElementType | undefined, depth: number): Variant {
  const count = readCount(reader, 8);
  const keys: Variant[] = [];
  const values: Variant[] = [];
  let named = true;
  for (let i = 0; i < count; i++) {
    const key =
      keyType === undefined && plainNext(reader) ? readName(reader, depth) : readKey(reader, keyType, depth);
    named &&= typeof key === "string" || key instanceof StringName;
    keys.push(key);
    values.push(readValue(reader, depth + 1));
  }
  reader.depth = depth;
  if (!named) return toDictionary(reader, keys, values);
  const object = createPlainObject() as Record<string, Variant>;
  for (let i = 0; i < count; i++) object[String(keys[i])] = values[i]!;
  return object;
}

function toDictionary(
  reader: DecodeReader,
  keys: readonly Variant[],
  values: readonly Variant[],
): GodotDictionary<Variant, Variant> {
  const dictionary = new GodotDictionary<Variant, Variant>();
  for (const [i, key] of keys.entries()) dictionary[insert](reader.identityOf(key), key, values[i]!);
  return dictionary;
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
  const subnameCount = (subnameWord >>> 0) + ((flags & 2) === 0 ? 0 : 1);
  if ((nameCount + subnameCount) * 4 > reader.end - reader.at) {
    reader.fail(`A NodePath of ${nameCount + subnameCount} parts in ${reader.end - reader.at} octets`);
  }
  reader.countElements(nameCount + subnameCount);
  const names: string[] = [];
  for (let i = 0; i < nameCount; i++) names.push(reader.text());
  const subnames: string[] = [];
  for (let i = 0; i < subnameCount; i++) subnames.push(reader.text());
  // Godot 3 writes that a path without parts is absolute, but does not read it.
  const { dialect, keepKinds } = reader.settings;
  const isRead = dialect.modern || keepKinds || nameCount + subnameCount > 0;
  const absolute = (flags & 1) !== 0 && isRead;
  return NodePath.of(names, subnames, absolute);
}

function readRid(reader: DecodeReader): RID {
  if (!reader.settings.dialect.modern) return new RID();
  reader.need(8);
  return new RID(reader.uint64());
}

function readSignal(reader: DecodeReader): GodotSignal {
  const name = reader.text();
  reader.need(8);
  return new GodotSignal(name, reader.uint64());
}

function readObject(reader: DecodeReader, header: number, depth: number): Variant {
  if ((header & flag64) !== 0) {
    reader.need(8);
    const id = reader.uint64();
    return id === 0n ? null : GodotObject.fromId(id);
  }
  if (!reader.settings.allowObjects) {
    reader.at -= 4;
    reader.fail("A whole object, where objects are not allowed", "ERR_UNAUTHORIZED");
  }
  const className = reader.text();
  if (className === "") return null;
  return new GodotObject(className, readProperties(reader, depth));
}

function readProperties(reader: DecodeReader, depth: number): Map<string, Variant> {
  reader.need(4);
  // A negative number means none, as for Godot.
  const count = Math.max(0, reader.int32());
  if (count * 8 > reader.end - reader.at)
    reader.fail(`${count} properties in ${reader.end - reader.at} octets`);
  reader.countElements(count);
  const properties = new Map<string, Variant>();
  for (let i = 0; i < count; i++) {
    const name = reader.text();
    reader.places[depth] = name;
    reader.depth = depth + 1;
    const start = reader.at;
    const value = readValue(reader, depth + 1);
    if (name === "script" && reader.settings.dialect.scriptPaths) checkScript(reader, value, start);
    properties.set(name, value);
  }
  reader.depth = depth;
  return properties;
}

function checkScript(reader: DecodeReader, value: Variant, start: number): void {
  if (value === null || (typeof value === "string" && value.startsWith("res://"))) return;
  reader.at = start;
  reader.fail("The script of an object is not a path that begins with res://");
}
