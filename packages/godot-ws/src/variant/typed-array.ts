// Godot's typed Array: an array that knows what its elements are. An untyped Array is JavaScript's own. Knows no bytes.

import { type ElementType, type ElementTypeLike, toElementType } from "./element-type.ts";
import { printList } from "./printed-text.ts";

/**
 * An Array with an element type: `Array[int]`, `Array[Node]`. What is put into it is not checked; its numbers and texts
 * are written as the element type says, and elements that do not fit are refused when it is written.
 *
 * `map`, `filter` and the like give plain arrays.
 */
export class GodotArray<T = unknown> extends Array<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** What the elements are; undefined is an untyped Array. */
  elementType: ElementType | undefined = undefined;

  override toString(): string {
    return printList(this, 0);
  }

  /** `GodotArray.typed("int", [1, 2])` is `Array[int]([1, 2])`. */
  static typed<T>(elementType: ElementTypeLike, items: Iterable<T> = []): GodotArray<T> {
    const array = new GodotArray<T>();
    array.elementType = toElementType(elementType);
    for (const item of items) array.push(item);
    return array;
  }
}
