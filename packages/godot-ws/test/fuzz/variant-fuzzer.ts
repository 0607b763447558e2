// Feeds the variant codec with bytes and texts that are mostly a little wrong, under options at random. Whatever comes: a
// value or a DataError that says where, quickly; the value is no larger than what it was read from, and can be written
// and read again, for ever the same.

import { DataError } from "../../src/errors.ts";
import type { DecodeOptions } from "../../src/variant/codec-options.ts";
import { decodeArguments, encodeArguments } from "../../src/variant/compact.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { PackedStringArray } from "../../src/variant/packed.ts";
import { GodotObject, GodotSignal, StringName } from "../../src/variant/references.ts";
import { strToVar } from "../../src/variant/str-to-var.ts";
import { typeOf, type Variant } from "../../src/variant/variant.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { anyArguments, anyBytes, anyTextForm } from "./variant-inputs.ts";

export interface VariantFuzzReport {
  readonly inputs: number;
  /** How often each type of value and each kind of error came out. */
  readonly seen: ReadonlyMap<string, number>;
  /** The longest that an input took, in milliseconds. */
  readonly slowest: number;
}

/** Thousands of times what the slowest takes: only what would never end is found by it. */
const patience = 10_000;

/** Runs inputs number 0 to `count` - 1 of `seed`; throws an Error that names the input at the first that goes wrong. */
export function runVariantFuzzer(seed: number, count: number): VariantFuzzReport {
  const seen = new Map<string, number>();
  let slowest = 0;
  for (let index = 0; index < count; index++) {
    const inputSeed = (Math.imul(seed, 0x9e3779b1) + index) >>> 0;
    const started = performance.now();
    const outcome = runNamed(inputSeed, `seed ${seed}, input ${index}`);
    const took = performance.now() - started;
    if (took > patience) throw new Error(`runVariantInput(${inputSeed}) took ${took} ms`);
    slowest = Math.max(slowest, took);
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  return { inputs: count, seen, slowest };
}

function runNamed(inputSeed: number, name: string): string {
  try {
    return runVariantInput(inputSeed);
  } catch (cause) {
    throw new Error(`variant fuzzer: ${name}: runVariantInput(${inputSeed}): ${String(cause)}`, { cause });
  }
}

/** One input, again and again the same; what came out. Throws when something is wrong. */
export function runVariantInput(inputSeed: number): string {
  const random = new SeededRandom(inputSeed);
  switch (random.below(5)) {
    case 0:
      return runText(random);
    case 1:
      return runArguments(random);
    default:
      return runBytes(random);
  }
}

const versions = ["3.6", "4.0", "4.3", "4.6"] as const;

function anyOptions(random: SeededRandom): DecodeOptions {
  return {
    version: random.oneIn(2) ? "4.6" : random.pick(versions),
    precision: random.oneIn(5) ? "double" : "single",
    allowObjects: random.oneIn(2),
    keepKinds: random.oneIn(2),
    plainObjects: random.oneIn(3),
    copyBytes: random.oneIn(3),
    ...(random.oneIn(10) ? { maxDepth: random.below(5) } : {}),
    ...(random.oneIn(10) ? { maxElements: random.below(20) } : {}),
    ...(random.oneIn(10) ? { maxStringBytes: random.below(20) } : {}),
    ...(random.oneIn(10) ? { maxBytes: random.below(100) } : {}),
    ...(random.oneIn(10) ? { allowedTypes: ["int", "String", "Array", "Dictionary", "Vector2"] } : {}),
  };
}

// ---- the three ways in ----

function runBytes(random: SeededRandom): string {
  const options = anyOptions(random);
  const bytes = anyBytes(random, options.version !== "3.6");
  const value = valueOrError(() => bytesToVar(bytes, options), bytes.length);
  if (value instanceof DataError) return kindOf(value);
  checkSize(sizeOf(value), bytes.length);
  checkAgain(value, options);
  return `value ${typeOf(value)}`;
}

function runArguments(random: SeededRandom): string {
  const options = anyOptions(random);
  const { bytes, count } = anyArguments(random);
  const from = random.oneIn(5) ? random.below(bytes.length + 1) : 0;
  const decoded = valueOrError(() => decodeArguments(bytes, from, count, options), bytes.length);
  if (decoded instanceof DataError) return kindOf(decoded);
  const { values, offset } = decoded;
  if (values.length !== count || offset > bytes.length) throw new Error(`${values.length} end at ${offset}`);
  checkSize(sizeOf(values), 4 * bytes.length);
  const written = encodeArguments(values, options);
  const again = decodeArguments(written, 0, count, { ...options, ...unlimited });
  checkSame(encodeArguments(again.values, options), written);
  return `arguments ${typeOf(values[0])}`;
}

function runText(random: SeededRandom): string {
  const options = {
    allowObjects: random.oneIn(2),
    keepKinds: random.oneIn(2),
    precision: random.oneIn(5) ? "double" : "single",
    ...(random.oneIn(10) ? { maxDepth: random.below(5) } : {}),
  } as const;
  const text = anyTextForm(random);
  const value = valueOrError(() => strToVar(text, options), text.length);
  if (value instanceof DataError) return kindOf(value);
  // A number of one digit and a comma can become eight octets.
  checkSize(sizeOf(value), 8 * text.length);
  // The object of number 0, which text can say, is null as bytes.
  const { precision, keepKinds } = options;
  const asBytes = { precision, keepKinds, allowObjects: true };
  checkAgain(bytesToVar(varToBytes(value, asBytes), asBytes), asBytes);
  return `text ${typeOf(value)}`;
}

// ---- what has to hold ----

const unlimited: DecodeOptions = {
  allowedTypes: undefined,
  maxDepth: undefined,
  maxElements: undefined,
  maxStringBytes: undefined,
  maxBytes: undefined,
};

function valueOrError<T>(read: () => T, length: number): T | DataError {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (!(error.offset >= 0 && error.offset <= length)) throw new Error(`an error at ${error.offset}`);
    return error;
  }
}

