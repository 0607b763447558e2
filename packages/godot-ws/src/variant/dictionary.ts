// Godot's Dictionary: any value as key, told apart as Godot does, in order of insertion. Knows no bytes.

import { type ElementType, type ElementTypeLike, toElementType } from "./element-type.ts";
import { type Identified, identity, identityOf, type KnownIdentities, nestedIdentity } from "./identity.ts";
import { type Printed, printEntries, printed } from "./printed-text.ts";

/** Up to so many entries, looking at one after the other beats a hash table. */
const smallSize = 8;

/** The method by which decoders set an entry whose identity they know. */
export const insert: unique symbol = Symbol("insert");

/** In the place of the identity of an entry that is no longer there, which somebody may be about to visit. */
const deleted = Symbol("deleted");

interface Entry<K, V> {
  /** What tells the key from others. */
  id: unknown;
  /** As it was given first. */
  readonly key: K;
  value: V;
}

/**
 * A Dictionary with the methods of a Map. Keys are compared as Godot compares them: vectors, arrays and the like by value,
 * 1 is not `float(1)`, a String is the StringName of the same text, NaN is NaN, 0.0 is -0.0; objects are only themselves.
 * The key of an entry stays the one that was given first. Godot: Dictionary.
 */
export class GodotDictionary<K = unknown, V = unknown> implements Identified, Printed, Iterable<[K, V]> {
  /** What the keys are, in a typed Dictionary. */
  keyType: ElementType | undefined = undefined;
  /** What the values are, in a typed Dictionary. */
  valueType: ElementType | undefined = undefined;
  // Few entries.
  #list: Entry<K, V>[] = [];
  // Many: all of them, and the list is empty.
  #table: Map<unknown, Entry<K, V>> | undefined;

  constructor(entries: Iterable<readonly [K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  /** `GodotDictionary.typed("String", "int", entries)`; undefined leaves keys or values untyped. */
  static typed<K, V>(
    keyType: ElementTypeLike | undefined,
    valueType: ElementTypeLike | undefined,
    entries?: Iterable<readonly [K, V]>,
  ): GodotDictionary<K, V> {
    const dictionary = new GodotDictionary<K, V>(entries);
    dictionary.keyType = toElementType(keyType);
    dictionary.valueType = toElementType(valueType);
    return dictionary;
  }

  /** A dictionary with the own enumerable properties of an object. */
  static fromObject<V>(object: Readonly<Record<string, V>>): GodotDictionary<string, V> {
    return new GodotDictionary(Object.entries(object));
  }

  get size(): number {
    return this.#table?.size ?? this.#list.length;
  }

  get(key: K): V | undefined {
    return this.#find(identityOf(key))?.value;
  }

  has(key: K): boolean {
    return this.#find(identityOf(key)) !== undefined;
  }

  set(key: K, value: V): this {
    this[insert](identityOf(key), key, value);
    return this;
  }

  [insert](id: unknown, key: K, value: V): void {
    const known = this.#find(id);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    if (this.#list.length === smallSize) {
      this.#table = new Map(this.#list.map((entry) => [entry.id, entry]));
      this.#list = [];
    }
    const entry = { id, key, value };
    if (this.#table === undefined) this.#list.push(entry);
    else this.#table.set(id, entry);
  }

  delete(key: K): boolean {
    const entry = this.#find(identityOf(key));
    if (entry === undefined) return false;
    this.#table?.delete(entry.id);
    entry.id = deleted;
    // A new list, as somebody may be visiting the old one.
    this.#list = this.#list.filter((other) => other !== entry);
    return true;
  }

  clear(): void {
    this.#list.length = 0;
    this.#table = undefined;
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value;
  }

  *entries(): IterableIterator<[K, V]> {
    for (const { id, key, value } of this.#all()) if (id !== deleted) yield [key, value];
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, dictionary: this) => void): void {
    for (const { id, key, value } of this.#all()) if (id !== deleted) visit(value, key, this);
  }

  /** A plain object with the texts of String and StringName keys; other keys are left out. */
  toObject(): Record<string, V> {
    const object: Record<string, V> = Object.create(null);
    for (const [key, value] of this) {
      const id = identityOf(key);
      if (typeof id === "string" && !id.startsWith("\0")) object[id] = value;
    }
    return object;
  }

  toString(): string {
    return this[printed](0);
  }

  [printed](depth: number): string {
    return printEntries(this, depth);
  }

  /** In any order, as equal dictionaries are one key whatever the order of their entries. */
  [identity](known?: KnownIdentities): string {
    const parts: string[] = [];
    for (const [key, value] of this) parts.push(nestedIdentity(key, known) + nestedIdentity(value, known));
    return `\0{${parts.sort().join("")}}`;
  }

  #all(): Iterable<Entry<K, V>> {
    return this.#table?.values() ?? this.#list;
  }

  #find(id: unknown): Entry<K, V> | undefined {
    for (const entry of this.#list) if (entry.id === id) return entry;
    return this.#table?.get(id);
  }
}
