import { describe, expect, it } from "vitest";
import { shortDecimal } from "../../src/variant/short-decimal.ts";

describe("shortDecimal", () => {
  it.each([
    [0.1, false, "1", -1],
    [123.456, false, "123456", -3],
    [1e22, false, "1", 22],
    [5e-324, false, "5", -324],
    [1.7976931348623157e308, false, "17976931348623157", 292],
    [Math.fround(0.1), true, "1", -1],
    [2 ** -149, true, "1", -45],
    [2 ** 24, true, "16777216", 0],
    // Where Godot's digits are not the shortest or not the nearest.
    [1e23, false, "9999999999999999", 7],
    [46297824336215860, false, "46297824336215856", 0],
    [1793605985585600.2, false, "17936059855856003", -1],
    [-176009.375 * -1, true, "17600937", -2],
    [199478208, true, "19947821", 1],
  ])("%d (single: %s)", (value, single, digits, exponent) => {
    expect(shortDecimal(value, single)).toEqual({ digits, exponent });
  });

  it("gives back the same number, for every exponent", () => {
    for (let exponent = -1074; exponent < 1024; exponent++) {
      for (const significand of [1, 1.5, 1.1, 2 - 2 ** -52]) {
        const value = significand * 2 ** exponent;
        if (value === 0 || !Number.isFinite(value)) continue;
        const { digits, exponent: power } = shortDecimal(value, false);
        expect(Number(`${digits}e${power}`)).toBe(value);
        expect(digits.length).toBeLessThanOrEqual(17);
      }
    }
  });

  it("gives back the same number of 32 bits", () => {
    for (let exponent = -149; exponent < 128; exponent++) {
      for (const significand of [1, 1.5, 1.1, 2 - 2 ** -23]) {
        const value = Math.fround(significand * 2 ** exponent);
        if (value === 0 || !Number.isFinite(value)) continue;
        const { digits, exponent: power } = shortDecimal(value, true);
        expect(Math.fround(Number(`${digits}e${power}`))).toBe(value);
        expect(digits.length).toBeLessThanOrEqual(9);
      }
    }
  });
});
