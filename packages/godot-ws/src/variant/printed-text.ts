// Values as Godot prints them for people (`str`, `print`): not to be read back. Knows the values that others hold, not those
// that hold others, which say by a method how they are printed.

import { NodePath } from "./node-path.ts";
import { formatFloat } from "./number-text.ts";
import { isPlain } from "./plain-object.ts";
import { StringName } from "./references.ts";
import { escapeText } from "./text-escapes.ts";

/** The method by which a container prints its elements, given how many containers it stands in. */
export const printed: unique symbol = Symbol("printed");

export interface Printed {
  [printed](depth: number): string;
}

/** Containers within each other that Godot prints. Godot: Variant::stringify. */
const deepest = 100;

/** A value as it is printed on its own. Godot: str. */
export function printText(value: unknown): string {
  return value instanceof StringName || value instanceof NodePath || typeof value === "string"
    ? String(value)
    : printElement(value, -1);
}

/** A value within a container that stands in `depth` others: texts in quotation marks, and dots for what is too deep. */
export function printElement(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return `"${escapeText(value)}"`;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : formatFloat(value);
    case "object":
      return value === null ? "<null>" : printObject(value, depth + 1);
    default:
      return String(value);
  }
}

/** Elements in brackets, as arrays of every kind are printed. */
export function printList(elements: Iterable<unknown>, depth: number): string {
  if (depth > deepest) return "[...]";
  return `[${Array.from(elements, (element) => printElement(element, depth)).join(", ")}]`;
}

/** Entries in braces, as a Dictionary is printed. */
export function printEntries(entries: Iterable<readonly [unknown, unknown]>, depth: number): string {
  if (depth > deepest) return "{ ... }";
  const texts = Array.from(
    entries,
    ([key, value]) => `${printElement(key, depth)}: ${printElement(value, depth)}`,
  );
  return `{ ${texts.join(", ")} }`;
}

function printObject(value: object, depth: number): string {
  if (value instanceof StringName) return `&"${escapeText(value.text)}"`;
  if (value instanceof NodePath) return `^"${escapeText(value.toString())}"`;
  if (printed in value) return (value as Printed)[printed](depth);
  if (Array.isArray(value)) return printList(value, depth);
  if (ArrayBuffer.isView(value)) {
    const isFloat = value instanceof Float32Array || value instanceof Float64Array;
    const numbers = value as Iterable<unknown> & ArrayBufferView as Iterable<number>;
    return `[${Array.from(numbers, isFloat ? formatFloat : String).join(", ")}]`;
  }
  if (value instanceof Map) return printEntries(value, depth);
  return isPlain(value) || !("toString" in value)
    ? printEntries(Object.entries(value), depth)
    : String(value);
}
