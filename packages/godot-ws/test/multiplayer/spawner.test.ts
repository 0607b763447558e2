import { describe, expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { FakeSide } from "./replicated.ts";

class Hero extends Node {}
class Wizard extends Hero {}

describe("scenes", () => {
  test("have numbers in the order in which they were added", () => {
    const spawner = new MultiplayerSpawner("S");
    spawner.addSpawnableScene("res://a.tscn");
    spawner.addSpawnableScene("res://b.tscn", Hero);
    expect(spawner.spawnableSceneCount).toBe(2);
    expect([0, 1].map((index) => spawner.getSpawnableScene(index))).toEqual(["res://a.tscn", "res://b.tscn"]);
    expect(usageErrorOf(() => spawner.getSpawnableScene(2))).toBe("ERR_INVALID_PARAMETER");
    spawner.clearSpawnableScenes();
    expect(spawner.spawnableSceneCount).toBe(0);
  });

  test("are at most 255: one more number is taken", () => {
    const spawner = new MultiplayerSpawner("S");
    for (let i = 0; i < 255; i++) spawner.addSpawnableScene(`res://${i}.tscn`);
    expect(usageErrorOf(() => spawner.addSpawnableScene("res://x.tscn"))).toBe("ERR_PARAMETER_RANGE_ERROR");
  });

  test("are made by a class or a function, by number or path", () => {
    const spawner = new MultiplayerSpawner("S");
    spawner.addSpawnableScene("res://a.tscn");
    spawner.addSpawnableScene("res://b.tscn", Hero);
    spawner.addSpawnableScene("res://c.tscn", () => {
      const node = new Node();
      node.sceneFilePath = "res://own.tscn";
      return node;
    });
    const made = spawner.instantiate("res://b.tscn");
    expect(made).toBeInstanceOf(Hero);
    expect(made.sceneFilePath).toBe("res://b.tscn");
    expect(spawner.instantiate(2).sceneFilePath).toBe("res://own.tscn");
    for (const scene of [0, 3, "res://x.tscn"])
      expect(usageErrorOf(() => spawner.instantiate(scene))).toBe("ERR_INVALID_PARAMETER");
  });

  test("are known by the path of their file, or by exactly their class", () => {
    const spawner = new MultiplayerSpawner("S");
    spawner.addSpawnableScene("res://hero.tscn", Hero);
    spawner.addSpawnableScene("res://tree.tscn");
    const tree = new Node();
    tree.sceneFilePath = "res://tree.tscn";
    const other = new Hero();
    other.sceneFilePath = "res://other.tscn";
    expect(
      [new Hero(), tree, new Wizard(), other, new Node()].map((node) => spawner.sceneIndexOf(node)),
    ).toEqual([0, 1, -1, -1, -1]);
  });
});

describe("spawn", () => {
  test("gives the node, added, which may have any name that is free", () => {
    const side = new FakeSide(1, []);
    side.spawner.spawnFunction = (data) => new Node(String(data));
    expect(side.spawner.spawn("A").path).toBe("/root/World/A");
    expect(usageErrorOf(() => side.spawner.spawn("A"))).toBe("ERR_ALREADY_IN_USE");
    expect(side.spawner.spawn("B").path).toBe("/root/World/B");
  });

  test("is refused outside of a tree, without a function, for others, and for what is no value or no new node", () => {
    const alone = new MultiplayerSpawner("S");
    expect(usageErrorOf(() => alone.spawn())).toBe("ERR_UNCONFIGURED");
    const side = new FakeSide(1, []);
    expect(usageErrorOf(() => side.spawner.spawn())).toBe("ERR_UNCONFIGURED");
    side.spawner.spawnFunction = () => new Node("A");
    expect(usageErrorOf(() => side.spawner.spawn((() => 1) as never))).toMatch(/^ERR_/);
    side.spawner.spawnFunction = () => side.world;
    expect(usageErrorOf(() => side.spawner.spawn())).toBe("ERR_INVALID_PARAMETER");
    side.spawner.spawnFunction = () => undefined as never;
    expect(usageErrorOf(() => side.spawner.spawn())).toBe("ERR_INVALID_PARAMETER");
    side.spawner.setMultiplayerAuthority(2);
    expect(usageErrorOf(() => side.spawner.spawn())).toBe("ERR_UNAUTHORIZED");
    expect(side.world.childCount).toBe(0);
  });

  test("stops at the limit, and goes on when one is gone", () => {
    const side = new FakeSide(1, []);
    side.spawner.spawnFunction = (data) => new Node(String(data));
    side.spawner.spawnLimit = 1;
    const first = side.spawner.spawn("A");
    expect(side.spawner.isFull).toBe(true);
    expect(usageErrorOf(() => side.spawner.spawn("B"))).toBe("ERR_PARAMETER_RANGE_ERROR");
    first.free();
    expect(side.spawner.isFull).toBe(false);
    side.spawner.spawn("B");
  });
});

test("the spawn node is found by a path, also a NodePath, that may change", () => {
  const side = new FakeSide(1, [2]);
  const other = side.root.addChild(new Node("Other"));
  expect(side.spawner.spawnNode).toBe(side.world);
  side.spawner.spawnPath = new NodePath("/root/Other");
  expect([side.spawner.spawnPath, side.spawner.spawnNode]).toEqual(["/root/Other", other]);
  side.spawner.addSpawnableScene("res://x.tscn", Hero);
  side.world.addChild(new Hero("A"));
  expect(side.news()).toEqual([]);
  other.addChild(new Hero("A"));
  expect(side.news()).toHaveLength(1);
});
