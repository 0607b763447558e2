// Bytes and texts for the variant fuzzer: what engines wrote, and values at random, most of them a little wrong.

import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { typeNames } from "../../src/variant/element-type.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../../src/variant/matrices.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { Float, float, int } from "../../src/variant/numbers.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "../../src/variant/packed.ts";
import { AABB, Plane, Rect2, Rect2i } from "../../src/variant/rects.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { varToStr } from "../../src/variant/var-to-str.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";
import type { SeededRandom } from "../protocol/seeded-random.ts";
import { fromHex } from "../variant/described.ts";
import { golden36, golden46, goldenArguments } from "../variant/golden-vectors.ts";
import { parsedRows } from "../variant/text-golden.ts";

// ---- values ----

const texts = [
  "",
  "a",
  "name",
  "größe",
  "😀",
  "__proto__",
  "constructor",
  "res://a.tscn",
  "/root/A:b",
  "\ufeffx",
];

function anyText(random: SeededRandom): string {
  return random.oneIn(40) ? "long ".repeat(random.below(60)) : random.pick(texts);
}

const reals = [0, -0, 1, -1, 0.5, 1e-310, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0.1];

function anyReal(random: SeededRandom): number {
  return random.oneIn(2) ? random.pick(reals) : random.uint32() / 1000;
}

function anyInt(random: SeededRandom): bigint {
  const wide = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  return BigInt.asIntN(64, wide >> BigInt(random.below(64)));
}

function manyReals(random: SeededRandom, count: number): number[] {
  return Array.from({ length: count }, () => anyReal(random));
}

function someOf<T>(random: SeededRandom, make: () => T): T[] {
  return Array.from({ length: random.below(4) }, make);
}

type Maker = (random: SeededRandom) => Variant;

const vector2 = (r: SeededRandom): Vector2 => new Vector2(anyReal(r), anyReal(r));
const vector2i = (r: SeededRandom): Vector2i => new Vector2i(r.uint32() | 0, r.uint32() | 0);
const vector3 = (r: SeededRandom): Vector3 => new Vector3(anyReal(r), anyReal(r), anyReal(r));
const vector4 = (r: SeededRandom): Vector4 => new Vector4(...manyReals(r, 4));
const basis = (r: SeededRandom): Basis => new Basis(vector3(r), vector3(r), vector3(r));

const leaves: readonly Maker[] = [
  () => null,
  (r) => r.oneIn(2),
  (r) => int(anyInt(r)),
  (r) => (r.uint32() | 0) % 1000,
  (r) => float(anyReal(r)),
  (r) => new Float(Number.NaN, 0x7ff8_0000_0000_0001n | BigInt(r.uint32())),
  anyText,
  (r) => new StringName(anyText(r)),
  vector2,
  vector2i,
  vector3,
  vector4,
  (r) => new Vector3i(r.below(9), 0, -1),
  (r) => new Vector4i(r.below(9), 0, -1, 2),
  (r) => new Rect2(vector2(r), vector2(r)),
  (r) => new Rect2i(vector2i(r), vector2i(r)),
  (r) => new Transform2D(vector2(r), vector2(r), vector2(r)),
  (r) => new Plane(vector3(r), anyReal(r)),
  (r) => new Quaternion(...manyReals(r, 4)),
  (r) => new AABB(vector3(r), vector3(r)),
  basis,
  (r) => new Transform3D(basis(r), vector3(r)),
  (r) => new Projection(vector4(r), vector4(r), vector4(r), vector4(r)),
  (r) => new Color(...manyReals(r, 4)),
  (r) =>
    NodePath.of(
      someOf(r, () => anyText(r)),
      someOf(r, () => anyText(r)),
      r.oneIn(2),
    ),
  (r) => new RID(r.uint32()),
  (r) => GodotObject.fromId(1 + r.below(1000)),
  () => new GodotCallable(),
  (r) => new GodotSignal(anyText(r), r.uint32()),
  (r) => r.bytes(r.below(9)),
  (r) => Int32Array.from(someOf(r, () => r.uint32())),
  (r) => BigInt64Array.from(someOf(r, () => anyInt(r))),
  (r) => Float32Array.from(manyReals(r, r.below(4))),
  (r) => Float64Array.from(manyReals(r, r.below(4))),
  (r) => PackedStringArray.pack(someOf(r, () => anyText(r))),
  (r) => PackedVector2Array.pack(someOf(r, () => vector2(r))),
  (r) => PackedVector3Array.pack(someOf(r, () => vector3(r))),
  (r) => PackedVector4Array.pack(someOf(r, () => vector4(r))),
  (r) => PackedColorArray.pack(someOf(r, () => new Color(...manyReals(r, 4)))),
];

const containers: readonly ((random: SeededRandom, depth: number) => Variant)[] = [
  (r, depth) => someOf(r, () => anyValue(r, depth)),
  (r, depth) => new GodotDictionary(someOf(r, () => [anyText(r), anyValue(r, depth)])),
  (r, depth) => new GodotDictionary(someOf(r, () => [anyValue(r, depth), anyValue(r, depth)])),
  (r) =>
    GodotArray.typed<Variant>(
      "int",
      someOf(r, () => int(anyInt(r))),
    ),
  (r) =>
    GodotArray.typed<Variant>(
      "float",
      someOf(r, () => float(anyReal(r))),
    ),
  (r, depth) =>
    GodotArray.typed<Variant>(
      "Array",
      someOf(r, () => [anyValue(r, depth)]),
    ),
  (r, depth) =>
    GodotDictionary.typed<Variant, Variant>(
      "String",
      undefined,
      someOf(r, () => [anyText(r), anyValue(r, depth)]),
    ),
  (r) =>
    GodotDictionary.typed<Variant, Variant>(
      "Vector2",
      "int",
      someOf(r, () => [vector2(r), r.below(5)]),
    ),
  (r, depth) =>
    new GodotObject(
      "Node",
      someOf(r, () => [anyText(r), anyValue(r, depth)]),
    ),
];

