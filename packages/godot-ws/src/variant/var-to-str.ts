// Values to text, as `var_to_str` writes them: what `str_to_var` reads. Knows no bytes.

import { UsageError } from "../errors.ts";
import { Color } from "./color.ts";
import { fitElement } from "./container-type.ts";
import { GodotDictionary } from "./dictionary.ts";
import type { ElementType } from "./element-type.ts";
import { sortByKeys } from "./key-order.ts";
import { Basis, Transform3D } from "./matrices.ts";
import { NodePath } from "./node-path.ts";
import { formatComponentLiteral, formatFloatLiteral } from "./number-text.ts";
import { Float } from "./numbers.ts";
import { PackedColorArray, PackedVector2Array, PackedVector3Array, PackedVector4Array } from "./packed.ts";
import { Rect2i } from "./rects.ts";
import { type GodotObject, RID, StringName } from "./references.ts";
import { escapeText, escapeTextOfLines } from "./text-escapes.ts";
import { GodotArray } from "./typed-array.ts";
import { typeOf, type Variant } from "./variant.ts";
import { Vector2i, Vector3i, Vector4i } from "./vectors.ts";
import { Verbatim } from "./verbatim.ts";

/** Options of `varToStr`. */
export interface VarToStrOptions {
  /** Whether vectors and the like have 32-bit ("single", default) or 64-bit components. */
  readonly precision?: "single" | "double" | undefined;
}

/** Nesting that Godot writes. Godot: VariantWriter::MAX_RECURSION. */
const deepest = 100;

/**
 * The text of a value. A safe integer is an int, any other number a float; entries of dictionaries are in Godot's order of
 * keys. Godot: var_to_str.
 *
 * `UsageError` for what Godot has no value for, for elements that do not fit their container, and for nesting deeper than
 * 100, where Godot leaves out what is in there.
 */
export function varToStr(value: Variant, options: VarToStrOptions = {}): string {
  const parts: string[] = [];
  new TextWriter(parts, options.precision === "double").write(value, 0);
  return parts.join("");
}

const integerClasses = [Vector2i, Vector3i, Vector4i, Rect2i];

class TextWriter {
  readonly #parts: string[];
  readonly #double: boolean;

  constructor(parts: string[], double: boolean) {
    this.#parts = parts;
    this.#double = double;
  }

  write(value: Variant, depth: number): void {
    if (value instanceof Verbatim) return this.write(value.value as Variant, depth);
    const type = typeOf(value);
    switch (type) {
      case "Array":
        return this.#array(value as readonly Variant[], depth);
      case "Dictionary":
        return this.#dictionary(toDictionary(value), depth);
      case "Object":
        return this.#object(value as GodotObject<Variant>, depth);
      case undefined:
        throw new UsageError("ERR_INVALID_PARAMETER", `Godot has no value for ${describe(value)}`);
      default:
        this.#parts.push(scalarText(value) ?? this.#constructed(type, value));
    }
  }

