import { describe, expect, it } from "vitest";
import { parseFloatText, parseIntText } from "../../src/variant/text-number.ts";

describe("numbers in text", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["-9223372036854775808", -(2n ** 63n)],
    // Beyond the range, as Godot takes it.
    ["9223372036854775808", -(2n ** 63n)],
    ["-9223372036854775809", 2n ** 63n - 1n],
    ["99999999999999999999", 2n ** 63n - 1n],
    ["-99999999999999999999", -(2n ** 63n)],
    ["92233720368547758080", 0],
  ])("the int %s", (text, value) => {
    expect(parseIntText(text)).toBe(value);
  });

  it.each([
    ["1.", 1],
    ["-1.5", -1.5],
    ["1.e2", 100],
    ["1E+2", 100],
    ["1e-2", 0.01],
    ["4.35", 4.35],
    ["-0.0", -0],
    ["1e309", Number.POSITIVE_INFINITY],
    ["-1e99999", Number.NEGATIVE_INFINITY],
    ["1.7976931348623157e+308", Number.MAX_VALUE],
    // As Godot reads them.
    ["5e-324", 0],
    ["2.2250738585072014e-308", 0],
    ["0e400", Number.NaN],
    ["1.5e", 15],
    ["-1.5e+", -15],
    ["0.0000000000000000001", 0],
    ["1e2147483648", 0],
    ["3e25", 3.0000000000000005e25],
    ["2e-25", 1.9999999999999998e-25],
  ])("the float %s", (text, value) => {
    expect(parseFloatText(text)).toBe(value);
  });

  it("a very long number costs no more than its length", () => {
    expect(parseIntText("9".repeat(1e6))).toBe(2n ** 63n - 1n);
    expect(parseFloatText(`${"9".repeat(1e6)}.0e-1000000`)).toBe(1);
  });
});
