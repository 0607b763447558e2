// The order in which Godot writes the entries of a dictionary: by type, then by value as its less-than says. Knows no text
// form.

import { typeIds } from "./element-type.ts";
import { Float, Int } from "./numbers.ts";
import { RID, StringName } from "./references.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/** Up to so many keys are put in order by insertion, which shows where not every key can be compared with every other. */
const fewKeys = 16;

/** The keys in Godot's order; those that it cannot compare (Color, NodePath, Dictionary …) keep theirs. */
export function sortKeys(keys: readonly Variant[]): Variant[] {
  if (keys.length <= fewKeys) return insertSorted(keys);
  return [...keys].sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
}

function insertSorted(keys: readonly Variant[]): Variant[] {
  const sorted: Variant[] = [];
  for (const key of keys) {
    let at = sorted.length;
    if (at > 0 && isLess(key, sorted[0]!)) at = 0;
    else while (at > 1 && isLess(key, sorted[at - 1]!)) at -= 1;
    sorted.splice(at, 0, key);
  }
  return sorted;
}

/** Godot: StringLikeVariantOrder, which compares String and StringName by their text. */
function isLess(a: Variant, b: Variant): boolean {
  const textA = textOf(a);
  const textB = textOf(b);
  if (textA !== undefined && textB !== undefined) return isTextLess(textA, textB);
  return isVariantLess(a, b);
}

function isVariantLess(a: Variant, b: Variant): boolean {
  const typeA = typeOf(a);
  const typeB = typeOf(b);
  if (typeA !== typeB) return idOf(typeA) < idOf(typeB);
  if (typeA === "String" || typeA === "StringName") return isTextLess(textOf(a)!, textOf(b)!);
  if (Array.isArray(a) && typeA === "Array") return isArrayLess(a, b as Variant[]);
  const componentsA = componentsOf(a);
  const componentsB = componentsOf(b);
  if (componentsA === undefined || componentsB === undefined) return false;
  // A NaN decides, too: it is less than nothing.
  const at = componentsA.findIndex((component, i) => component !== componentsB[i]);
  return at !== -1 && componentsA[at]! < componentsB[at]!;
}

function idOf(type: keyof typeof typeIds | undefined): number {
  return type === undefined ? 0 : typeIds[type];
}

function textOf(value: Variant): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof StringName ? value.text : undefined;
}

/** Character by character, where JavaScript compares halves of those beyond 16 bits. */
function isTextLess(a: string, b: string): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! < b.codePointAt(i)!;
  }
  return a.length < b.length;
}

/** By the first elements of which one is less. */
function isArrayLess(a: readonly Variant[], b: readonly Variant[]): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (isVariantLess(a[i]!, b[i]!)) return true;
    if (isVariantLess(b[i]!, a[i]!)) return false;
  }
  return a.length < b.length;
}

/** What is compared, the first of it first; undefined for a type that has no order. */
function componentsOf(value: Variant): readonly (number | bigint)[] | undefined {
  if (typeof value === "boolean") return [value ? 1 : 0];
  if (typeof value === "number" || typeof value === "bigint") return [value];
  if (value instanceof Int || value instanceof Float) return [value.value];
  if (value instanceof RID) return [value.id];
  if (value instanceof Vector2i || value instanceof Vector3i || value instanceof Vector4i) {
    return value.toArray();
  }
  if (value instanceof Vector2 || value instanceof Vector3 || value instanceof Vector4) {
    return value.toArray().map(Math.fround);
  }
  return undefined;
}
