// Godot's Color. Knows no bytes.

import { type Identified, identity, identityOfReals } from "./identity.ts";
import { formatColorComponent } from "./number-text.ts";

/** Red, green, blue and alpha; 1 is full, more is overbright. Godot: Color. */
export class Color implements Identified {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;

  constructor(r = 0, g = 0, b = 0, a = 1) {
    this.r = r;
    this.g = g;
    this.b = b;
    this.a = a;
  }

  /** Between this (weight 0) and `to` (weight 1). */
  lerp(to: Color, weight: number): Color {
    return new Color(
      this.r + (to.r - this.r) * weight,
      this.g + (to.g - this.g) * weight,
      this.b + (to.b - this.b) * weight,
      this.a + (to.a - this.a) * weight,
    );
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Color &&
      other.r === this.r &&
      other.g === this.g &&
      other.b === this.b &&
      other.a === this.a
    );
  }

  toArray(): number[] {
    return [this.r, this.g, this.b, this.a];
  }

  toString(): string {
    return `(${this.toArray().map(formatColorComponent).join(", ")})`;
  }

  [identity](): string {
    return identityOfReals("Color", this.toArray());
  }
}
