import { expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { Synchronizer } from "../../src/multiplayer/synchronizer.ts";

test("brings replication into its tree, under Godot's name", () => {
  const { root } = new SceneTree();
  const node = root.addChild(new MultiplayerSynchronizer());
  expect([node.name, node instanceof Synchronizer, node.host !== undefined]).toEqual([
    "MultiplayerSynchronizer",
    true,
    true,
  ]);
  root.removeChild(node);
  expect(node.host).toBeUndefined();
});

test("without it there is none", () => {
  const { root } = new SceneTree();
  const node = root.addChild(new Synchronizer("Alone"));
  expect(node.host).toBeUndefined();
  root.addChild(new Node("Other"));
});