/** A value of any type, in which others stand up to four levels deep. */
export function anyValue(random: SeededRandom, depth = 0): Variant {
  const isContainer = depth < 4 && random.oneIn(2);
  return isContainer ? random.pick(containers)(random, depth + 1) : random.pick(leaves)(random);
}

// ---- bytes ----

const goldenBytes = {
  modern: [...golden46.vectors, ...golden46.decode].map(({ hex }) => fromHex(hex ?? "")),
  old: [...golden36.vectors, ...golden36.decode].map(({ hex }) => fromHex(hex ?? "")),
} as const;

const goldenCompact = goldenArguments.map(({ args, args_hex }) => ({
  bytes: fromHex(args_hex),
  count: args.length,
}));

/** Words that stand where types, counts and lengths stand. */
const oddWords = [
  0, 1, 2, 3, 4, 8, 27, 28, 255, 0x10000, 0x1001c, 0x5001b, 0x2001c, 0x3001c, 0x7fff_ffff, -1, -4,
];

/** The full form of a value, with some damage more often than not. */
export function anyBytes(random: SeededRandom, modern: boolean): Uint8Array {
  let bytes = wholeBytes(random, modern);
  if (random.oneIn(6)) bytes = concat([bytes, wholeBytes(random, modern)]);
  if (random.oneIn(5)) bytes = nest(random, bytes, modern);
  return damaged(random, bytes);
}

/** The compressed form of some values, and how many. */
export function anyArguments(random: SeededRandom): { bytes: Uint8Array; count: number } {
  const parts = Array.from({ length: 1 + random.below(3) }, () => random.pick(goldenCompact));
  return {
    bytes: damaged(random, concat(parts.map(({ bytes }) => bytes))),
    count: parts.reduce((sum, { count }) => sum + count, random.below(3)),
  };
}

function wholeBytes(random: SeededRandom, modern: boolean): Uint8Array {
  if (modern && random.oneIn(2)) return varToBytes(anyValue(random), { allowObjects: true }).slice();
  return random.pick(modern ? goldenBytes.modern : goldenBytes.old);
}

/** Puts a value into containers of one element, mostly few, seldom too many; as keys, too. */
function nest(random: SeededRandom, bytes: Uint8Array, modern: boolean): Uint8Array {
  const levels = random.oneIn(200) ? 900 + random.below(200) : random.below(6);
  const [dictionary, array] = modern ? [27, 28] : [18, 19];
  const heads: Uint8Array[] = [];
  let keys = 0;
  for (let i = 0; i < levels; i++) {
    const isKey = random.oneIn(2);
    heads.push(wordsOf([isKey ? dictionary! : array!, 1]));
    if (isKey) keys += 1;
  }
  return concat([...heads, bytes, new Uint8Array(keys * 4)]);
}

export function wordsOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setInt32(i * 4, word, true);
  return bytes;
}

function damaged(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let count = random.below(4); count > 0; count--) result = damage(random, result);
  return result;
}

function damage(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const word = at & ~3;
  const to = Math.min(bytes.length, word + 4 * random.below(4));
  switch (random.below(7)) {
    case 0:
      return changed(bytes, at, [random.uint32() & 0xff]);
    case 1:
      return changed(bytes, word, wordsOf([random.pick(oddWords)]));
    case 2:
      return changed(bytes, word, [random.below(typeNames.length + 1)]);
    case 3:
      return concat([bytes.subarray(0, word), bytes.subarray(to)]);
    case 4:
      return concat([bytes.subarray(0, to), bytes.subarray(word)]);
    case 5:
      return concat([bytes.subarray(0, word), wordsOf([random.pick(oddWords)]), bytes.subarray(word)]);
    default:
      return bytes.slice(0, at);
  }
}

function changed(bytes: Uint8Array, at: number, octets: ArrayLike<number>): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i < octets.length && at + i < copy.length; i++) copy[at + i] = octets[i]!;
  return copy;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

// ---- texts ----

const oddPieces = [
  ...'{}[]():,.=;#"\\&@-\0\n ',
  "{[1]: [",
  "Array[int]([",
  "Dictionary[String, Variant]({",
  "Object(Node,",
  'Resource("res://a.gd")',
  "PackedByteArray(",
  "1e999",
  "-inf",
  "nan",
  '"\\u0000"',
  "\\ud800",
  "__proto__",
  "99999999999999999999",
];

/** The text form of a value, with some damage more often than not. */
export function anyTextForm(random: SeededRandom): string {
  let text = random.oneIn(2) ? random.pick(parsedRows).text : varToStr(anyValue(random));
  for (let count = random.below(4); count > 0; count--) text = damageText(random, text);
  if (!random.oneIn(300)) return text;
  const levels = 900 + random.below(200);
  return `${"{[".repeat(levels / 2)}${text}${"]:1}".repeat(levels / 2)}`;
}

function damageText(random: SeededRandom, text: string): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.below(8));
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(at);
    case 2:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + random.pick(oddPieces) + text.slice(at);
  }
}
