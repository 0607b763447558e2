// Numbers that say their kind.

import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { Float, float, Int, int } from "../../src/variant/numbers.ts";

test("an int has 64 bits", () => {
  expect(int(5).value).toBe(5n);
  expect(int(-(2n ** 63n)).value).toBe(-(2n ** 63n));
  expect(int(2 ** 62).value).toBe(2n ** 62n);
  expect(() => int(2n ** 63n)).toThrow(UsageError);
  expect(() => int(1.5)).toThrow(UsageError);
  expect(() => int(Number.NaN)).toThrow(UsageError);
});

test("equality is of the kind, too", () => {
  expect(int(1).equals(new Int(1n))).toBe(true);
  expect(int(1).equals(float(1))).toBe(false);
  expect(float(1).equals(new Float(1))).toBe(true);
});

test("printed as Godot prints them", () => {
  expect(String(int(1))).toBe("1");
  expect(String(float(1))).toBe("1.0");
});
