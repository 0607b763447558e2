import { describe, expect, it } from "vitest";
import { sortByKeys } from "../../src/variant/key-order.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { StringName } from "../../src/variant/references.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2 } from "../../src/variant/vectors.ts";

function sortKeys(keys: readonly Variant[]): Variant[] {
  return sortByKeys(keys.map((key) => [key, null] as const)).map(([key]) => key);
}

describe("sortByKeys", () => {
  it("by type, then by value; texts by character, whatever kind of text", () => {
    const name = new StringName("b");
    const vector = new Vector2(1, 0);
    expect(sortKeys([[2], [1, 5], vector, "c", name, "a", 1.5, 10, 9, true, false, null])).toEqual([
      null,
      false,
      true,
      9,
      10,
      1.5,
      "a",
      name,
      "c",
      vector,
      [1, 5],
      [2],
    ]);
    expect(sortKeys(["\u{1f600}", "\uffff", "ab", "a", "é"])).toEqual([
      "a",
      "ab",
      "é",
      "\uffff",
      "\u{1f600}",
    ]);
  });

  it("ints of any size", () => {
    expect(sortKeys([2n ** 60n, 5, -(2n ** 60n)])).toEqual([-(2n ** 60n), 5, 2n ** 60n]);
  });

  it("what cannot be compared keeps its order", () => {
    const paths = ["b", "a", "c"].map((path) => new NodePath(path));
    expect(sortKeys(paths)).toEqual(paths);
  });

  it("a NaN is less than nothing, whatever follows it", () => {
    const vectors = [new Vector2(Number.NaN, 2), new Vector2(1, 1)];
    expect(sortKeys(vectors)).toEqual(vectors);
    expect(sortKeys([Number.NaN, 2.5, 1.5])).toEqual([Number.NaN, 1.5, 2.5]);
  });

  it("looks at nested arrays once, which is not twice for each level", () => {
    let looks = 0;
    const deep = (levels: number): Variant[] => {
      const array: Variant[] = levels === 0 ? [1] : [deep(levels - 1)];
      return new Proxy(array, {
        get(target, name, receiver): unknown {
          if (name === "0") looks += 1;
          return Reflect.get(target, name, receiver);
        },
      });
    };
    const [one, two]: Variant[][] = [
      [deep(60), 1],
      [deep(60), 2],
    ];
    expect(sortKeys([two!, one!]).map((key) => (key as Variant[])[1])).toEqual([1, 2]);
    expect(looks).toBeLessThan(500);
  });

  it("many keys, too", () => {
    const keys = Array.from({ length: 300 }, (_, i) => (i * 7) % 301);
    expect(sortKeys(keys)).toEqual([...keys].sort((a, b) => a - b));
  });
});
