// Objects that inherit nothing.

import { expect, test } from "vitest";
import { createPlainObject } from "../../src/variant/plain-object.ts";

test("names of Object.prototype are only keys", () => {
  const object = createPlainObject();
  expect(object["constructor"]).toBeUndefined();
  expect("toString" in object).toBe(false);
  const name = "__proto__";
  object[name] = { polluted: true };
  expect(Object.keys(object)).toEqual(["__proto__"]);
  expect(object["polluted"]).toBeUndefined();
  expect(createPlainObject()["polluted"]).toBeUndefined();
});
