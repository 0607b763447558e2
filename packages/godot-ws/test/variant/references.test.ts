// Values that name something.

import { expect, test } from "vitest";
import { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "../../src/variant/references.ts";

test("ids are signed or unsigned as scripts see them", () => {
  expect(new RID(-1n).id).toBe(2n ** 64n - 1n);
  expect(GodotObject.fromId(2n ** 63n).id).toBe(-(2n ** 63n));
  expect(new GodotSignal("x", 2n ** 64n - 1n).objectId).toBe(-1n);
});

test("an object is an id, or class and properties", () => {
  const whole = new GodotObject("Node", [["name", "Main"]]);
  expect(whole.id).toBeUndefined();
  expect(whole.properties.get("name")).toBe("Main");
  expect(GodotObject.fromId(5).className).toBe("EncodedObjectAsID");
});

test("equality", () => {
  expect(new StringName("a").equals(new StringName("a"))).toBe(true);
  expect(new StringName("a").equals("a")).toBe(false);
  expect(new RID(5).equals(new RID(5n))).toBe(true);
  expect(new GodotSignal("a", 1).equals(new GodotSignal("a", 2))).toBe(false);
  expect(new GodotCallable().equals(new GodotCallable())).toBe(true);
});

test("printed as Godot prints them", () => {
  expect(String(new StringName("x"))).toBe("x");
  expect(String(new RID(5))).toBe("RID(5)");
  expect(String(new GodotCallable())).toBe("null::null");
  expect(String(new GodotSignal())).toBe("null::[signal]");
});