  /** A word with numbers or strings in parentheses. */
  #constructed(name: string, value: Variant): string {
    if (value instanceof RID) return value.id === 0n ? "RID()" : `RID(${BigInt.asIntN(64, value.id)})`;
    if (Array.isArray(value)) return `${name}(${value.map((text) => `"${escapeText(text)}"`).join(", ")})`;
    return `${name}(${this.#numbers(value).join(", ")})`;
  }

  #numbers(value: Variant): string[] {
    if (value instanceof Float32Array || value instanceof Float64Array) {
      return Array.from(value, formatComponentLiteral);
    }
    if (ArrayBuffer.isView(value))
      return Array.from(value as Iterable<number | bigint> & ArrayBufferView, String);
    if (integerClasses.some((type) => value instanceof type)) return componentsOf(value).map(String);
    return componentsOf(value).map((component) => {
      if (this.#double && !(value instanceof Color)) return formatComponentLiteral(component);
      return formatComponentLiteral(Math.fround(component));
    });
  }

  #array(array: readonly Variant[], depth: number): void {
    checkDepth(depth);
    const type = array instanceof GodotArray ? array.elementType : undefined;
    this.#parts.push(type === undefined ? "[" : `Array[${typeText(type)}]([`);
    for (let i = 0; i < array.length; i++) {
      if (i > 0) this.#parts.push(", ");
      this.#element(type, array[i]!, depth);
    }
    this.#parts.push(type === undefined ? "]" : "])");
  }

  #dictionary(dictionary: GodotDictionary<Variant, Variant>, depth: number): void {
    checkDepth(depth);
    const { keyType, valueType } = dictionary;
    const isTyped = keyType !== undefined || valueType !== undefined;
    if (isTyped) this.#parts.push(`Dictionary[${typeText(keyType)}, ${typeText(valueType)}](`);
    this.#entries(dictionary, depth);
    if (isTyped) this.#parts.push(")");
  }

  #entries(dictionary: GodotDictionary<Variant, Variant>, depth: number): void {
    if (dictionary.size === 0) {
      this.#parts.push("{}");
      return;
    }
    let before = "{\n";
    for (const [key, value] of sortByKeys([...dictionary])) {
      this.#parts.push(before);
      this.#element(dictionary.keyType, key, depth);
      this.#parts.push(": ");
      this.#element(dictionary.valueType, value, depth);
      before = ",\n";
    }
    this.#parts.push("\n}");
  }

  #element(type: ElementType | undefined, value: Variant, depth: number): void {
    this.write(type === undefined ? value : fitElement(type, value), depth + 1);
  }

  #object(object: GodotObject<Variant>, depth: number): void {
    checkDepth(depth);
    const properties: Iterable<readonly [string, Variant]> =
      object.id === undefined
        ? object.properties
        : [
            ["object_id", object.id],
            ["script", null],
          ];
    this.#parts.push(`Object(${object.className},`);
    let before = "";
    for (const [name, value] of properties) {
      this.#parts.push(`${before}"${escapeTextOfLines(name)}":`);
      // All that is known of a script is its path.
      if (name === "script" && typeof value === "string") this.#parts.push(resourceText(value));
      else this.write(value, depth + 1);
      before = ",";
    }
    this.#parts.push(")\n");
  }
}

function checkDepth(depth: number): void {
  if (depth > deepest) {
    throw new UsageError("ERR_OUT_OF_MEMORY", `Nested deeper than ${deepest}, or within itself`);
  }
}

/** What is no word with parentheses; undefined for the rest. */
function scalarText(value: Variant): string | undefined {
  switch (typeof value) {
    case "boolean":
      return String(value);
    case "bigint":
      return String(BigInt.asIntN(64, value));
    case "string":
      return `"${escapeTextOfLines(value)}"`;
    case "number":
      return typeOf(value) === "int" ? String(value) : formatFloatLiteral(value);
    default:
  }
  if (value === null) return "null";
  if (value instanceof Float) return formatFloatLiteral(value.value);
  if (typeOf(value) === "int") return String(value);
  if (value instanceof StringName) return `&"${escapeText(value.text)}"`;
  return value instanceof NodePath ? `NodePath("${escapeText(value.toString())}")` : undefined;
}

/** In the order in which they are written: matrices of three rows by rows. */
function componentsOf(value: Variant): readonly number[] {
  if (value instanceof Basis) return rowsOf(value);
  if (value instanceof Transform3D) return [...rowsOf(value.basis), ...value.origin.toArray()];
  if (
    value instanceof PackedVector2Array ||
    value instanceof PackedVector3Array ||
    value instanceof PackedVector4Array ||
    value instanceof PackedColorArray
  ) {
    return Array.from<number>(value.data);
  }
  // A Callable and a Signal have none.
  return (value as { toArray?(): number[] }).toArray?.() ?? [];
}

function rowsOf({ x, y, z }: Basis): number[] {
  return [x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z];
}

function toDictionary(value: Variant): GodotDictionary<Variant, Variant> {
  if (value instanceof GodotDictionary) return value;
  if (value instanceof Map) return new GodotDictionary<Variant, Variant>(value);
  return GodotDictionary.fromObject(value as Record<string, Variant>) as GodotDictionary<Variant, Variant>;
}

function typeText(type: ElementType | undefined): string {
  if (type === undefined) return "Variant";
  return type.script ? resourceText(type.script) : type.className || type.type;
}

function resourceText(path: string): string {
  return `Resource("${escapeTextOfLines(path)}")`;
}

function describe(value: unknown): string {
  return typeof value === "object" ? `an object of ${value?.constructor?.name}` : typeof value;
}
