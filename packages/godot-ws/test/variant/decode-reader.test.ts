// Places in a value, as text.

import { expect, test } from "vitest";
import { formatPath, keyPlace } from "../../src/variant/decode-reader.ts";
import { StringName } from "../../src/variant/references.ts";

test.each([
  [[], ""],
  [[3, "inventory", "items"], "[3].inventory.items"],
  [["größe", new StringName("x")], "größe.x"],
  [["a b", ""], '["a b"][""]'],
  [[1n, null, true, keyPlace], "[1][null][true][a key]"],
])("%o", (places, path) => {
  expect(formatPath(places)).toBe(path);
});
