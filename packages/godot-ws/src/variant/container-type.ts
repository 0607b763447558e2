// What a typed container says about its elements, as bytes, and how elements are made to fit it. Knows no other values.

import { UsageError } from "../errors.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { DecodeSettings, EncodeSettings } from "./codec-options.ts";
import { type Converter, converterTo, type TypeToken } from "./conversion.ts";
import { noType } from "./dialect.ts";
import { type ElementType, type TypeName, toElementType, typeIds, typeNames } from "./element-type.ts";
import { Float } from "./numbers.ts";
import { GodotObject } from "./references.ts";
import { readText, writeText } from "./text-bytes.ts";
import { classes, typeOf, type Variant } from "./variant.ts";
import { Verbatim } from "./verbatim.ts";

/** What classes and scripts become for who may not see objects. */
const anyObject = "EncodedObjectAsID";

/** The two bits of a header: 0 untyped, 1 a built-in type, 2 a class, 3 a script. */
export function containerKind(type: ElementType | undefined, settings: EncodeSettings): number {
  if (type === undefined) return 0;
  if (type.script) return settings.allowObjects ? 3 : 2;
  return type.className ? 2 : 1;
}

export function writeContainerType(writer: ByteWriter, settings: EncodeSettings, type: ElementType): void {
  const kind = containerKind(type, settings);
  if (kind === 1) return writer.word(settings.dialect.wireIds[typeIds[type.type]]!);
  if (kind === 3 && !type.script!.startsWith("res://")) {
    throw new UsageError("ERR_UNAVAILABLE", `The script ${type.script} does not begin with res://`);
  }
  writeText(writer, settings.allowObjects ? type.script || type.className! : anyObject, true);
}

/** Reads what follows the header of a typed container, by the two bits of the header. */
export function readContainerType(
  reader: ByteReader,
  settings: DecodeSettings,
  kind: number,
): ElementType | undefined {
  if (kind === 0) return undefined;
  let name = "";
  if (kind === 1) {
    reader.need(4);
    const wireId = reader.int32();
    const id = settings.dialect.typeIds[wireId] ?? noType;
    if (id === noType) reader.fail(`No type has the number ${wireId}`);
    if (id !== typeIds.Object) return toElementType(typeNames[id]);
  } else name = readText(reader, true, settings.maxStringBytes);
  if (!settings.allowObjects) return { type: "Object", className: anyObject };
  if (kind !== 3 || name === "") return { type: "Object", className: name };
  if (!name.startsWith("res://")) reader.fail(`Invalid path of a script: ${name}`);
  return { type: "Object", script: name };
}

/**
 * An element as the type demands it: numbers and texts are converted, as Godot does. `UsageError` for what does not fit;
 * with `lenient` that is passed through.
 */
export function fitElement(type: ElementType, value: Variant | undefined, lenient = false): Variant {
  const fit = convertElement(type, value);
  if (fit !== undefined) return fit;
  if (lenient && value !== undefined) return value;
  throw new UsageError(
    "ERR_INVALID_PARAMETER",
    `${typeOf(value) ?? typeof value} in a container of ${type.type}`,
  );
}

/** What stands for types in conversions where it is not their class. */
const tokens: Partial<Readonly<Record<TypeName, TypeToken>>> = { bool: Boolean, int: BigInt, String };

/** How values become those of a type, ints of any size; undefined for Nil, which nothing becomes. */
export function converterOf(type: TypeName): Converter | undefined {
  const token = tokens[type] ?? classes[typeIds[type]];
  return token && converterTo(token);
}

/** The element converted, or undefined when Godot would refuse it. Godot: Variant::can_convert_strict. */
export function convertElement({ type }: ElementType, value: Variant | undefined): Variant | undefined {
  const given = typeOf(value);
  if (given === type) return value;
  // Godot makes a Quaternion only of a Basis that is a rotation, and judges that by rounding of its own.
  if (type === "Quaternion") return undefined;
  const converted = converterOf(type)?.(value instanceof Verbatim ? value.value : value);
  if (type === "float" && converted !== undefined) return new Float(converted as number);
  if (type !== "int" || given !== "float") return converted as Variant | undefined;
  // What does not fit 64 bits becomes the least int, as on the machines that Godot runs on.
  const integer = (converted as bigint | undefined) ?? -(2n ** 63n);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

/** Classes that an object of which only the id is known is one of. */
const classesOfIds = ["", anyObject, "RefCounted", "Object"];

/**
 * Whether an object can be of the class that is demanded. Little is known of classes: one may descend from
 * any other, but an id is only an id.
 */
export function fitsClass(type: ElementType, value: Variant | undefined): boolean {
  if (!(value instanceof GodotObject) || value.id === undefined) return true;
  return !type.script && classesOfIds.includes(type.className ?? "");
}
