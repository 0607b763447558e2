// What a caller can say about how values are written and read, and the same in the form that the codec works with.

import { UsageError } from "../errors.ts";
import { type Dialect, dialectOf, type GodotVersion } from "./dialect.ts";
import { type TypeName, typeIds } from "./element-type.ts";

/** Nesting that Godot writes and reads. Godot: Variant::MAX_RECURSION_DEPTH. */
export const deepest = 1024;

/** In the table of types: known, but not allowed by the caller. */
export const notAllowed = 254;

/** What reading and writing have in common. */
export interface VariantOptions {
  /** The version of Godot at the other end; default the latest, "4.6". */
  readonly version?: GodotVersion | undefined;
  /**
   * How the engine at the other end was built: with 32-bit ("single", default) or 64-bit components ("double"). Both are
   * read whatever this says; with "single" 64-bit ones are narrowed, as Godot does.
   */
  readonly precision?: "single" | "double" | undefined;
  /** Whether whole objects may be written, or read into `GodotObject`; default false. Nothing is ever instantiated. */
  readonly allowObjects?: boolean | undefined;
}

/** Options of `varToBytes` and `encodeArguments`. */
export type EncodeOptions = VariantOptions;

/** Options of `bytesToVar` and `decodeArguments`. Beyond a bound: DataError. */
export interface DecodeOptions extends VariantOptions {
  /**
   * Ints come out as `Int`, floats as `Float`, and what would be written in other bytes as `Verbatim`, so that writing
   * the value again with the same options gives the same bytes; default false.
   */
  readonly keepKinds?: boolean | undefined;
  /** Dictionaries whose keys are all String or StringName come out as plain objects without prototype; default false. */
  readonly plainObjects?: boolean | undefined;
  /** PackedByteArrays are copies; default false: they are views of the bytes given. */
  readonly copyBytes?: boolean | undefined;
  /** Octets of the whole value; default unlimited. */
  readonly maxBytes?: number | undefined;
  /** Containers inside each other, from 0 to 1024; default 1024, as Godot. */
  readonly maxDepth?: number | undefined;
  /** Elements of all arrays and dictionaries together; default unlimited, which is one for each 4 octets at most. */
  readonly maxElements?: number | undefined;
  /** Octets of a string; default unlimited. */
  readonly maxStringBytes?: number | undefined;
  /** The types that may occur; default all. */
  readonly allowedTypes?: Iterable<TypeName> | undefined;
}

export interface EncodeSettings {
  readonly dialect: Dialect;
  readonly double: boolean;
  readonly allowObjects: boolean;
}

export interface DecodeSettings extends EncodeSettings {
  readonly keepKinds: boolean;
  readonly plainObjects: boolean;
  readonly copyBytes: boolean;
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly maxStringBytes: number;
  /** By the number on the wire: our type id, `noType` or `notAllowed`. */
  readonly types: Uint8Array;
}

const defaultEncodeSettings: EncodeSettings = { dialect: dialectOf(), double: false, allowObjects: false };

const defaultDecodeSettings = makeDecodeSettings({});

/** For values that are kept while the bytes are not: ready made, as no options at all are. */
export const copyingOptions: DecodeOptions = Object.freeze({ copyBytes: true });

const copyingSettings = makeDecodeSettings(copyingOptions);

/** `UsageError` for an option that is out of range. */
export function toEncodeSettings(options: EncodeOptions | undefined): EncodeSettings {
  if (options === undefined) return defaultEncodeSettings;
  return {
    dialect: dialectOf(options.version),
    double: options.precision === "double",
    allowObjects: options.allowObjects === true,
  };
}

/** `UsageError` for an option that is out of range. */
export function toDecodeSettings(options: DecodeOptions | undefined): DecodeSettings {
  if (options === undefined) return defaultDecodeSettings;
  return options === copyingOptions ? copyingSettings : makeDecodeSettings(options);
}

function makeDecodeSettings(options: DecodeOptions): DecodeSettings {
  const { dialect, double, allowObjects } = toEncodeSettings(options);
  return {
    dialect,
    double,
    allowObjects,
    keepKinds: options.keepKinds === true,
    plainObjects: options.plainObjects === true,
    copyBytes: options.copyBytes === true,
    maxBytes: limit(options, "maxBytes"),
    maxDepth: limit(options, "maxDepth", deepest),
    maxElements: limit(options, "maxElements"),
    maxStringBytes: limit(options, "maxStringBytes"),
    types: restrict(dialect, options.allowedTypes),
  };
}

function limit(
  options: DecodeOptions,
  name: "maxBytes" | "maxDepth" | "maxElements" | "maxStringBytes",
  most = Number.POSITIVE_INFINITY,
): number {
  const value = options[name] ?? most;
  if (value >= 0 && value <= most) return value;
  throw new UsageError("ERR_PARAMETER_RANGE_ERROR", `${name} must be from 0 to ${most}, not ${value}`);
}

function restrict(dialect: Dialect, allowed: Iterable<TypeName> | undefined): Uint8Array {
  if (allowed === undefined) return dialect.typeIds;
  const ids = new Set<number>();
  for (const name of allowed) {
    if (!Object.hasOwn(typeIds, name)) throw new UsageError("ERR_INVALID_PARAMETER", `${name} is not a type`);
    ids.add(typeIds[name]);
  }
  return dialect.typeIds.map((id) => (id >= notAllowed || ids.has(id) ? id : notAllowed));
}
