// Colours.

import { expect, test } from "vitest";
import { Color } from "../../src/variant/color.ts";

test("black and opaque, unless said otherwise", () => {
  expect(new Color().toArray()).toEqual([0, 0, 0, 1]);
});

test("between two", () => {
  expect(new Color(0, 0, 0, 0).lerp(new Color(1, 2, 4, 1), 0.5)).toEqual(new Color(0.5, 1, 2, 0.5));
});

test("equality", () => {
  expect(new Color(1, 0.5, 0).equals(new Color(1, 0.5, 0, 1))).toBe(true);
  expect(new Color(1, 0.5, 0).equals(new Color(1, 0.5, 0, 0))).toBe(false);
});

test("printed with four decimals, as Godot does", () => {
  expect(String(new Color(0.1, 0.12345678, 1e-7, 5))).toBe("(0.1, 0.1235, 0.0, 5.0)");
});
