// Text to values, as `str_to_var` and scene files read them. Makes nothing that runs, and loads nothing.

import { UsageError } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";
import { GodotDictionary, insert } from "./dictionary.ts";
import type { ElementType } from "./element-type.ts";
import { identityOf, type KnownIdentities } from "./identity.ts";
import { NodePath } from "./node-path.ts";
import { Float, Int } from "./numbers.ts";
import { PackedStringArray } from "./packed.ts";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./references.ts";
import { constructorOf, currentName, toInt32, toInt64, type WrittenNumber } from "./text-constructors.ts";
import { assignElement, elementTypeOf } from "./text-elements.ts";
import { type TextToken, TextTokens } from "./text-tokens.ts";
import { GodotArray } from "./typed-array.ts";
import type { Variant } from "./variant.ts";

/** What stands before the parentheses of a reference to a resource. */
export type ResourceKind = "Resource" | "ExtResource" | "SubResource";

/** Options of `strToVar`. */
export interface StrToVarOptions {
  /** Ints come out as `Int` and floats as `Float`; default false. */
  readonly keepKinds?: boolean | undefined;
  /** Whether `Object(…)` and types that are scripts may occur; default false. Nothing is ever instantiated. */
  readonly allowObjects?: boolean | undefined;
  /** Whether vectors and the like have 32-bit ("single", default) or 64-bit components. */
  readonly precision?: "single" | "double" | undefined;
  /** Values inside each other; default 1024, which is the most. */
  readonly maxDepth?: number | undefined;
  /** UTF-16 units of the text; default unlimited. */
  readonly maxLength?: number | undefined;
  /**
   * What `Resource("res://a.tres")`, `ExtResource("1")` and `SubResource("1")` stand for, with the arguments as texts.
   * Without it they are errors.
   */
  readonly resource?: ((kind: ResourceKind, args: readonly string[]) => Variant) | undefined;
}

const deepest = 1024;

/**
 * The value that a text stands for. What follows it is ignored. Godot: str_to_var.
 *
 * `DataError` with offset and line for what Godot refuses, for an element that does not fit its container (of which Godot
 * makes an empty one), and beyond a bound.
 */
export function strToVar(text: string, options: StrToVarOptions = {}): Variant {
  const tokens = new TextTokens(text);
  if (text.length > (options.maxLength ?? Number.POSITIVE_INFINITY)) {
    tokens.fail(`More than ${options.maxLength} characters`, "ERR_OUT_OF_MEMORY");
  }
  return new TextValues(tokens, options).read();
}

/** Reads values out of a longer text: in a scene file, what stands behind an equals sign. */
export class TextValues {
  readonly #tokens: TextTokens;
  readonly #options: StrToVarOptions;
  readonly #double: boolean;
  readonly #maxDepth: number;
  // Until a value is whole: then its owner can change it.
  #known: KnownIdentities = new Map();

  /** `UsageError` for an option that is out of range. */
  constructor(tokens: TextTokens, options: StrToVarOptions = {}) {
    const { maxDepth = deepest } = options;
    if (!(maxDepth >= 0 && maxDepth <= deepest)) {
      throw new UsageError(
        "ERR_PARAMETER_RANGE_ERROR",
        `maxDepth must be from 0 to ${deepest}, not ${maxDepth}`,
      );
    }
    this.#tokens = tokens;
    this.#options = options;
    this.#double = options.precision === "double";
    this.#maxDepth = maxDepth;
  }

  /** The value that comes next. */
  read(): Variant {
    this.#known = new Map();
    return this.#value(this.#tokens.next(), 0);
  }

  #value(token: TextToken, depth: number): Variant {
    if (depth > this.#maxDepth)
      this.#tokens.fail(`Nested deeper than ${this.#maxDepth}`, "ERR_OUT_OF_MEMORY");
    switch (token.kind) {
      case "number":
        return this.#number(token.value, token.isFloat);
      case "string":
        return token.text;
      case "stringName":
        return new StringName(token.text);
      case "color":
        return token.color;
      case "[":
        return this.#array([], undefined, depth);
      case "{":
        return this.#dictionary(new GodotDictionary(), depth);
      case "identifier":
        return this.#word(token.text, depth);
      default:
        return this.#tokens.fail(`Expected value, got ${nameOf(token)}`);
    }
  }

  #number(value: number | bigint, isFloat: boolean): Variant {
    if (!this.#options.keepKinds) return value;
    return isFloat ? new Float(Number(value)) : new Int(value);
  }

