// Godot's Dictionary: any value as key, told apart as Godot does, in order of insertion. Knows no bytes.

import { type ElementType, type ElementTypeLike, toElementType } from "./element-type.ts";
import { type Identified, identity, identityOf, type KnownIdentities, nestedIdentity } from "./identity.ts";
import { type Printed, printEntries, printed } from "./printed-text.ts";

/** Up to so many entries, looking at one after the other beats a hash table. */
const smallSize = 8;

/** The method by which decoders set an entry whose identity they know. */
export const insert: unique symbol = Symbol("insert");

/** A key as it was given, and its value. */
interface Entry<K, V> {
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
  keyType: ElementType | undefined;
  /** What the values are, in a typed Dictionary. */
  valueType: ElementType | undefined;
  // Few entries: parallel lists. As long as each key is its own identity, the first two are one.
  #keys: K[] = [];
  #identities: unknown[] = this.#keys;
  #values: V[] = [];
  // Many entries: everything is here, and the lists are empty.
  #entries: Map<unknown, Entry<K, V>> | undefined;

  constructor(entries?: Iterable<readonly [K, V]>) {
    this.keyType = undefined;
    this.valueType = undefined;
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value);
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
    return this.#entries === undefined ? this.#keys.length : this.#entries.size;
  }

  get(key: K): V | undefined {
    const id = identityOf(key);
    if (this.#entries !== undefined) return this.#entries.get(id)?.value;
    const at = this.#indexOf(id);
    return at === -1 ? undefined : this.#values[at];
  }

  has(key: K): boolean {
    const id = identityOf(key);
    return this.#entries === undefined ? this.#indexOf(id) !== -1 : this.#entries.has(id);
  }

  set(key: K, value: V): this {
    this[insert](identityOf(key), key, value);
    return this;
  }

  [insert](id: unknown, key: K, value: V): void {
    if (this.#entries !== undefined) return this.#setInTable(this.#entries, id, key, value);
    const at = this.#indexOf(id);
    if (at !== -1) this.#values[at] = value;
    else if (this.#keys.length < smallSize) this.#append(id, key, value);
    else this.#setInTable(this.#makeTable(), id, key, value);
  }

  delete(key: K): boolean {
    const id = identityOf(key);
    if (this.#entries !== undefined) return this.#entries.delete(id);
    const at = this.#indexOf(id);
    if (at === -1) return false;
    this.#keys.splice(at, 1);
    this.#values.splice(at, 1);
    if (this.#identities !== this.#keys) this.#identities.splice(at, 1);
    return true;
  }

  clear(): void {
    this.#keys = [];
    this.#identities = this.#keys;
    this.#values = [];
    this.#entries = undefined;
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value;
  }

  *entries(): IterableIterator<[K, V]> {
    if (this.#entries === undefined) {
      for (let i = 0; i < this.#keys.length; ) {
        const key = this.#keys[i]!;
        yield [key, this.#values[i]!];
        // What was deleted meanwhile has left its place to the next.
        if (Object.is(this.#keys[i], key)) i += 1;
      }
    } else {
      for (const { key, value } of this.#entries.values()) yield [key, value];
    }
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, dictionary: this) => void): void {
    if (this.#entries !== undefined) {
      for (const { key, value } of this.#entries.values()) visit(value, key, this);
      return;
    }
    for (let i = 0; i < this.#keys.length; ) {
      const key = this.#keys[i]!;
      visit(this.#values[i]!, key, this);
      if (Object.is(this.#keys[i], key)) i += 1;
    }
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

  #indexOf(id: unknown): number {
    const identities = this.#identities;
    for (let i = 0; i < identities.length; i++) if (identities[i] === id) return i;
    return -1;
  }

  #append(id: unknown, key: K, value: V): void {
    if (id !== key && this.#identities === this.#keys) this.#identities = this.#keys.slice();
    this.#keys.push(key);
    if (this.#identities !== this.#keys) this.#identities.push(id);
    this.#values.push(value);
  }

  #setInTable(table: Map<unknown, Entry<K, V>>, id: unknown, key: K, value: V): void {
    const entry = table.get(id);
    if (entry === undefined) table.set(id, { key, value });
    else entry.value = value;
  }

  #makeTable(): Map<unknown, Entry<K, V>> {
    const table = new Map<unknown, Entry<K, V>>();
    for (let i = 0; i < this.#keys.length; i++) {
      table.set(this.#identities[i], { key: this.#keys[i]!, value: this.#values[i]! });
    }
    this.clear();
    this.#entries = table;
    return table;
  }
}
