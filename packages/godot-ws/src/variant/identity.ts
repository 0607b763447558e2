// When two values are the same key of a dictionary, as Godot compares them: by value, int apart from float, String
// together with StringName. Knows no class: values say their own identity.

import { keyedDigest } from "./keyed-digest.ts";

/** The method by which a value tells what makes it one key with another. */
export const identity: unique symbol = Symbol("identity");

/**
 * The long identities of one decoding, in which nobody can change the values yet: so each is put together only once,
 * however many keys it is a part of.
 */
export type KnownIdentities = Map<object, string>;

export interface Identified {
  /** A primitive that no value which is another key gives; a text begins with NUL and the kind of the value. */
  [identity](known?: KnownIdentities): unknown;
}

/** From so many characters on a digest stands for the text: what is nested would be repeated at each level. */
const longestText = 64;

/**
 * What stands in a Map for a key: null, true, false, a text, or an object for itself. Not a number, as whoever knows how
 * V8 hashes those can send some ten thousand that all hash alike. Texts of this module start with NUL, which no String of
 * Godot holds; a JavaScript string that does is moved out of the way.
 */
export function identityOf(key: unknown, known?: KnownIdentities): unknown {
  switch (typeof key) {
    case "string":
      return key.charCodeAt(0) === 0 ? shorten(`\0s${key}`) : key;
    case "number":
      return Number.isSafeInteger(key) && !Object.is(key, -0) ? `\0i${key}` : identityOfFloat(key);
    case "bigint":
      return `\0i${key}`;
    case "object":
      return key === null ? null : identityOfObject(key, known);
    default:
      return key;
  }
}

/** NaN equals itself, and -0 equals 0, which are one text. */
export function identityOfFloat(value: number): string {
  return `\0f${value}`;
}

function identityOfObject(key: object, known: KnownIdentities | undefined): unknown {
  const before = known?.get(key);
  if (before !== undefined) return before;
  const whole = wholeIdentity(key, known);
  if (typeof whole !== "string" || whole.charCodeAt(0) !== 0) return whole;
  const short = shorten(whole);
  // What is short is put together again as quickly.
  if (short !== whole) known?.set(key, short);
  return short;
}

function shorten(text: string): string {
  return text.length < longestText ? text : `\0#${keyedDigest(text)}`;
}

function wholeIdentity(key: object, known: KnownIdentities | undefined): unknown {
  if (identity in key) return (key as Identified)[identity](known);
  if (Array.isArray(key)) return `\0[${key.map((item) => nestedIdentity(item, known)).join("")}`;
  if (!ArrayBuffer.isView(key)) return key;
  const numbers = Array.from(key as ArrayBufferView & Iterable<unknown>);
  return `\0${Object.prototype.toString.call(key)}${numbers.join()}`;
}

const objectNumbers = new WeakMap<object, number>();
let lastObjectNumber = 0;

/** An identity as part of a longer text: with its length, so that neighbours cannot be mistaken. */
export function nestedIdentity(value: unknown, known?: KnownIdentities): string {
  const whole = identityOf(value, known);
  const text =
    typeof whole === "object" && whole !== null ? `o${numberOf(whole)}` : `${typeof whole}${String(whole)}`;
  return `${text.length}:${text}`;
}

function numberOf(object: object): number {
  if (!objectNumbers.has(object)) {
    lastObjectNumber += 1;
    objectNumbers.set(object, lastObjectNumber);
  }
  return objectNumbers.get(object)!;
}

/** The identity of components that Godot keeps with 32 bits: NaN equals itself, -0 equals 0. */
export function identityOfReals(kind: string, components: readonly number[]): string {
  return `\0${kind}${components.map(Math.fround).join()}`;
}
