// What a typed container in text demands of its elements, and how they are made to fit. Knows no tokens.

import { convertElement, converterOf } from "./container-type.ts";
import { type ElementType, type TypeName, typeIds } from "./element-type.ts";
import { Float, Int } from "./numbers.ts";
import type { Variant } from "./variant.ts";

/** The type that a word between the brackets of `Array[…]` means; none for `Variant`. Any other word is a class. */
export function elementTypeOf(word: string): ElementType | undefined {
  if (word === "Variant" || word === "Nil") return undefined;
  if (Object.hasOwn(typeIds, word)) return { type: word as TypeName };
  return { type: "Object", className: word };
}

/**
 * An element as its container keeps it, or undefined when it does not fit. A float or int that had to be made is wrapped
 * if `keepKinds`. Godot: Array.assign, which converts more than an Array does that is written to.
 */
export function assignElement(
  type: ElementType | undefined,
  value: Variant,
  keepKinds: boolean,
): Variant | undefined {
  if (type === undefined) return value;
  const fit = convertElement(type, value);
  if (fit !== undefined) return fit === value ? value : unwrap(type, fit, keepKinds);
  const converted = converterOf(type.type)?.(value) as Variant | undefined;
  return converted === undefined ? undefined : unwrap(type, converted, keepKinds);
}

function unwrap({ type }: ElementType, value: Variant, keepKinds: boolean): Variant {
  if (type === "float") {
    const number = value instanceof Float ? value.value : (value as number);
    return keepKinds ? new Float(number) : number;
  }
  if (type !== "int") return value;
  const exact = value instanceof Int ? value.value : (value as number | bigint);
  if (keepKinds) return new Int(exact);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}
