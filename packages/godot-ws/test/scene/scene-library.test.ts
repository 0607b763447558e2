import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.ts";
import { SceneLibrary } from "../../src/scene/scene-library.ts";
import { SceneResource } from "../../src/scene/scene-resource.ts";
import { golden, libraryWith, reader } from "./scene-golden.ts";

const head = "[gd_scene format=3]\n";
const node = '[node name="A" type="Node"]\n';

function spawner(...scenes: string[]): string {
  return `${head}[node name="A" type="MultiplayerSpawner"]\n_spawnable_scenes = PackedStringArray(${scenes.map((scene) => `"${scene}"`).join(", ")})\n`;
}

describe("SceneLibrary", () => {
  it("reads all scenes and configs that a scene refers to, each once", async () => {
    const read: string[] = [];
    const library = new SceneLibrary({
      read: (path) => {
        read.push(path);
        return reader()(path);
      },
      list: () => Promise.reject(new Error("not asked")),
    });
    await library.load("res://nested.tscn");
    await library.load("res://arena.tscn");
    expect(read.sort()).toEqual([
      "arena.tscn",
      "bullet.tscn",
      "config.tres",
      "inherited.tscn",
      "nested.tscn",
      "player.tscn",
    ]);
    expect(library.fileOf("res://bullet.tscn")?.nodes[0]?.name).toBe("Bullet");
    expect(() => library.fileOf("res://types.tscn")).toThrow(UsageError);
  });

  it("gives a shared config its properties, and leaves others as they are", async () => {
    const library = await libraryWith("player.tscn");
    const external = SceneResource.external("SceneReplicationConfig", "3", "res://config.tres");
    expect(library.resourceOf(external).properties.size).toBe(12);
    const inside = new SceneResource("Gradient", "1", []);
    expect(library.resourceOf(inside)).toBe(inside);
    const script = SceneResource.external("Script", "1", "res://player.gd");
    expect(library.resourceOf(script)).toBe(script);
  });

  it("finds scenes by uid: told by a reference, or by a look at all scenes", async () => {
    const told = await libraryWith("inherited.tscn");
    expect(told.pathOf("uid://cunknown0001")).toBe("res://bullet.tscn");
    expect(told.pathOf("res://any.tscn")).toBe("res://any.tscn");
    expect(() => told.pathOf("uid://none")).toThrow(UsageError);
    const others = {
      "a.tscn": spawner("uid://b1", "uid://b2"),
      "sub/b.tscn": `; uid="uid://b3"\n[gd_scene format=3 uid="uid://b1"]\n${node}`,
      "c.tscn": `[gd_scene load_steps=2 format=3 uid="uid://b2"]\n${node}`,
    };
    const library = await libraryWith("a.tscn", others);
    expect(library.pathOf("uid://b1")).toBe("res://sub/b.tscn");
    expect(library.fileOf("res://c.tscn")?.uid).toBe("uid://b2");
    await expect(libraryWith("a.tscn", { "a.tscn": spawner("uid://none") })).rejects.toThrow(
      "no scene has uid://none",
    );
  });

  it("takes models as unknown, and refuses binary scenes", async () => {
    const external = (path: string): string =>
      `${head}[ext_resource type="PackedScene" path="res://${path}" id="1"]\n${node}`;
    const library = await libraryWith("a.tscn", { "a.tscn": external("x.glb") });
    expect(library.fileOf("res://x.glb")).toBeUndefined();
    await expect(libraryWith("a.tscn", { "a.tscn": external("x.scn") })).rejects.toThrow(/x.scn is binary/);
    await expect(libraryWith("a.tscn", { "a.tscn": external("x.res") })).rejects.toThrow(/x.res is binary/);
  });

  it("rejects for files that are missing, malformed, or outside", async () => {
    const missing = await libraryWith("none.tscn").catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(UsageError);
    expect((missing as UsageError).message).toContain("res://none.tscn cannot be read");
    expect((missing as UsageError).cause).toBeInstanceOf(Error);
    const malformed = await libraryWith("a.tscn", { "a.tscn": `${head}[other]` }).catch(
      (error: unknown) => error,
    );
    expect(malformed).toBeInstanceOf(DataError);
    expect(malformed).toMatchObject({ line: 2, path: "res://a.tscn" });
    await expect(libraryWith("a.tscn", { "a.tscn": spawner("res://../b.tscn") })).rejects.toThrow(
      /out of the game/,
    );
    await expect(libraryWith("a.tscn", { "a.tscn": spawner("user://b.tscn") })).rejects.toThrow(
      /does not begin/,
    );
  });

  it("reads no more files than it may", async () => {
    const library = (maxFiles: number) =>
      new SceneLibrary({ read: reader(), list: () => Promise.resolve([]), maxFiles });
    await library(6).load("res://nested.tscn");
    await expect(library(5).load("res://nested.tscn")).rejects.toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
    expect(Object.keys(golden.files)).toHaveLength(8);
  });
});
