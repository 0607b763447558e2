// Boxes and planes: Godot's Rect2, Rect2i, AABB and Plane. Knows no bytes.

import { type Identified, identity, identityOfReals } from "./identity.ts";
import { formatBareReal } from "./number-text.ts";
import { Vector2, Vector2i, Vector3 } from "./vectors.ts";

/** Godot: Rect2. */
export class Rect2 implements Identified {
  readonly position: Vector2;
  readonly size: Vector2;

  constructor(position: Vector2 = new Vector2(), size: Vector2 = new Vector2()) {
    this.position = position;
    this.size = size;
  }

  /** The corner opposite to `position`. */
  get end(): Vector2 {
    return this.position.add(this.size);
  }

  equals(other: unknown): boolean {
    return other instanceof Rect2 && other.position.equals(this.position) && other.size.equals(this.size);
  }

  toArray(): number[] {
    return [...this.position.toArray(), ...this.size.toArray()];
  }

  toString(): string {
    return `[P: ${this.position}, S: ${this.size}]`;
  }

  [identity](): string {
    return identityOfReals("Rect2", this.toArray());
  }
}

/** Godot: Rect2i. */
export class Rect2i implements Identified {
  readonly position: Vector2i;
  readonly size: Vector2i;

  constructor(position: Vector2i = new Vector2i(), size: Vector2i = new Vector2i()) {
    this.position = position;
    this.size = size;
  }

  /** The corner opposite to `position`. */
  get end(): Vector2i {
    return this.position.add(this.size);
  }

  equals(other: unknown): boolean {
    return other instanceof Rect2i && other.position.equals(this.position) && other.size.equals(this.size);
  }

  toArray(): number[] {
    return [...this.position.toArray(), ...this.size.toArray()];
  }

  toString(): string {
    return `[P: ${this.position}, S: ${this.size}]`;
  }

  [identity](): string {
    return `\0Rect2i${this.toArray().join()}`;
  }
}

/** Godot: AABB. */
export class AABB implements Identified {
  readonly position: Vector3;
  readonly size: Vector3;

  constructor(position: Vector3 = new Vector3(), size: Vector3 = new Vector3()) {
    this.position = position;
    this.size = size;
  }

  /** The corner opposite to `position`. */
  get end(): Vector3 {
    return this.position.add(this.size);
  }

  equals(other: unknown): boolean {
    return other instanceof AABB && other.position.equals(this.position) && other.size.equals(this.size);
  }

  toArray(): number[] {
    return [...this.position.toArray(), ...this.size.toArray()];
  }

  toString(): string {
    return `[P: ${this.position}, S: ${this.size}]`;
  }

  [identity](): string {
    return identityOfReals("AABB", this.toArray());
  }
}

/** Godot: Plane. */
export class Plane implements Identified {
  readonly normal: Vector3;
  readonly d: number;

  constructor(normal: Vector3 = new Vector3(), d = 0) {
    this.normal = normal;
    this.d = d;
  }

  equals(other: unknown): boolean {
    return other instanceof Plane && other.normal.equals(this.normal) && other.d === this.d;
  }

  toArray(): number[] {
    return [...this.normal.toArray(), this.d];
  }

  toString(): string {
    return `[N: ${this.normal}, D: ${formatBareReal(this.d)}]`;
  }

  [identity](): string {
    return identityOfReals("Plane", this.toArray());
  }
}
