import { describe, expect, it } from "vitest";
import { NodePath } from "../../src/variant/node-path.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { StringName } from "../../src/variant/references.ts";
import { assignElement, elementTypeOf } from "../../src/variant/text-elements.ts";

describe("elements of typed containers in text", () => {
  it("words mean types, classes or nothing", () => {
    expect(elementTypeOf("int")).toEqual({ type: "int" });
    expect(elementTypeOf("Object")).toEqual({ type: "Object" });
    expect(elementTypeOf("Node")).toEqual({ type: "Object", className: "Node" });
    expect(elementTypeOf("toString")).toEqual({ type: "Object", className: "toString" });
    expect(elementTypeOf("Variant")).toBeUndefined();
    expect(elementTypeOf("Nil")).toBeUndefined();
  });

  it("an untyped container takes everything", () => {
    expect(assignElement(undefined, "a", false)).toBe("a");
  });

  it("numbers are converted, and wrapped on demand", () => {
    expect(assignElement({ type: "int" }, 1.9, false)).toBe(1);
    expect(assignElement({ type: "int" }, true, false)).toBe(1);
    expect(assignElement({ type: "int" }, float(-1.9), true)).toEqual(int(-1));
    expect(assignElement({ type: "int" }, 1e18, false)).toBe(10n ** 18n);
    expect(assignElement({ type: "float" }, 2, false)).toBe(2);
    expect(assignElement({ type: "float" }, int(2), true)).toEqual(float(2));
    expect(assignElement({ type: "bool" }, 1.5, false)).toBe(true);
  });

  it("texts are converted into each other", () => {
    expect(assignElement({ type: "String" }, new StringName("a"), false)).toBe("a");
    expect(assignElement({ type: "String" }, new NodePath("a/b"), false)).toBe("a/b");
    expect(assignElement({ type: "NodePath" }, "a", false)).toEqual(new NodePath("a"));
  });

  it("undefined for what does not fit", () => {
    expect(assignElement({ type: "int" }, "1", false)).toBeUndefined();
    expect(assignElement({ type: "String" }, 1, false)).toBeUndefined();
    expect(assignElement({ type: "Dictionary" }, [], false)).toBeUndefined();
    expect(assignElement({ type: "Object", className: "Node" }, 1, false)).toBeUndefined();
    expect(assignElement({ type: "Object", className: "Node" }, null, false)).toBeNull();
  });
});