/** The first words of the message, without what differs from input to input. */
function kindOf(error: DataError): string {
  return `! ${error.message
    .replace(/[-\d]+|".*"/gs, "#")
    .split(" ", 3)
    .join(" ")}`;
}

/** What was read can be written, and what is read of that is written the same. */
function checkAgain(value: Variant, options: DecodeOptions): void {
  const written = varToBytes(value, options);
  const again = bytesToVar(written, { ...options, ...unlimited });
  checkSame(varToBytes(again, options), written);
}

function checkSame(second: Uint8Array, first: Uint8Array): void {
  // A byte-order mark in front of a string is lost when that is read.
  if (Buffer.compare(first, second) === 0 || Buffer.from(first).includes("\ufeff")) return;
  const at = first.findIndex((octet, i) => octet !== second[i]) & ~15;
  const around = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(at, at + 48)).toString("hex");
  throw new Error(`written as ${around(first)} from ${at} on, and then as ${around(second)}`);
}

function checkSize(size: number, most: number): void {
  if (size > most + 8) throw new Error(`a value of size ${size} was read where ${most} is the most`);
}

/** Four for each value, which is what it takes as bytes at the least; and all characters and octets. */
function sizeOf(value: Variant): number {
  if (typeof value === "string") return 4 + value.length;
  if (typeof value !== "object" || value === null) return 4;
  if (value instanceof StringName) return 4 + value.text.length;
  // The bytes are a copy of what the value was read from.
  if (value instanceof Verbatim) return value.bytes.length;
  if (ArrayBuffer.isView(value)) return 4 + value.byteLength;
  if (value instanceof GodotSignal) return 12 + value.name.length;
  if (value instanceof NodePath) return 4 + textSize(value.names) + textSize(value.subnames);
  if (value instanceof PackedStringArray) return 4 + textSize(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 4);
  if (value instanceof GodotDictionary) return sizeOfEntries(value);
  if (value instanceof GodotObject) return sizeOfEntries(value.properties as Iterable<[Variant, Variant]>);
  return Object.getPrototypeOf(value)?.constructor === undefined ? sizeOfEntries(Object.entries(value)) : 4;
}

function textSize(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 4 + text.length, 0);
}

function sizeOfEntries(entries: Iterable<readonly [Variant, Variant]>): number {
  let size = 4;
  for (const [key, value] of entries) size += sizeOf(key) + sizeOf(value);
  return size;
}
