import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { PackedVector2Array } from "../../src/variant/packed.ts";
import { GodotObject } from "../../src/variant/references.ts";
import { strToVar } from "../../src/variant/str-to-var.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { varToStr } from "../../src/variant/var-to-str.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { printedRows, valueOfRow } from "./text-golden.ts";

describe("varToStr", () => {
  it("writes what Godot writes", () => {
    expect(printedRows.length).toBeGreaterThan(400);
    for (const row of printedRows) expect(varToStr(valueOfRow(row)), row.str).toBe(row.text);
  });

  it("writes what is read as the same value", () => {
    for (const row of printedRows) {
      const value = strToVar(row.text, { keepKinds: true });
      // A StringName and a NodePath lose what only their escapes have (\a, \v), and tiny numbers become 0: as with Godot.
      if (row.kind === "number" || /\\[av]/.test(row.text)) continue;
      if (/e-(3[0-9]{2}|4[0-9])/.test(row.text)) continue;
      expect(varToStr(value)).toBe(row.text);
    }
  });

  it("kinds of number", () => {
    const values = [1, 1.5, -0, 2 ** 53, 2n ** 62n, int(3), float(3), 1e300];
    expect(varToStr(values)).toBe("[1, 1.5, 0.0, 9.007199e+15, 4611686018427387904, 3, 3.0, 1e+300]");
  });

  it("plain objects, Maps and GodotDictionaries", () => {
    const text = '{\n"a": 1,\n"b": [2]\n}';
    expect(varToStr({ b: [2], a: 1 })).toBe(text);
    expect(
      varToStr(
        new Map<Variant, Variant>([
          ["b", [2]],
          ["a", 1],
        ]),
      ),
    ).toBe(text);
    expect(
      varToStr(
        new GodotDictionary<Variant, Variant>([
          ["b", [2]],
          ["a", 1],
        ]),
      ),
    ).toBe(text);
  });

  it("elements are written as their container says", () => {
    expect(varToStr(GodotArray.typed<Variant>("float", [1, 2]))).toBe("Array[float]([1.0, 2.0])");
    const entries: [Variant, Variant][] = [["a", 1]];
    expect(varToStr(GodotDictionary.typed<Variant, Variant>("StringName", "float", entries))).toBe(
      'Dictionary[StringName, float]({\n&"a": 1.0\n})',
    );
    expect(() => varToStr(GodotArray.typed<Variant>("int", ["a"]))).toThrow(UsageError);
  });

  it("types that are classes and scripts", () => {
    expect(varToStr(GodotArray.typed({ type: "Object", className: "Node" }))).toBe("Array[Node]([])");
    const script = { type: "Object", script: "res://a.gd" } as const;
    expect(varToStr(GodotDictionary.typed("int", script))).toBe(
      'Dictionary[int, Resource("res://a.gd")]({})',
    );
  });

  it("whole objects", () => {
    const object = new GodotObject<Variant>("Node", [
      ["name", "x"],
      ["child", GodotObject.fromId(5)],
      ["script", "res://a.gd"],
    ]);
    expect(varToStr(object)).toBe(
      'Object(Node,"name":"x","child":Object(EncodedObjectAsID,"object_id":5,"script":null)\n,"script":Resource("res://a.gd"))\n',
    );
  });

  it("components are narrowed unless the engine has 64-bit ones", () => {
    expect(varToStr(new Vector2(1 / 3, 0.1))).toBe("Vector2(0.33333334, 0.1)");
    expect(varToStr(new Vector2(1 / 3, 0.1), { precision: "double" })).toBe(
      "Vector2(0.3333333333333333, 0.1)",
    );
    const wide = new PackedVector2Array(Float64Array.of(1 / 3, 1));
    expect(varToStr(wide)).toBe("PackedVector2Array(0.33333334, 1)");
  });

  it("refuses what Godot has no value for", () => {
    for (const value of [undefined, () => 1, Symbol("a"), new Date()]) {
      expect(() => varToStr([value] as unknown as Variant)).toThrow(UsageError);
    }
  });

  it("nesting as deep as Godot writes, and no deeper", () => {
    const nest = (depth: number): Variant => {
      let value: Variant = [];
      for (let i = 0; i < depth; i++) value = [value];
      return value;
    };
    expect(varToStr(nest(100))).toBe("[".repeat(101) + "]".repeat(101));
    expect(() => varToStr(nest(101))).toThrow(/Nested deeper than 100/);
    const circular: Variant[] = [];
    circular.push({ a: circular });
    expect(() => varToStr(circular)).toThrow(UsageError);
  });
});
