// Reading and writing the properties of nodes by the paths of a replication config. It must not know what for.

import { reportUncaught } from "../signal.ts";
import { GodotDictionary } from "../variant/dictionary.ts";
import { Float } from "../variant/numbers.ts";
import type { Variant } from "../variant/variant.ts";
import type { Node } from "./node.ts";
import { declaredConfigOf, type ReplicatedProperty } from "./replication-config.ts";

/** Where a property is. */
export interface BoundProperty {
  readonly property: ReplicatedProperty;
  readonly node: Node;
  /** Of the field here: as in the path, or in camelCase. */
  readonly field: string;
}

/** Undefined when there is no node at its path. */
export function bindProperty(root: Node, property: ReplicatedProperty): BoundProperty | undefined {
  const node = root.getNodeOrNull(property.nodePath);
  const [name = ""] = property.names;
  return node && { property: withDeclaredType(property, node), node, field: fieldOf(node, name) };
}

/** A configuration of a scene file says nothing of types; the node's class may. */
function withDeclaredType(property: ReplicatedProperty, node: Node): ReplicatedProperty {
  if (property.convert !== undefined) return property;
  const declared = declaredConfigOf(node)?.find(property.names.join(":"));
  if (declared === undefined) return property;
  const { convert, isFloat, replaced } = declared;
  return { ...property, convert, isFloat, replaced: property.replaced || replaced };
}

function fieldOf(node: object, name: string): string {
  if (name in node) return name;
  const camelCase = name.replace(/_+(\p{L}|\d)/gu, (_, letter: string) => letter.toUpperCase());
  return camelCase in node ? camelCase : name;
}

/** Undefined when it is not there. */
export function readProperty({ node, field, property }: BoundProperty): unknown {
  let value: unknown = Reflect.get(node, field);
  const { names } = property;
  for (let i = 1; i < names.length; i++) value = readPart(value, names[i]!);
  return value;
}

/** False when it cannot be set: a part of something that is not there, or a field that is read-only. */
export function writeProperty({ node, field, property }: BoundProperty, value: unknown): boolean {
  const { names } = property;
  if (names.length === 1) return Reflect.set(node, field, value);
  const whole = withPart(Reflect.get(node, field), names, 1, value);
  return whole !== undefined && Reflect.set(node, field, whole);
}

function readPart(value: unknown, name: string): unknown {
  if (value instanceof GodotDictionary || value instanceof Map) return value.get(name);
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** The same value with another part; a dictionary is changed itself, as in Godot. */
function withPart(value: unknown, names: readonly string[], index: number, part: unknown): unknown {
  const name = names[index]!;
  const last = index === names.length - 1;
  const inner = last ? part : withPart(readPart(value, name), names, index + 1, part);
  if (inner === undefined) return undefined;
  if (value instanceof GodotDictionary || value instanceof Map) {
    value.set(name, inner);
    return value;
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  const copy: object = Object.create(Object.getPrototypeOf(value), Object.getOwnPropertyDescriptors(value));
  Reflect.defineProperty(copy, name, { value: inner, writable: true, enumerable: true, configurable: true });
  return copy;
}

/** Properties of one kind below one root node, found once as long as neither changes. */
export class PropertyList {
  #root: Node | undefined;
  #properties: readonly ReplicatedProperty[] = [];
  #bound: readonly BoundProperty[] = [];

  /** The path of the first whose node is not there is given instead. */
  of(root: Node, properties: readonly ReplicatedProperty[]): readonly BoundProperty[] | string {
    if (root === this.#root && properties === this.#properties && this.#isValid()) return this.#bound;
    this.#root = undefined;
    const bound: BoundProperty[] = [];
    for (const property of properties) {
      const found = bindProperty(root, property);
      if (found === undefined) return property.path;
      bound.push(found);
    }
    this.#root = root;
    this.#properties = properties;
    this.#bound = bound;
    return bound;
  }

  #isValid(): boolean {
    for (const { node, property } of this.#bound)
      if (node !== this.#root && this.#root?.getNodeOrNull(property.nodePath) !== node) return false;
    return true;
  }
}

/** What is sent of a value: whole numbers as float, where one is declared. */
export function toSent({ property }: BoundProperty, value: unknown): Variant {
  return (property.isFloat && typeof value === "number" ? new Float(value) : value) as Variant;
}

/**
 * Sets all of them, or none when a value is not of the declared type. Otherwise the path of the first that could not be
 * set.
 */
export function writeAll(bound: readonly BoundProperty[], values: readonly Variant[]): string | undefined {
  const converted: unknown[] = [];
  for (let i = 0; i < bound.length; i++) {
    const { property } = bound[i]!;
    const value = property.convert === undefined ? values[i] : property.convert(values[i]);
    if (value === undefined) return property.path;
    converted.push(value);
  }
  let failed: string | undefined;
  for (let i = 0; i < bound.length; i++) {
    const property = bound[i]!;
    try {
      if (!writeProperty(property, converted[i])) failed ??= property.property.path;
    } catch (error) {
      // A setter of the game's own.
      reportUncaught(error);
      failed ??= property.property.path;
    }
  }
  return failed;
}
