// The order in which Godot writes the entries of a dictionary: by type, then by value as its less-than says. Knows no text
// form.

import { typeIds } from "./element-type.ts";
import { Float, Int } from "./numbers.ts";
import { RID, StringName } from "./references.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./vectors.ts";

/** Up to so many keys are put in order by insertion, which shows where not every key can be compared with every other. */
const fewKeys = 16;

/** Entries in Godot's order of keys; those that it cannot compare (Color, NodePath, Dictionary …) keep theirs. */
export function sortByKeys<V>(entries: readonly (readonly [Variant, V])[]): (readonly [Variant, V])[] {
  if (entries.length <= fewKeys) return insertSorted(entries);
  return [...entries].sort(([a], [b]) => compareKeys(a, b));
}

function insertSorted<V>(entries: readonly (readonly [Variant, V])[]): (readonly [Variant, V])[] {
  const sorted: (readonly [Variant, V])[] = [];
  const isLessThanAt = (key: Variant, at: number): boolean => compareKeys(key, sorted[at]![0]) < 0;
  for (const entry of entries) {
    let at = sorted.length;
    if (at > 0 && isLessThanAt(entry[0], 0)) at = 0;
    else while (at > 1 && isLessThanAt(entry[0], at - 1)) at -= 1;
    sorted.splice(at, 0, entry);
  }
  return sorted;
}

/** Below 0 when the first is less, above when the second is; 0 when neither. Godot: StringLikeVariantOrder. */
function compareKeys(a: Variant, b: Variant): number {
  const textA = textOf(a);
  const textB = textOf(b);
  return textA !== undefined && textB !== undefined ? compareTexts(textA, textB) : compareVariants(a, b);
}

function compareVariants(a: Variant, b: Variant): number {
  const typeA = typeOf(a);
  const typeB = typeOf(b);
  if (typeA !== typeB) return idOf(typeA) - idOf(typeB);
  if (typeA === "String" || typeA === "StringName") return compareTexts(textOf(a)!, textOf(b)!);
  if (Array.isArray(a) && typeA === "Array") return compareArrays(a, b as Variant[]);
  const componentsA = componentsOf(a);
  const componentsB = componentsOf(b);
  if (componentsA === undefined || componentsB === undefined) return 0;
  const at = componentsA.findIndex((component, i) => component !== componentsB[i]);
  if (at === -1) return 0;
  // A NaN decides, too: it is less than nothing, and nothing less than it.
  return Number(componentsA[at]! > componentsB[at]!) - Number(componentsA[at]! < componentsB[at]!);
}

function idOf(type: keyof typeof typeIds | undefined): number {
  return type === undefined ? 0 : typeIds[type];
}

function textOf(value: Variant): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof StringName ? value.text : undefined;
}

/** Character by character, where JavaScript compares halves of those beyond 16 bits. */
function compareTexts(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}

/** By the first elements of which one is less, each pair looked at once: that is what nested ones allow. */
function compareArrays(a: readonly Variant[], b: readonly Variant[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareVariants(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
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
