// Paths of nodes, as text and as parts.

import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { NodePath } from "../../src/variant/node-path.ts";

test.each([
  ["", [], [], false],
  ["a/b", ["a", "b"], [], false],
  ["/root/Main:position:x", ["root", "Main"], ["position", "x"], true],
  ["../A", ["..", "A"], [], false],
  [":x", [], ["x"], false],
  ["/", [], [], true],
  ["%Unique", ["%Unique"], [], false],
])("%s", (text, names, subnames, absolute) => {
  const path = new NodePath(text);
  expect([path.names, path.subnames, path.absolute]).toEqual([names, subnames, absolute]);
  expect(String(path)).toBe(text);
});

test("needless separators are dropped, as Godot does", () => {
  expect(String(new NodePath("a//b/"))).toBe("a/b");
  expect(String(new NodePath("//a"))).toBe("/a");
  expect(String(new NodePath("a:b:"))).toBe("a:b");
  expect(String(new NodePath(":"))).toBe("");
});

test("an empty subname is refused", () => {
  expect(() => new NodePath("a::b")).toThrow(UsageError);
});

test("of parts that the text form could not hold", () => {
  expect(NodePath.of(["A/B"]).names).toEqual(["A/B"]);
  expect(NodePath.of(["a"], ["b"], true).equals(new NodePath("/a:b"))).toBe(true);
  expect(NodePath.of(["A/B"]).equals(new NodePath("A/B"))).toBe(false);
});
