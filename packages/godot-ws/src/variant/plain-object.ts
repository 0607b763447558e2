// Objects for Dictionaries whose keys are only names. Knows no values.

/** The prototype of plain objects: one with nothing in it, so that `__proto__` and `constructor` are only keys. */
const plainPrototype: object = Object.freeze(Object.create(null));

/** V8 makes the objects of a constructor fast ones, and those of `Object.create(null)` hash tables. */
const PlainObject = function (this: object) {} as unknown as new () => Record<string, unknown>;
PlainObject.prototype = plainPrototype;

/** An empty object that inherits nothing. */
export function createPlainObject(): Record<string, unknown> {
  return new PlainObject();
}

/** Whether it is an object literal or one that inherits nothing, even if it has a key named `constructor`. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype === plainPrototype;
}
