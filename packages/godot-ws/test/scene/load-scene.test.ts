import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { loadScene } from "../../src/scene/load-scene.ts";
import { golden, reader } from "./scene-golden.ts";

class Player extends Node {
  health = 100;
}
const scripts = { "player.gd": Player };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scenes-"));
  mkdirSync(join(folder, "game/levels"), { recursive: true });
  for (const [path, text] of Object.entries(golden.files)) writeFileSync(join(folder, "game", path), text);
  writeFileSync(
    join(folder, "game/levels/one.tscn"),
    '[gd_scene format=3]\n[node name="One" type="MultiplayerSpawner"]\n_spawnable_scenes = PackedStringArray("uid://cinherited01")\n',
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("loadScene", () => {
  it("builds the nodes from the game's own files", async () => {
    const scene = await loadScene(join(folder, "game/world.tscn"), { scripts });
    const tree = new SceneTree();
    const world = tree.root.addChild(scene.instantiate());
    expect(world.getNode("Players/Fixed", Player).health).toBe(75);
    expect(world.getNode("%Players").path).toBe("/root/World/Players");
    expect(scene.path).toBe("res://world.tscn");
  });

  it("takes the folder of the game as a path or URL", async () => {
    const game = join(folder, "game");
    for (const root of [game, `${game}/`, pathToFileURL(game), `${pathToFileURL(game)}`]) {
      for (const path of ["world.tscn", "res://world.tscn"]) {
        expect((await loadScene(path, { root })).path).toBe("res://world.tscn");
      }
    }
    expect((await loadScene(join(game, "levels/one.tscn"), { root: game })).path).toBe(
      "res://levels/one.tscn",
    );
    expect((await loadScene(`${pathToFileURL(game)}/world.tscn`)).path).toBe("res://world.tscn");
    await expect(loadScene("res://world.tscn")).rejects.toThrow(UsageError);
  });

  it("finds the folder by its project.godot, and scenes by uid", async () => {
    writeFileSync(join(folder, "game/project.godot"), "config_version=5\n");
    const scene = await loadScene(join(folder, "game/levels/one.tscn"));
    expect(scene.path).toBe("res://levels/one.tscn");
    expect(scene.spawnerOf(scene.description).spawnableScenes).toEqual(["res://inherited.tscn"]);
  });

  it("reads through a function", async () => {
    for (const path of ["res://nested.tscn", "nested.tscn"]) {
      const scene = await loadScene(path, { read: reader(), scripts });
      expect(scene.instantiate().getNode("Arena/Elite1", Player).health).toBe(250);
    }
    const text =
      '[gd_scene format=3]\n[node name="A" type="Node"]\n_spawnable_scenes = PackedStringArray("uid://b")\n';
    const files = {
      "a.tscn": text,
      "b.tscn": '[gd_scene format=3 uid="uid://b"]\n[node name="B" type="Node"]\n',
    };
    await expect(loadScene("a.tscn", { read: reader(files) })).rejects.toThrow("no scene has uid://b");
    const list = () => Promise.resolve(["b.tscn"]);
    const scene = await loadScene("a.tscn", { read: reader(files), list });
    expect(scene.sceneAt("res://b.tscn").instantiate().name).toBe("B");
  });

  it("rejects for what is missing, malformed, or no scene", async () => {
    await expect(loadScene(join(folder, "none.tscn"))).rejects.toThrow(UsageError);
    await expect(loadScene("config.tres", { read: reader() })).rejects.toThrow("config.tres is no scene");
    await expect(loadScene("a.glb", { read: reader() })).rejects.toThrow("a.glb is no scene");
    await expect(loadScene("a.tscn", { read: reader({ "a.tscn": "[gd_scene" }) })).rejects.toThrow(DataError);
  });
});
