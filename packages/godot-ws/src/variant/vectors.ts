// Godot's vectors: immutable, with the few operations that a game server needs. Components of the real ones stay the
// doubles that were given; bytes narrow them to 32 bits. Knows no bytes.

import { type Identified, identity, identityOfReals } from "./identity.ts";
import { formatReal } from "./number-text.ts";

/** Godot: Vector2. */
export class Vector2 implements Identified {
  readonly x: number;
  readonly y: number;

  constructor(x = 0, y = 0) {
    this.x = x;
    this.y = y;
  }

  add(other: Vector2): Vector2 {
    return new Vector2(this.x + other.x, this.y + other.y);
  }

  sub(other: Vector2): Vector2 {
    return new Vector2(this.x - other.x, this.y - other.y);
  }

  scale(factor: number): Vector2 {
    return new Vector2(this.x * factor, this.y * factor);
  }

  dot(other: Vector2): number {
    return this.x * other.x + this.y * other.y;
  }

  length(): number {
    return Math.hypot(this.x, this.y);
  }

  distanceTo(other: Vector2): number {
    return Math.hypot(this.x - other.x, this.y - other.y);
  }

  /** The same direction with length 1; zero stays zero. */
  normalized(): Vector2 {
    const length = this.length();
    return length === 0 ? new Vector2() : this.scale(1 / length);
  }

  /** Between this (weight 0) and `to` (weight 1). */
  lerp(to: Vector2, weight: number): Vector2 {
    return new Vector2(this.x + (to.x - this.x) * weight, this.y + (to.y - this.y) * weight);
  }

  equals(other: unknown): boolean {
    return other instanceof Vector2 && other.x === this.x && other.y === this.y;
  }

  toArray(): number[] {
    return [this.x, this.y];
  }

  toString(): string {
    return `(${formatReal(this.x)}, ${formatReal(this.y)})`;
  }

  [identity](): string {
    return identityOfReals("Vector2", this.toArray());
  }
}

/** Godot: Vector2i. Components are cut to 32-bit integers, as Godot does. */
export class Vector2i implements Identified {
  readonly x: number;
  readonly y: number;

  constructor(x = 0, y = 0) {
    this.x = x | 0;
    this.y = y | 0;
  }

  add(other: Vector2i): Vector2i {
    return new Vector2i(this.x + other.x, this.y + other.y);
  }

  sub(other: Vector2i): Vector2i {
    return new Vector2i(this.x - other.x, this.y - other.y);
  }

  /** Each component times the factor; what is not whole is cut off. */
  scale(factor: number): Vector2i {
    return new Vector2i(this.x * factor, this.y * factor);
  }

  length(): number {
    return Math.hypot(this.x, this.y);
  }

  distanceTo(other: Vector2i): number {
    return Math.hypot(this.x - other.x, this.y - other.y);
  }

  equals(other: unknown): boolean {
    return other instanceof Vector2i && other.x === this.x && other.y === this.y;
  }

  toArray(): number[] {
    return [this.x, this.y];
  }

  toString(): string {
    return `(${this.x}, ${this.y})`;
  }

  [identity](): string {
    return `\0Vector2i${this.toArray().join()}`;
  }
}

/** Godot: Vector3. */
export class Vector3 implements Identified {
  readonly x: number;
  readonly y: number;
  readonly z: number;

