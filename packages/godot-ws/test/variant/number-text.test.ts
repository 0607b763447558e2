import { describe, expect, it } from "vitest";
import {
  formatBareReal,
  formatColorComponent,
  formatComponentLiteral,
  formatFloat,
  formatFloatLiteral,
  formatReal,
} from "../../src/variant/number-text.ts";
import { type Float, Int } from "../../src/variant/numbers.ts";
import { printedRows, valueOfRow } from "./text-golden.ts";

const numbers = printedRows
  .filter(({ kind }) => kind === "number")
  .map((row) => ({ row, number: (valueOfRow(row) as Float).value }));

describe("numbers as text", () => {
  it("floats are printed as Godot prints them", () => {
    expect(numbers).toHaveLength(240);
    for (const { row, number } of numbers) {
      expect(formatFloat(number)).toBe(row.str);
      expect(formatFloatLiteral(number)).toBe(row.text);
    }
  });

  it("components are printed as Godot prints them", () => {
    const vectors = printedRows.filter(({ kind }) => kind === "vector");
    expect(vectors.length).toBeGreaterThan(50);
    for (const row of vectors) {
      const components = (valueOfRow(row) as { toArray(): number[] }).toArray();
      expect(`(${components.map(formatReal).join(", ")})`).toBe(row.str);
      expect(`Vector3(${components.map(formatComponentLiteral).join(", ")})`).toBe(row.text);
    }
    const colors = printedRows.filter(({ kind }) => kind === "color");
    expect(colors.length).toBeGreaterThan(25);
    for (const row of colors) {
      const components = (valueOfRow(row) as { toArray(): number[] }).toArray();
      expect(`(${components.map(formatColorComponent).join(", ")})`).toBe(row.str);
    }
  });

  it("components are narrowed to 32 bits first", () => {
    expect(formatReal(0.1)).toBe("0.1");
    expect(formatReal(123456.789)).toBe("123456.8");
    expect(formatReal(1e40)).toBe("inf");
    expect(formatBareReal(0.1)).toBe("0.1");
    expect(formatBareReal(4)).toBe("4");
    expect(formatColorComponent(1 / 3)).toBe("0.3333");
  });

  it.each([
    // Godot: half-way cases go to the even digit.
    [2 ** -15, "0.00003051757812"],
    [-(2 ** -15), "-0.00003051757812"],
    [3 * 2 ** -15, "0.00009155273438"],
    [-0, "0.0"],
    [1e21, "1000000000000000000000.0"],
    [-1e-20, "-0.0"],
  ])("str(%d) is %s", (number, text) => {
    expect(formatFloat(number)).toBe(text);
  });

  it.each([
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [123456789012345, "123456789012345.0"],
    [1234567890123456, "1.234567890123456e+15"],
    [-1.5e-300, "-1.5e-300"],
    [-0, "0.0"],
    [Math.fround(0.1), "0.1"],
    [5e-324, "5e-324"],
  ])("var_to_str(%d) is %s", (number, text) => {
    expect(formatFloatLiteral(number)).toBe(text);
  });

  it("an Int prints itself", () => {
    expect(String(new Int(-(2n ** 63n)))).toBe("-9223372036854775808");
  });
});
