import { expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { Spawner } from "../../src/multiplayer/spawner.ts";

test("brings replication into its tree, under Godot's name", () => {
  const { root } = new SceneTree();
  const node = root.addChild(new MultiplayerSpawner());
  expect([node.name, node instanceof Spawner, node.host !== undefined]).toEqual([
    "MultiplayerSpawner",
    true,
    true,
  ]);
  root.removeChild(node);
  expect(node.host).toBeUndefined();
});

test("without it there is none", () => {
  const { root } = new SceneTree();
  const node = root.addChild(new Spawner("Alone"));
  expect(node.host).toBeUndefined();
  root.addChild(new Node("Other"));
});
