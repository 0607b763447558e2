import { expect, it } from "vitest";
import { SceneResource } from "../../src/scene/scene-resource.ts";
import { GodotObject } from "../../src/variant/references.ts";

it("is an object that knows where it is from", () => {
  const inside = new SceneResource("Gradient", "g1", [["offset", 1]]);
  expect(inside).toBeInstanceOf(GodotObject);
  expect(inside).toMatchObject({ className: "Gradient", resourceId: "g1", resourcePath: "", uid: undefined });
  expect(inside.properties.get("offset")).toBe(1);
  const outside = SceneResource.external("Script", "1", "res://a.gd", "uid://a");
  expect(outside).toMatchObject({ resourceId: "1", resourcePath: "res://a.gd", uid: "uid://a" });
  expect([...outside.properties]).toEqual([["resource_path", "res://a.gd"]]);
});
