import { expect, it } from "vitest";
import { readReplicationConfig, readSpawnableScenes } from "../../src/scene/replication-description.ts";
import { parseSceneFile } from "../../src/scene/scene-file.ts";
import { SceneResource } from "../../src/scene/scene-resource.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { PackedStringArray } from "../../src/variant/packed.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { golden, rowsOf } from "./scene-golden.ts";

function config(...properties: [string, Variant][]): SceneResource {
  return new SceneResource("SceneReplicationConfig", "", properties);
}

it("reads a config as Godot does", () => {
  const file = parseSceneFile(golden.files["config.tres"]!);
  expect(rowsOf(readReplicationConfig(file.resource!))).toEqual(golden.resources["config.tres"]);
});

it("knows the switches of 4.0", () => {
  const path = new NodePath(".:a");
  const modeOf = (...properties: [string, Variant][]): number =>
    readReplicationConfig(config(["properties/0/path", path], ...properties)).propertyGetReplicationMode(
      path,
    );
  expect(modeOf()).toBe(1);
  expect(modeOf(["properties/0/sync", false])).toBe(0);
  expect(modeOf(["properties/0/sync", false], ["properties/0/watch", true])).toBe(2);
  expect(modeOf(["properties/0/watch", false])).toBe(1);
  expect(modeOf(["properties/0/replication_mode", 9])).toBe(1);
});

it("passes over what has no path before it", () => {
  const list = readReplicationConfig(
    config(
      ["properties/0/spawn", false],
      ["properties/1/path", new NodePath(".:late")],
      ["properties/0/path", "no path"],
      ["properties/0/path", new NodePath(".:a")],
      ["properties/1/path", new NodePath(".:a")],
      ["properties/1/path", new NodePath("")],
      ["properties/1/spawn", false],
      ["properties/x/spawn", false],
      ["script", null],
    ),
  );
  expect(rowsOf(list)).toEqual([[".:a", true, 1]]);
});

it("reads the scenes of a spawner", () => {
  const scenes = (value: Variant) => readSpawnableScenes(new Map([["_spawnable_scenes", value]]));
  expect(scenes(PackedStringArray.of("res://a.tscn", "uid://b") as PackedStringArray)).toEqual([
    "res://a.tscn",
    "uid://b",
  ]);
  expect(scenes(["res://a.tscn", 5])).toEqual(["res://a.tscn"]);
  expect(scenes("res://a.tscn")).toEqual([]);
  expect(readSpawnableScenes(new Map())).toEqual([]);
});
