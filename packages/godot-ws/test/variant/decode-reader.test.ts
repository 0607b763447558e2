// Places in a value, as text.

import { expect, test } from "vitest";
import { formatPath, keyPlace } from "../../src/variant/decode-reader.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { createPlainObject } from "../../src/variant/plain-object.ts";
import { StringName } from "../../src/variant/references.ts";

test.each([
  [[], ""],
  [[3, "inventory", "items"], "[3].inventory.items"],
  [["größe", new StringName("x")], "größe.x"],
  [["a b", ""], '["a b"][""]'],
  [[1n, null, true, keyPlace], "[1][null][true][a key]"],
  [[[1, "b"], createPlainObject(), new GodotDictionary([[1, null]])], '[[1, "b"]][{  }][{ 1: <null> }]'],
])("%o", (places, path) => {
  expect(formatPath(places)).toBe(path);
});