  constructor(x = 0, y = 0, z = 0) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  add(other: Vector3): Vector3 {
    return new Vector3(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  sub(other: Vector3): Vector3 {
    return new Vector3(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  scale(factor: number): Vector3 {
    return new Vector3(this.x * factor, this.y * factor, this.z * factor);
  }

  dot(other: Vector3): number {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }

  length(): number {
    return Math.hypot(this.x, this.y, this.z);
  }

  distanceTo(other: Vector3): number {
    return Math.hypot(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  /** The same direction with length 1; zero stays zero. */
  normalized(): Vector3 {
    const length = this.length();
    return length === 0 ? new Vector3() : this.scale(1 / length);
  }

  /** Between this (weight 0) and `to` (weight 1). */
  lerp(to: Vector3, weight: number): Vector3 {
    return new Vector3(
      this.x + (to.x - this.x) * weight,
      this.y + (to.y - this.y) * weight,
      this.z + (to.z - this.z) * weight,
    );
  }

  equals(other: unknown): boolean {
    return other instanceof Vector3 && other.x === this.x && other.y === this.y && other.z === this.z;
  }

  toArray(): number[] {
    return [this.x, this.y, this.z];
  }

  toString(): string {
    return `(${formatReal(this.x)}, ${formatReal(this.y)}, ${formatReal(this.z)})`;
  }

  [identity](): string {
    return identityOfReals("Vector3", this.toArray());
  }
}

/** Godot: Vector3i. Components are cut to 32-bit integers, as Godot does. */
export class Vector3i implements Identified {
  readonly x: number;
  readonly y: number;
  readonly z: number;

  constructor(x = 0, y = 0, z = 0) {
    this.x = x | 0;
    this.y = y | 0;
    this.z = z | 0;
  }

  add(other: Vector3i): Vector3i {
    return new Vector3i(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  sub(other: Vector3i): Vector3i {
    return new Vector3i(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  /** Each component times the factor; what is not whole is cut off. */
  scale(factor: number): Vector3i {
    return new Vector3i(this.x * factor, this.y * factor, this.z * factor);
  }

  length(): number {
    return Math.hypot(this.x, this.y, this.z);
  }

  distanceTo(other: Vector3i): number {
    return Math.hypot(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  equals(other: unknown): boolean {
    return other instanceof Vector3i && other.x === this.x && other.y === this.y && other.z === this.z;
  }

  toArray(): number[] {
    return [this.x, this.y, this.z];
  }

  toString(): string {
    return `(${this.x}, ${this.y}, ${this.z})`;
  }

  [identity](): string {
    return `\0Vector3i${this.toArray().join()}`;
  }
}

/** Godot: Vector4. */
export class Vector4 implements Identified {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;

  constructor(x = 0, y = 0, z = 0, w = 0) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.w = w;
  }

  add(other: Vector4): Vector4 {
    return new Vector4(this.x + other.x, this.y + other.y, this.z + other.z, this.w + other.w);
  }

  sub(other: Vector4): Vector4 {
    return new Vector4(this.x - other.x, this.y - other.y, this.z - other.z, this.w - other.w);
  }

  scale(factor: number): Vector4 {
    return new Vector4(this.x * factor, this.y * factor, this.z * factor, this.w * factor);
  }

  dot(other: Vector4): number {
    return this.x * other.x + this.y * other.y + this.z * other.z + this.w * other.w;
  }

  length(): number {
    return Math.hypot(this.x, this.y, this.z, this.w);
  }

  distanceTo(other: Vector4): number {
    return Math.hypot(this.x - other.x, this.y - other.y, this.z - other.z, this.w - other.w);
  }

  /** The same direction with length 1; zero stays zero. */
  normalized(): Vector4 {
    const length = this.length();
    return length === 0 ? new Vector4() : this.scale(1 / length);
  }

  /** Between this (weight 0) and `to` (weight 1). */
  lerp(to: Vector4, weight: number): Vector4 {
    return new Vector4(
      this.x + (to.x - this.x) * weight,
      this.y + (to.y - this.y) * weight,
      this.z + (to.z - this.z) * weight,
      this.w + (to.w - this.w) * weight,
    );
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Vector4 &&
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
    return `(${formatReal(this.x)}, ${formatReal(this.y)}, ${formatReal(this.z)}, ${formatReal(this.w)})`;
  }

  [identity](): string {
    return identityOfReals("Vector4", this.toArray());
  }
}

/** Godot: Vector4i. Components are cut to 32-bit integers, as Godot does. */
export class Vector4i implements Identified {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;

  constructor(x = 0, y = 0, z = 0, w = 0) {
    this.x = x | 0;
    this.y = y | 0;
    this.z = z | 0;
    this.w = w | 0;
  }

  add(other: Vector4i): Vector4i {
    return new Vector4i(this.x + other.x, this.y + other.y, this.z + other.z, this.w + other.w);
  }

  sub(other: Vector4i): Vector4i {
    return new Vector4i(this.x - other.x, this.y - other.y, this.z - other.z, this.w - other.w);
  }

  /** Each component times the factor; what is not whole is cut off. */
  scale(factor: number): Vector4i {
    return new Vector4i(this.x * factor, this.y * factor, this.z * factor, this.w * factor);
  }

  length(): number {
    return Math.hypot(this.x, this.y, this.z, this.w);
  }

  distanceTo(other: Vector4i): number {
    return Math.hypot(this.x - other.x, this.y - other.y, this.z - other.z, this.w - other.w);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Vector4i &&
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
    return `(${this.x}, ${this.y}, ${this.z}, ${this.w})`;
  }

  [identity](): string {
    return `\0Vector4i${this.toArray().join()}`;
  }
}
