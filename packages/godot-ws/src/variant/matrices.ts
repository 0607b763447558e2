// Rotations and transforms: Godot's Quaternion, Basis, Transform2D, Transform3D and Projection, by the columns that
// scripts see. Knows no bytes.

import { type Identified, identity, identityOfReals } from "./identity.ts";
import { formatBareReal } from "./number-text.ts";
import { Vector2, Vector3, Vector4 } from "./vectors.ts";

/** Godot: Quaternion. */
export class Quaternion implements Identified {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;

  constructor(x = 0, y = 0, z = 0, w = 1) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.w = w;
  }

  dot(other: Quaternion): number {
    return this.x * other.x + this.y * other.y + this.z * other.z + this.w * other.w;
  }

  length(): number {
    return Math.hypot(this.x, this.y, this.z, this.w);
  }

  /** The same rotation with length 1; `this` must not be all zero. */
  normalized(): Quaternion {
    const length = this.length();
    return new Quaternion(this.x / length, this.y / length, this.z / length, this.w / length);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Quaternion &&
      other.x === this.x &&
      other.y === this.y &&
      other.z === this.z &&
      other.w === this.w
    );
  }

  toArray(): number[] {
    return [this.x, this.y, this.z, this.w];
  }

  toString(): string {
    return `(${this.toArray().map(formatBareReal).join(", ")})`;
  }

  [identity](): string {
    return identityOfReals("Quaternion", this.toArray());
  }
}

/** A 3×3 matrix by its columns. Godot: Basis. */
export class Basis implements Identified {
  readonly x: Vector3;
  readonly y: Vector3;
  readonly z: Vector3;

  /** The identity, unless other columns are given. */
  constructor(
    x: Vector3 = new Vector3(1, 0, 0),
    y: Vector3 = new Vector3(0, 1, 0),
    z: Vector3 = new Vector3(0, 0, 1),
  ) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Basis && other.x.equals(this.x) && other.y.equals(this.y) && other.z.equals(this.z)
    );
  }

  /** Column by column. */
  toArray(): number[] {
    return [...this.x.toArray(), ...this.y.toArray(), ...this.z.toArray()];
  }

  toString(): string {
    return `[X: ${this.x}, Y: ${this.y}, Z: ${this.z}]`;
  }

  [identity](): string {
    return identityOfReals("Basis", this.toArray());
  }
}

/** Godot: Transform2D. */
export class Transform2D implements Identified {
  readonly x: Vector2;
  readonly y: Vector2;
  readonly origin: Vector2;

  /** The identity, unless other columns are given. */
  constructor(
    x: Vector2 = new Vector2(1, 0),
    y: Vector2 = new Vector2(0, 1),
    origin: Vector2 = new Vector2(),
  ) {
    this.x = x;
    this.y = y;
    this.origin = origin;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Transform2D &&
      other.x.equals(this.x) &&
      other.y.equals(this.y) &&
      other.origin.equals(this.origin)
    );
  }

  /** Column by column, the origin last. */
  toArray(): number[] {
    return [...this.x.toArray(), ...this.y.toArray(), ...this.origin.toArray()];
  }

  toString(): string {
    return `[X: ${this.x}, Y: ${this.y}, O: ${this.origin}]`;
  }

  [identity](): string {
    return identityOfReals("Transform2D", this.toArray());
  }
}

/** Godot: Transform3D; Godot 3: Transform. */
export class Transform3D implements Identified {
  readonly basis: Basis;
  readonly origin: Vector3;

  constructor(basis: Basis = new Basis(), origin: Vector3 = new Vector3()) {
    this.basis = basis;
    this.origin = origin;
  }

  equals(other: unknown): boolean {
    return other instanceof Transform3D && other.basis.equals(this.basis) && other.origin.equals(this.origin);
  }

  /** Column by column, the origin last. */
  toArray(): number[] {
    return [...this.basis.toArray(), ...this.origin.toArray()];
  }

  toString(): string {
    const { x, y, z } = this.basis;
    return `[X: ${x}, Y: ${y}, Z: ${z}, O: ${this.origin}]`;
  }

  [identity](): string {
    return identityOfReals("Transform3D", this.toArray());
  }
}

/** A 4×4 matrix by its columns. Godot: Projection. */
export class Projection implements Identified {
  readonly x: Vector4;
  readonly y: Vector4;
  readonly z: Vector4;
  readonly w: Vector4;

  /** The identity, unless other columns are given. */
  constructor(
    x: Vector4 = new Vector4(1, 0, 0, 0),
    y: Vector4 = new Vector4(0, 1, 0, 0),
    z: Vector4 = new Vector4(0, 0, 1, 0),
    w: Vector4 = new Vector4(0, 0, 0, 1),
  ) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.w = w;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Projection &&
      other.x.equals(this.x) &&
      other.y.equals(this.y) &&
      other.z.equals(this.z) &&
      other.w.equals(this.w)
    );
  }

  /** Column by column. */
  toArray(): number[] {
    return [...this.x.toArray(), ...this.y.toArray(), ...this.z.toArray(), ...this.w.toArray()];
  }

  toString(): string {
    return `[X: ${this.x}, Y: ${this.y}, Z: ${this.z}, W: ${this.w}]`;
  }

  [identity](): string {
    return identityOfReals("Projection", this.toArray());
  }
}
