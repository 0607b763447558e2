// Godot's packed arrays of strings, vectors and colours. The packed arrays of numbers are JavaScript's own typed arrays.
// Knows no bytes.

import { Color } from "./color.ts";
import { type Identified, identity, identityOf, nestedIdentity } from "./identity.ts";
import { printList } from "./printed-text.ts";
import { Vector2, Vector3, Vector4 } from "./vectors.ts";

/** Godot: PackedStringArray. A plain array of strings is an Array of Strings, which is another type. */
export class PackedStringArray extends Array<string> implements Identified {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override toString(): string {
    return printList(this, 0);
  }

  static pack(strings: Iterable<string>): PackedStringArray {
    const array = new PackedStringArray();
    for (const string of strings) array.push(string);
    return array;
  }

  [identity](): unknown {
    return `\0PackedStringArray${Array.from(this, (text) => nestedIdentity(text)).join("")}`;
  }
}

/** Components one behind the other. 64-bit ones are written as such, as engines built with double precision do. */
export type Components = Float32Array | Float64Array;

/** What the packed arrays of vectors and colours have in common. */
abstract class PackedArray<T, C extends Components = Components> implements Identified, Iterable<T> {
  /** The components of all elements, one behind the other; may be written to. */
  readonly data: C;

  constructor(data: C) {
    this.data = data;
  }

  protected abstract readonly name: string;
  /** Components of an element. */
  protected abstract readonly width: number;
  protected abstract elementAt(from: number): T;
  protected abstract componentsOf(element: T): number[];

  get length(): number {
    return this.data.length / this.width;
  }

  /** The element at an index, from the end when it is negative. */
  at(index: number): T | undefined {
    const from = (index < 0 ? index + this.length : index) * this.width;
    return from >= 0 && from < this.data.length ? this.elementAt(from) : undefined;
  }

  /** Replaces the element at an index; does nothing beyond the end. */
  set(index: number, element: T): void {
    if (index >= 0 && index < this.length) this.data.set(this.componentsOf(element), index * this.width);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let from = 0; from < this.data.length; from += this.width) yield this.elementAt(from);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof PackedArray &&
      other.name === this.name &&
      other.data.length === this.data.length &&
      this.data.every((component, i) => component === other.data[i])
    );
  }

  toArray(): T[] {
    return [...this];
  }

  toString(): string {
    return `[${this.toArray().join(", ")}]`;
  }

  [identity](): unknown {
    return `\0${this.name}${String(identityOf(Float32Array.from(this.data)))}`;
  }
}

/** The components of elements, to make a packed array of; 32 bits each. */
function collect<T>(elements: Iterable<T>, componentsOf: (element: T) => number[]): Float32Array {
  return Float32Array.from([...elements].flatMap(componentsOf));
}

/** Godot: PackedVector2Array. */
export class PackedVector2Array extends PackedArray<Vector2> {
  protected readonly name = "PackedVector2Array";
  protected readonly width = 2;

  /** Of components (x, y, x, y …), which are kept and not copied. */
  constructor(data: Components = new Float32Array(0)) {
    super(data);
  }

  static pack(elements: Iterable<Vector2>): PackedVector2Array {
    return new PackedVector2Array(collect(elements, (element) => element.toArray()));
  }

  protected elementAt(from: number): Vector2 {
    return new Vector2(this.data[from], this.data[from + 1]);
  }

  protected componentsOf(element: Vector2): number[] {
    return element.toArray();
  }
}

/** Godot: PackedVector3Array. */
export class PackedVector3Array extends PackedArray<Vector3> {
  protected readonly name = "PackedVector3Array";
  protected readonly width = 3;

  /** Of components (x, y, z, x, y, z …), which are kept and not copied. */
  constructor(data: Components = new Float32Array(0)) {
    super(data);
  }

  static pack(elements: Iterable<Vector3>): PackedVector3Array {
    return new PackedVector3Array(collect(elements, (element) => element.toArray()));
  }

  protected elementAt(from: number): Vector3 {
    return new Vector3(this.data[from], this.data[from + 1], this.data[from + 2]);
  }

  protected componentsOf(element: Vector3): number[] {
    return element.toArray();
  }
}

/** Godot: PackedVector4Array, since 4.3. */
export class PackedVector4Array extends PackedArray<Vector4> {
  protected readonly name = "PackedVector4Array";
  protected readonly width = 4;

  /** Of components (x, y, z, w, x, y, z, w …), which are kept and not copied. */
  constructor(data: Components = new Float32Array(0)) {
    super(data);
  }

  static pack(elements: Iterable<Vector4>): PackedVector4Array {
    return new PackedVector4Array(collect(elements, (element) => element.toArray()));
  }

  protected elementAt(from: number): Vector4 {
    return new Vector4(this.data[from], this.data[from + 1], this.data[from + 2], this.data[from + 3]);
  }

  protected componentsOf(element: Vector4): number[] {
    return element.toArray();
  }
}

/** Godot: PackedColorArray. */
export class PackedColorArray extends PackedArray<Color, Float32Array> {
  protected readonly name = "PackedColorArray";
  protected readonly width = 4;

  /** Of components (r, g, b, a, r, g, b, a …), which are kept and not copied. */
  constructor(data: Float32Array = new Float32Array(0)) {
    super(data);
  }

  static pack(elements: Iterable<Color>): PackedColorArray {
    return new PackedColorArray(collect(elements, (element) => element.toArray()));
  }

  protected elementAt(from: number): Color {
    return new Color(this.data[from], this.data[from + 1], this.data[from + 2], this.data[from + 3]);
  }

  protected componentsOf(element: Color): number[] {
    return element.toArray();
  }
}
