// When two values are the same key of a dictionary, as Godot compares them: by value, int apart from float, String
// together with StringName. Knows no class: values say their own identity.

/** The method by which a value tells what makes it one key with another. */
export const identity: unique symbol = Symbol("identity");

export interface Identified {
  /** A primitive that no value which is another key gives; a text begins with NUL and the kind of the value. */
  [identity](): unknown;
}

/**
 * What stands in a Map for a key. Texts of this module start with NUL, which no String of Godot holds; a JavaScript
 * string that does is moved out of the way.
 */
export function identityOf(key: unknown): unknown {
  switch (typeof key) {
    case "string":
      return key.charCodeAt(0) === 0 ? `\0s${key}` : key;
    case "number":
      // The only float that is a safe integer in JavaScript's eyes; 0.0 and -0.0 are one key.
      return key === 0 && Object.is(key, -0) ? "\0f0" : key;
    case "bigint":
      return BigInt.asIntN(54, key) === key && key !== -9007199254740992n ? Number(key) : key;
    case "object":
      return key === null ? null : identityOfObject(key);
    default:
      return key;
  }
}

function identityOfObject(key: object): unknown {
  if (identity in key) return (key as Identified)[identity]();
  if (Array.isArray(key)) return `\0[${key.map(nestedIdentity).join("")}]`;
  if (ArrayBuffer.isView(key)) return `\0${Object.prototype.toString.call(key)}${identityOfNumbers(key)}`;
  return key;
}

function identityOfNumbers(view: ArrayBufferView): string {
  const numbers = Array.from(view as Iterable<number | bigint> & ArrayBufferView);
  // Adding 0 makes -0 the 0 that it equals.
  return numbers.map((number) => (typeof number === "number" ? number + 0 : number)).join();
}

const objectNumbers = new WeakMap<object, number>();
let lastObjectNumber = 0;

/** An identity as part of a longer text: with its length, so that neighbours cannot be mistaken. */
export function nestedIdentity(value: unknown): string {
  const whole = identityOf(value);
  const text =
    typeof whole === "object" && whole !== null ? `o${numberOf(whole)}` : `${typeof whole}${String(whole)}`;
  return `${text.length}:${text}`;
}

function numberOf(object: object): number {
  let number = objectNumbers.get(object);
  if (number === undefined) {
    lastObjectNumber += 1;
    number = lastObjectNumber;
    objectNumbers.set(object, number);
  }
  return number;
}

/** The identity of components that Godot keeps with 32 bits: NaN equals itself, -0 equals 0. */
export function identityOfReals(kind: string, components: readonly number[]): string {
  return `\0${kind}${components.map((component) => Math.fround(component) + 0).join()}`;
}
