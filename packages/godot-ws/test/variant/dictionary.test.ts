// GodotDictionary with few and with many entries: both forms behave alike.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { float } from "../../src/variant/numbers.ts";
import { StringName } from "../../src/variant/references.ts";
import { Vector2i } from "../../src/variant/vectors.ts";

describe.each([0, 20])("with %i other entries", (others) => {
  const filled = (): GodotDictionary => {
    const dictionary = new GodotDictionary();
    for (let i = 0; i < others; i++) dictionary.set(`other ${i}`, i);
    return dictionary;
  };

  test("keys are compared by value", () => {
    const dictionary = filled().set(new Vector2i(1, 2), "tile").set(Number.NaN, "nan").set(1, "int");
    dictionary.set(float(1), "float");
    expect(dictionary.get(new Vector2i(1, 2))).toBe("tile");
    expect(dictionary.get(Number.NaN)).toBe("nan");
    expect(dictionary.get(1)).toBe("int");
    expect(dictionary.get(float(1))).toBe("float");
    expect(dictionary.has(new Vector2i(2, 1))).toBe(false);
    expect(dictionary.get("missing")).toBeUndefined();
    expect(dictionary.size).toBe(others + 4);
  });

  test("the first of equal keys stays, in its place, with the last value", () => {
    const first = new StringName("a");
    const dictionary = filled().set(first, 1).set("b", 2).set("a", 3);
    expect([...dictionary].slice(others)).toEqual([
      [first, 3],
      ["b", 2],
    ]);
    expect([...dictionary.keys()][others]).toBe(first);
    expect([...dictionary.values()].slice(others)).toEqual([3, 2]);
  });

  test("deletes", () => {
    const dictionary = filled().set("a", 1).set(new StringName("b"), 2).set("c", 3);
    expect(dictionary.delete("b")).toBe(true);
    expect(dictionary.delete("b")).toBe(false);
    expect([...dictionary.keys()].slice(others)).toEqual(["a", "c"]);
    expect(dictionary.get("c")).toBe(3);
    dictionary.clear();
    expect(dictionary.size).toBe(0);
    expect([...dictionary]).toEqual([]);
  });

  test("what is deleted while it is visited is the only one that goes", () => {
    const dictionary = filled().set("a", 1).set(Number.NaN, 2).set("c", 3);
    for (const key of dictionary.keys()) dictionary.delete(key);
    expect(dictionary.size).toBe(0);
    const again = filled().set("a", 1).set("b", 2).set("c", 3);
    again.forEach((_, key) => void again.delete(key));
    expect(again.size).toBe(0);
  });

  test("visits in order", () => {
    const seen: unknown[] = [];
    filled()
      .set("x", 1)
      .forEach((value, key) => {
        seen.push([key, value]);
      });
    expect(seen.length).toBe(others + 1);
    expect(seen.at(-1)).toEqual(["x", 1]);
  });
});

test("names of Object.prototype are only keys", () => {
  const dictionary = new GodotDictionary([
    ["__proto__", 1],
    ["constructor", 2],
  ]);
  expect(dictionary.get("__proto__")).toBe(1);
  expect(dictionary.has("toString")).toBe(false);
  const object = dictionary.toObject();
  expect(Object.keys(object)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(object)).toBeNull();
});

test("to and from plain objects", () => {
  expect([...GodotDictionary.fromObject({ a: 1, b: 2 })]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  const mixed = new GodotDictionary<unknown, number>([
    [new StringName("a"), 1],
    [2, 2],
    [float(0), 3],
  ]);
  expect({ ...mixed.toObject() }).toEqual({ a: 1 });
});

test("types of keys and values", () => {
  const dictionary = GodotDictionary.typed("String", { type: "Object", className: "Node" });
  expect(dictionary.keyType).toEqual({ type: "String" });
  expect(dictionary.valueType).toEqual({ type: "Object", className: "Node" });
  expect(GodotDictionary.typed(undefined, "Nil").valueType).toBeUndefined();
});

test("does what a Map does, for keys that JavaScript compares as Godot", () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom("a", "b", "c"), fc.boolean());
  const step = fc.record({
    key,
    value: fc.integer(),
    action: fc.constantFrom("set", "set", "set", "delete"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new Map<unknown, number>();
      const dictionary = new GodotDictionary<unknown, number>();
      for (const { key, value, action } of steps) {
        if (action === "set") {
          map.set(key, value);
          dictionary.set(key, value);
        } else expect(dictionary.delete(key)).toBe(map.delete(key));
        expect(dictionary.get(key)).toBe(map.get(key));
      }
      expect([...dictionary]).toEqual([...map]);
      expect(dictionary.size).toBe(map.size);
    }),
  );
});
