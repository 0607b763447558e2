import { describe, expect, it } from "vitest";
import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Float, float } from "../../src/variant/numbers.ts";
import { PackedStringArray } from "../../src/variant/packed.ts";
import { printElement, printText } from "../../src/variant/printed-text.ts";
import { GodotObject, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { printedRows, valueOfRow } from "./text-golden.ts";

describe("printText", () => {
  it("prints what Godot prints", () => {
    const rows = printedRows.filter(({ kind }) => kind !== "object");
    expect(rows.length).toBeGreaterThan(400);
    for (const row of rows) expect(printText(valueOfRow(row)), row.text).toBe(row.str);
  });

  it("is what the values say themselves", () => {
    let checked = 0;
    for (const row of printedRows) {
      const value = valueOfRow(row);
      if (row.kind === "object" || value === null || typeof value !== "object") continue;
      // These are JavaScript's own, and print as JavaScript does.
      if (value.constructor === Array || ArrayBuffer.isView(value)) continue;
      expect(String(value)).toBe(row.str);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(300);
  });

  it("texts have quotation marks only within something", () => {
    expect(printText("a\n")).toBe("a\n");
    expect(printText(["a\n", new StringName("b")])).toBe('["a\\n", &"b"]');
    expect(printElement("a", 0)).toBe('"a"');
  });

  it("plain values of JavaScript", () => {
    expect(printText([1, -0, 1.5, 2n ** 60n, true, null, new Color(1, 0, 0)])).toBe(
      "[1, 0.0, 1.5, 1152921504606846976, true, <null>, (1.0, 0.0, 0.0, 1.0)]",
    );
    expect(printText({ a: [], b: new Map([[float(1), PackedStringArray.pack(["x"])]]) })).toBe(
      '{ "a": [], "b": { 1.0: ["x"] } }',
    );
    expect(printText(Object.create(null))).toBe("{  }");
    expect(printText(new Float(Number.NaN))).toBe("nan");
    expect(printText([GodotObject.fromId(5)])).toBe("[<EncodedObjectAsID#5>]");
  });

  it("dots for what is too deep, also when it holds itself", () => {
    const nest = (depth: number): unknown => (depth === 0 ? [] : [nest(depth - 1)]);
    expect(printText(nest(100))).toBe("[".repeat(101) + "]".repeat(101));
    expect(printText(nest(101))).toBe(`${"[".repeat(101)}[...]${"]".repeat(101)}`);
    const circular = new GodotDictionary<number, unknown>();
    circular.set(1, GodotArray.typed("Dictionary", [circular]));
    expect(String(circular)).toContain("...");
    expect(String(circular).length).toBeLessThan(1000);
  });
});
