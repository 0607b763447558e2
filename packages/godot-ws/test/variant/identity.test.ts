// Which values are one key, and which are two.

import { describe, expect, test } from "vitest";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { identityOf } from "../../src/variant/identity.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { PackedStringArray, PackedVector2Array } from "../../src/variant/packed.ts";
import { GodotObject, GodotSignal, RID, StringName } from "../../src/variant/references.ts";
import { Vector2, Vector2i } from "../../src/variant/vectors.ts";

const same: readonly (readonly [unknown, unknown])[] = [
  [1, int(1)],
  [1, 1n],
  [2n ** 60n, int(2n ** 60n)],
  [1.5, float(1.5)],
  [2 ** 60, float(2 ** 60)],
  [-0, float(0)],
  [float(0), float(-0)],
  [Number.NaN, float(Number.NaN)],
  ["a", new StringName("a")],
  ["\0a", new StringName("\0a")],
  ["long".repeat(99), new StringName("long".repeat(99))],
  [`\0${"long".repeat(99)}`, new StringName(`\0${"long".repeat(99)}`)],
  [
    ["long".repeat(99), 1],
    [new StringName("long".repeat(99)), int(1)],
  ],
  [new Vector2(0.1, 0), new Vector2(Math.fround(0.1), -0)],
  [new Vector2(Number.NaN, 1), new Vector2(Number.NaN, 1)],
  [new NodePath("a:b"), new NodePath("a:b")],
  [new RID(5), new RID(5n)],
  [new GodotSignal("s", 5), new GodotSignal("s", 5)],
  [
    [1, ["a"]],
    [1, [new StringName("a")]],
  ],
  [Uint8Array.of(1, 2), Buffer.from([1, 2])],
  [Float32Array.of(0, 1), Float32Array.of(-0, 1)],
  [PackedStringArray.pack(["a"]), PackedStringArray.pack(["a"])],
  [
    new GodotDictionary([
      [1, 2],
      [3, 4],
    ]),
    new GodotDictionary([
      [3, 4],
      [1, 2],
    ]),
  ],
];

const different: readonly (readonly [unknown, unknown])[] = [
  [1, float(1)],
  [0, -0],
  [1, "1"],
  [1, true],
  [null, false],
  [null, "null"],
  [2n ** 60n, 2 ** 60],
  [-(2n ** 53n), -(2 ** 53)],
  ["a", "\0a"],
  ["\0sa", "a"],
  [float(1), "\0f1"],
  [new Vector2(1, 2), new Vector2i(1, 2)],
  [new Vector2(1, 2), new Vector2(1, 2.1)],
  [["ab"], ["a", "b"]],
  [[`${"a".repeat(99)}b`], [`${"a".repeat(99)}c`]],
  [Uint8Array.from({ length: 99 }), Uint8Array.from({ length: 100 })],
  [
    ["a", ["b"]],
    [["a"], "b"],
  ],
  [[1], [float(1)]],
  [Int32Array.of(1), Float32Array.of(1)],
  [Float32Array.of(1), Float64Array.of(1)],
  [PackedStringArray.pack(["a"]), ["a"]],
  [new NodePath("a/b"), NodePath.of(["a/b"])],
  [new NodePath("a"), "a"],
  [GodotObject.fromId(5), GodotObject.fromId(5)],
  [new PackedVector2Array(Float32Array.of(1, 2)), Float32Array.of(1, 2)],
];

describe("one key", () => {
  test.each(same)("%o and %o", (a, b) => {
    expect(identityOf(a)).toStrictEqual(identityOf(b));
    expect(new Map([[identityOf(a), 1]]).has(identityOf(b))).toBe(true);
  });
});

describe("two keys", () => {
  test.each(different)("%o and %o", (a, b) => {
    expect(new Map([[identityOf(a), 1]]).has(identityOf(b))).toBe(false);
  });
});

test("arrays that hold one object are one key, of two objects two", () => {
  const object = GodotObject.fromId(5);
  expect(identityOf([object])).toBe(identityOf([object]));
  expect(identityOf([object])).not.toBe(identityOf([GodotObject.fromId(5)]));
});

test("numbers become texts, which hash differently in each process", () => {
  expect([1, -5, 1.5, 2n ** 60n, Number.NaN].map((number) => typeof identityOf(number))).toEqual(
    new Array(5).fill("string"),
  );
});

test("what is kept for a large key is short", () => {
  const keys = [new Uint8Array(10_000), new Array(10_000).fill("text"), [new Uint8Array(10_000)]];
  for (const key of keys) expect(String(identityOf(key)).length).toBeLessThan(64);
});

test("what is known is not put together again", () => {
  const known = new Map<object, string>();
  const inner = new Array(100).fill(1);
  const middle = [inner];
  const before = identityOf(middle, known);
  inner.push(2);
  expect(identityOf(middle, known)).toBe(before);
  expect(identityOf(middle)).not.toBe(before);
});