  #word(word: string, depth: number): Variant {
    switch (word) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
      case "nil":
        return null;
      case "Array":
        return this.#typedArray(depth);
      case "Dictionary":
        return this.#typedDictionary(depth);
      case "Object":
        return this.#object(depth);
      case "Resource":
      case "ExtResource":
      case "SubResource":
        return this.#resource(word);
      default: {
        const special = specialFloat(word);
        return special === undefined ? this.#constructed(currentName(word)) : this.#number(special, true);
      }
    }
  }

  #constructed(name: string): Variant {
    const form = constructorOf(name);
    if (form === undefined) return this.#otherConstructed(name);
    const numbers = this.#numbers();
    const { count } = form;
    if (count !== undefined && numbers.length !== count) {
      this.#tokens.fail(`Expected ${count} arguments for ${name}, got ${numbers.length}`);
    }
    return form.make(numbers, this.#double);
  }

  #otherConstructed(name: string): Variant {
    switch (name) {
      case "NodePath":
        return this.#nodePath();
      case "RID":
        return this.#rid();
      case "Callable":
        this.#expectEmpty();
        return new GodotCallable();
      case "Signal":
        this.#expectEmpty();
        return new GodotSignal();
      case "PackedByteArray":
        return this.#bytes();
      case "PackedStringArray":
        return this.#strings();
      default:
        return this.#tokens.fail(`Unexpected identifier "${name}"`);
    }
  }

  // ---- what stands in parentheses ----

  #expect(kind: TextToken["kind"]): void {
    const token = this.#tokens.next();
    if (token.kind !== kind) this.#tokens.fail(`Expected ${kind}, got ${nameOf(token)}`);
  }

  #expectEmpty(): void {
    this.#expect("(");
    this.#expect(")");
  }

  #string(): string {
    const token = this.#tokens.next();
    return token.kind === "string"
      ? token.text
      : this.#tokens.fail(`Expected a string, got ${nameOf(token)}`);
  }

  #identifier(): string {
    const token = this.#tokens.next();
    return token.kind === "identifier"
      ? token.text
      : this.#tokens.fail(`Expected an identifier, got ${nameOf(token)}`);
  }

  /** Numbers in parentheses; none, too, but no comma at the end. */
  #numbers(): WrittenNumber[] {
    this.#expect("(");
    const first = this.#tokens.next();
    return first.kind === ")" ? [] : this.#numbersFrom(first);
  }

  #numbersFrom(first: TextToken): WrittenNumber[] {
    const numbers = [this.#writtenNumber(first)];
    while (this.#goesOn(")")) numbers.push(this.#writtenNumber(this.#tokens.next()));
    return numbers;
  }

  #writtenNumber(token: TextToken): WrittenNumber {
    if (token.kind === "number") {
      const { value, isFloat } = token;
      return isFloat || Number(value) === (Number(value) | 0) ? value : BigInt(value);
    }
    const special = token.kind === "identifier" ? specialFloat(token.text) : undefined;
    return special ?? this.#tokens.fail(`Expected a number, got ${nameOf(token)}`);
  }

  /** Whether a comma comes next; false for the closing mark. */
  #goesOn(closing: ")" | "]" | "}"): boolean {
    const token = this.#tokens.next();
    if (token.kind === ",") return true;
    if (token.kind === closing) return false;
    return this.#tokens.fail(`Expected , or ${closing}, got ${nameOf(token)}`);
  }

  #nodePath(): NodePath {
    this.#expect("(");
    const path = this.#string();
    this.#expect(")");
    try {
      return new NodePath(path);
    } catch (cause) {
      this.#tokens.fail("Invalid NodePath", undefined, cause);
    }
  }

  #rid(): RID {
    this.#expect("(");
    const token = this.#tokens.next();
    if (token.kind === ")") return new RID();
    if (token.kind !== "number") this.#tokens.fail(`Expected a number or ), got ${nameOf(token)}`);
    this.#expect(")");
    return new RID(toInt64(token.isFloat ? token.value : BigInt(token.value)));
  }

  #bytes(): Uint8Array {
    this.#expect("(");
    const first = this.#tokens.next();
    if (first.kind === ")") return new Uint8Array(0);
    if (first.kind !== "string") {
      return Uint8Array.from(this.#numbersFrom(first), (number) => toInt32(number) & 0xff);
    }
    const bytes = decodeBase64(first.text) ?? this.#tokens.fail("Invalid base64");
    this.#expect(")");
    return bytes;
  }

  #strings(): PackedStringArray {
    this.#expect("(");
    const strings = new PackedStringArray();
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === ")") return strings;
      if (token.kind !== "string") this.#tokens.fail(`Expected a string, got ${nameOf(token)}`);
      strings.push(token.text);
      if (!this.#goesOn(")")) return strings;
    }
  }

  // ---- containers ----

  /** What stands in square brackets, the first of which has been taken, put into `array`. */
  #array<A extends Variant[]>(array: A, type: ElementType | undefined, depth: number): A {
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === "]") return array;
      array.push(this.#element(type, token, depth));
      if (!this.#goesOn("]")) return array;
    }
  }

  #dictionary(
    dictionary: GodotDictionary<Variant, Variant>,
    depth: number,
  ): GodotDictionary<Variant, Variant> {
    const { keyType, valueType } = dictionary;
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === "}") return dictionary;
      const key = this.#element(keyType, token, depth);
      this.#expect(":");
      const id = identityOf(key, this.#known);
      dictionary[insert](id, key, this.#element(valueType, this.#tokens.next(), depth));
      if (!this.#goesOn("}")) return dictionary;
    }
  }

  #element(type: ElementType | undefined, token: TextToken, depth: number): Variant {
    const { tokenAt, tokenLine } = this.#tokens;
    const value = this.#value(token, depth + 1);
    const fit = assignElement(type, value, this.#options.keepKinds === true);
    if (fit !== undefined) return fit;
    Object.assign(this.#tokens, { tokenAt, tokenLine });
    return this.#tokens.fail(`An element that does not fit a container of ${type?.className || type?.type}`);
  }

  #typedArray(depth: number): Variant {
    this.#expect("[");
    const type = this.#elementType();
    this.#expect("]");
    this.#expect("(");
    this.#expect("[");
    const array = this.#array(type === undefined ? [] : GodotArray.typed<Variant>(type), type, depth);
    this.#expect(")");
    return array;
  }

  #typedDictionary(depth: number): Variant {
    this.#expect("[");
    const keyType = this.#elementType();
    this.#expect(",");
    const valueType = this.#elementType();
    this.#expect("]");
    this.#expect("(");
    this.#expect("{");
    const dictionary = this.#dictionary(GodotDictionary.typed<Variant, Variant>(keyType, valueType), depth);
    this.#expect(")");
    return dictionary;
  }

  /** A word, or a reference to a script; the word Resource alone is the class of that name. */
  #elementType(): ElementType | undefined {
    const word = this.#identifier();
    const { at, line } = this.#tokens;
    const isReference = isResourceKind(word) && this.#tokens.next().kind === "(";
    Object.assign(this.#tokens, { at, line });
    return isReference ? { type: "Object", script: this.#script(word) } : elementTypeOf(word);
  }

  // ---- objects and resources ----

  #object(depth: number): Variant {
    this.#expect("(");
    const className = this.#identifier();
    this.#expect(",");
    // An id stands for no object that could be made.
    if (!this.#options.allowObjects && className !== "EncodedObjectAsID") {
      this.#tokens.fail("A whole object, where objects are not allowed", "ERR_UNAUTHORIZED");
    }
    const properties = this.#properties(depth);
    if (className !== "EncodedObjectAsID") return new GodotObject<Variant>(className, properties);
    const id = properties.get("object_id");
    if (id instanceof Int) return GodotObject.fromId(id.value);
    return GodotObject.fromId(typeof id === "number" || typeof id === "bigint" ? toInt64(id) : 0n);
  }

  #properties(depth: number): Map<string, Variant> {
    const properties = new Map<string, Variant>();
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === ")") return properties;
      if (token.kind !== "string") this.#tokens.fail(`Expected the name of a property, got ${nameOf(token)}`);
      this.#expect(":");
      properties.set(token.text, this.#property(token.text, depth));
      if (!this.#goesOn(")")) return properties;
    }
  }

  #property(name: string, depth: number): Variant {
    const token = this.#tokens.next();
    if (name === "script" && token.kind === "identifier" && token.text === "Resource") {
      return this.#script("Resource");
    }
    return this.#value(token, depth + 1);
  }

  /** The path of a script, which is all that is known of it. */
  #script(kind: ResourceKind): string {
    const script =
      this.#options.resource === undefined && kind === "Resource"
        ? this.#resourceArguments().find((path) => path.startsWith("res://"))
        : this.#resource(kind);
    if (!this.#options.allowObjects) {
      this.#tokens.fail("A script, where objects are not allowed", "ERR_UNAUTHORIZED");
    }
    const path = script instanceof GodotObject ? script.properties.get("resource_path") : script;
    if (typeof path === "string") return path;
    return this.#tokens.fail("A script that is not a path that begins with res://");
  }

  #resource(kind: ResourceKind): Variant {
    const args = this.#resourceArguments();
    const { resource } = this.#options;
    if (resource === undefined)
      this.#tokens.fail(`A reference to a resource (${kind}), which is not known here`);
    return resource(kind, args);
  }

  /** Ids and paths; ids were numbers in Godot 3. */
  #resourceArguments(): string[] {
    this.#expect("(");
    const args: string[] = [];
    do {
      const token = this.#tokens.next();
      if (token.kind === "string") args.push(token.text);
      else if (token.kind === "number") args.push(String(token.value));
      else this.#tokens.fail(`Expected a string, got ${nameOf(token)}`);
    } while (this.#goesOn(")"));
    return args;
  }
}

/** `inf_neg` is how Godot wrote it before 4.6, and still does with `var_to_str`. */
function specialFloat(word: string): number | undefined {
  switch (word) {
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
    case "inf_neg":
      return Number.NEGATIVE_INFINITY;
    case "nan":
      return Number.NaN;
    default:
      return undefined;
  }
}

function isResourceKind(word: string): word is ResourceKind {
  return word === "Resource" || word === "ExtResource" || word === "SubResource";
}

/** A token in a message. */
function nameOf(token: TextToken): string {
  switch (token.kind) {
    case "end":
      return "the end of the text";
    case "identifier":
      return `"${token.text}"`;
    case "stringName":
      return "a StringName";
    case "string":
    case "number":
    case "color":
      return `a ${token.kind}`;
    default:
      return token.kind;
  }
}
