// Values that name something of a running engine: StringName, RID, Callable, Signal and objects. None of them can do
// anything here; they are kept and passed on. Knows no bytes.

import { type Identified, identity, identityOf } from "./identity.ts";

/** An interned string of Godot; as a key of a dictionary the same as the String. Godot: StringName. */
export class StringName implements Identified {
  readonly text: string;

  constructor(text = "") {
    this.text = text;
  }

  equals(other: unknown): boolean {
    return other instanceof StringName && other.text === this.text;
  }

  toString(): string {
    return this.text;
  }

  [identity](): unknown {
    return identityOf(this.text);
  }
}

/** The number of a resource on a server of the engine. Godot: RID. */
export class RID implements Identified {
  /** From 0, none, to 2^64 - 1. */
  readonly id: bigint;

  constructor(id: number | bigint = 0n) {
    this.id = BigInt.asUintN(64, BigInt(id));
  }

  equals(other: unknown): boolean {
    return other instanceof RID && other.id === this.id;
  }

  toString(): string {
    return `RID(${BigInt.asIntN(64, this.id)})`;
  }

  [identity](): string {
    return `\0RID${this.id}`;
  }
}

/** A Callable, which nothing of crosses a network: it always arrives empty. Godot: Callable. */
export class GodotCallable implements Identified {
  equals(other: unknown): boolean {
    return other instanceof GodotCallable;
  }

  toString(): string {
    return "null::null";
  }

  [identity](): string {
    return "\0Callable";
  }
}

/** A signal of an object, by name and instance id. Godot: Signal. */
export class GodotSignal implements Identified {
  readonly name: string;
  /** The instance id of the object, signed as scripts see it; 0 for none. */
  readonly objectId: bigint;

  constructor(name = "", objectId: number | bigint = 0n) {
    this.name = name;
    this.objectId = BigInt.asIntN(64, BigInt(objectId));
  }

  equals(other: unknown): boolean {
    return other instanceof GodotSignal && other.name === this.name && other.objectId === this.objectId;
  }

  toString(): string {
    return `null::[signal]${this.name}`;
  }

  [identity](): string {
    return `\0Signal${this.objectId},${this.name}`;
  }
}

/**
 * An object as it crosses the network: either only its instance id (`EncodedObjectAsID` in Godot), or class name and
 * stored properties. It is never made into anything that runs.
 *
 * As a key of a dictionary it is one with nothing but itself.
 */
export class GodotObject<V = unknown> {
  /** The instance id, signed as scripts see it, when that is all that is known. */
  readonly id: bigint | undefined;
  /** `"EncodedObjectAsID"` for an object of which only the id is known. */
  readonly className: string;
  /** In the order in which Godot sets them; `script` is a path that begins with `res://`, or null. */
  readonly properties: ReadonlyMap<string, V>;

  /** A whole object. Writing it needs `allowObjects`. */
  constructor(className: string, properties: Iterable<readonly [string, V]> = []) {
    this.id = undefined;
    this.className = className;
    this.properties = new Map(properties);
  }

  /** An object by its instance id. */
  static fromId(id: number | bigint): GodotObject<never> {
    const object = new GodotObject<never>("EncodedObjectAsID");
    (object as { id: bigint | undefined }).id = BigInt.asIntN(64, BigInt(id));
    return object;
  }

  toString(): string {
    return `<${this.className}#${this.id ?? "?"}>`;
  }
}
