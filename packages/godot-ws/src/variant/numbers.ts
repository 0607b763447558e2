// Numbers whose kind is said: JavaScript has one kind of number where Godot has int and float. Knows no bytes.

import { UsageError } from "../errors.ts";
import { type Identified, identity, identityOf, identityOfFloat } from "./identity.ts";
import { formatFloat } from "./number-text.ts";

/** A Godot int: whatever its size, it is written as int. The class is also the token for int in signatures. */
export class Int implements Identified {
  /** From -2^63 to 2^63 - 1. */
  readonly value: bigint;

  /** `UsageError` for a number that is not an integer, and beyond 64 bits. */
  constructor(value: number | bigint) {
    if (typeof value === "number" && !Number.isInteger(value)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `${value} is not an integer`);
    }
    const exact = BigInt(value);
    if (BigInt.asIntN(64, exact) !== exact) {
      throw new UsageError("ERR_PARAMETER_RANGE_ERROR", `${value} does not fit 64 bits`);
    }
    this.value = exact;
  }

  equals(other: unknown): boolean {
    return other instanceof Int && other.value === this.value;
  }

  toString(): string {
    return String(this.value);
  }

  [identity](): unknown {
    return identityOf(this.value);
  }
}

/** A Godot float: written as float even when it is a whole number. The class is also the token for float. */
export class Float implements Identified {
  readonly value: number;
  /** The 64 bits of a NaN that is not the usual one (0x7ff8000000000000), as JavaScript's numbers do not keep them. */
  readonly nanBits: bigint | undefined;

  constructor(value: number, nanBits?: bigint) {
    this.value = value;
    this.nanBits = nanBits;
  }

  equals(other: unknown): boolean {
    return other instanceof Float && other.value === this.value;
  }

  toString(): string {
    return formatFloat(this.value);
  }

  [identity](): unknown {
    return identityOfFloat(this.value);
  }
}

/** Makes a number an int. `UsageError` for a number that is not an integer, and beyond 64 bits. */
export function int(value: number | bigint): Int {
  return new Int(value);
}

/** Makes a number a float: `float(1)` is 1.0. */
export function float(value: number): Float {
  return new Float(value);
}
