import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import type { NodeDescription } from "../../src/scene/node-description.ts";
import { type NodeMaking, PackedScene } from "../../src/scene/packed-scene.ts";
import { Color } from "../../src/variant/color.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { golden, libraryWith, rowsOf, type TreeNode } from "./scene-golden.ts";

class Player extends Node {
  health = 100;
  label = "";
  position = new Vector2(0, 0);
  friend: Node | null = null;
  friends: Node[] = [];
  bullet: PackedScene | undefined;
}

class Sprite extends Node {
  modulate = new Color(1, 1, 1, 1);
}

async function sceneAt(path: string, making: NodeMaking = {}, others = {}): Promise<PackedScene> {
  return new PackedScene(`res://${path}`, await libraryWith(path, others), making);
}

async function build(properties: string, making: NodeMaking): Promise<Node> {
  const text = `[gd_scene format=3]\n[node name="A" type="Node2D"]\n${properties}`;
  return (await sceneAt("a.tscn", making, { "a.tscn": text })).instantiate();
}

function* walk<N extends { children: readonly N[] }>(node: N): Generator<N> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

function pathTo(root: Node, node: Node): string {
  return node === root
    ? "."
    : node.parent === root
      ? node.name
      : `${pathTo(root, node.parent!)}/${node.name}`;
}

function expectSpawner(scene: PackedScene, description: NodeDescription, node: Node, row: TreeNode): void {
  const scenes = row.scenes!;
  expect(scene.spawnerOf(description)).toEqual({
    // Ways to unique names are written out.
    spawnPath: row.spawn_path === "%Unique" ? "../Unique" : row.spawn_path,
    spawnLimit: row.spawn_limit,
    spawnableScenes: scenes,
  });
  const spawner = node as MultiplayerSpawner;
  expect(spawner).toBeInstanceOf(MultiplayerSpawner);
  expect(spawner.spawnNode?.name).toBe(row.spawn_path === "%Unique" ? "Unique" : "Players");
  expect(spawner.spawnLimit).toBe(row.spawn_limit);
  expect(scenes.map((_, index) => spawner.getSpawnableScene(index))).toEqual(scenes);
  expect(spawner.instantiate(0).sceneFilePath).toBe(scenes[0]);
  expect(spawner.sceneIndexOf(spawner.instantiate(1))).toBe(1);
}

function expectSynchronizer(
  scene: PackedScene,
  description: NodeDescription,
  node: Node,
  row: TreeNode,
): void {
  const { replicationConfig, ...rest } = scene.synchronizerOf(description);
  // ":a" is ".:a".
  const wanted = row.config?.map(([at, ...how]) => [at.replace(/^:/, ".:"), ...how]);
  expect(replicationConfig && rowsOf(replicationConfig)).toEqual(wanted);
  expect(rest).toEqual({
    rootPath: row.root_path,
    replicationInterval: row.intervals![0],
    deltaInterval: row.intervals![1],
    publicVisibility: row.public,
    visibilityUpdateMode: row.mode,
  });
  const synchronizer = node as MultiplayerSynchronizer;
  expect(synchronizer).toBeInstanceOf(MultiplayerSynchronizer);
  expect(synchronizer).toMatchObject(rest);
  expect(rowsOf(synchronizer.replicationConfig!)).toEqual(wanted);
}

describe("PackedScene", () => {
  for (const [path, rows] of Object.entries(golden.trees)) {
    it(`makes the nodes of ${path} as Godot does`, async () => {
      const scene = await sceneAt(path, { scripts: { "player.gd": Player } });
      const root = scene.instantiate();
      const nodes = [...walk(root)];
      expect(
        nodes.map((node) => ({
          path: pathTo(root, node),
          owner: node.owner === undefined ? "" : pathTo(root, node.owner),
          unique: node.uniqueNameInOwner,
        })),
      ).toEqual(rows.map(({ path: at, owner, unique }) => ({ path: at, owner, unique })));
      for (const [i, row] of rows.entries()) {
        const node = nodes[i]!;
        expect(node instanceof Player).toBe(row.script === "res://player.gd");
        if (!(node instanceof Player)) continue;
        expect({
          health: node.health,
          label: node.label,
          friend: pathTo(root, node.friend!),
          friends: node.friends.map((friend) => pathTo(root, friend)),
          bullet: node.bullet?.path,
          position: [node.position.x, node.position.y],
        }).toEqual({
          health: row.health,
          label: row.label,
          friend: pathTo(root, node.getNode(row.friend!)),
          friends: row.friends!.map((friend) => pathTo(root, node.getNode(friend))),
          bullet: row.bullet,
          position: row.position,
        });
      }
    });

    it(`tells the spawners and synchronizers of ${path} what they are told in Godot`, async () => {
      const scene = await sceneAt(path);
      const nodes = [...walk(scene.instantiate())];
      for (const [i, description] of [...walk<NodeDescription>(scene.description)].entries()) {
        if (rows[i]!.class === "MultiplayerSpawner") expectSpawner(scene, description, nodes[i]!, rows[i]!);
        if (rows[i]!.class === "MultiplayerSynchronizer")
          expectSynchronizer(scene, description, nodes[i]!, rows[i]!);
      }
    });
  }

  it("makes nodes by script, by type, or as it is told", async () => {
    const asked: string[] = [];
    const scene = await sceneAt("player.tscn", {
      scripts: { "res://player.gd": Player },
      types: { Sprite2D: Sprite, Node2D: Sprite, constructor: Player },
      createNode: (description, of) => {
        asked.push(`${of.path} ${description.name}`);
        return description.name === "Body" ? new Player() : undefined;
      },
    });
    const root = scene.instantiate();
    expect(root).toBeInstanceOf(Player);
    expect(root.getNode("Body")).toBeInstanceOf(Player);
    expect(root.getNode("Body/Sprite", Sprite).modulate).toEqual(new Color(1, 0.5, 0.25, 1));
    expect(root.getNode("Sync")).toBeInstanceOf(MultiplayerSynchronizer);
    expect(root.sceneFilePath).toBe("res://player.tscn");
    expect(root.getNode("Body").sceneFilePath).toBe("");
    expect(asked).toEqual(
      ["Player", "Body", "Sprite", "Sync", "InputSync"].map((name) => `res://player.tscn ${name}`),
    );
    expect(root.getNode("%Sprite")).toBe(root.getNode("Body/Sprite"));
    expect(scene.instantiate()).not.toBe(root);
  });

  it("sets fields that the class has, by their names here", async () => {
    class Fields extends Node {
      spawnPoint = 0;
      _hidden = 0;
      seen = 0;
      missing: Node | null | undefined;
      set maxSpeed(speed: number) {
        this.seen = speed;
      }
      get readOnly(): number {
        return 1;
      }
      jump(): void {}
    }
    const node = (await build(
      'spawn_point = 5\n_hidden = 6\nmax_speed = 7\nread_only = 8\njump = 9\nother = 10\nname = "X"\nready = 1\nconstructor = 1\n__proto__ = 1\n',
      { types: { Node2D: Fields } },
    )) as Fields;
    expect(node).toMatchObject({ spawnPoint: 5, _hidden: 6, seen: 7, readOnly: 1, name: "A" });
    expect(node.jump).toBeTypeOf("function");
    expect("other" in node).toBe(false);
    expect(node.constructor).toBe(Fields);
    expect(Object.getPrototypeOf(node)).toBe(Fields.prototype);
  });

  it("gives null for a node that is not there", async () => {
    class Seeker extends Node {
      target: Node | null | undefined;
    }
    const text =
      '[gd_scene format=3]\n[node name="A" type="Node" node_paths=PackedStringArray("target")]\ntarget = NodePath("None")\n';
    const scene = await sceneAt("a.tscn", { types: { Node: Seeker } }, { "a.tscn": text });
    expect((scene.instantiate() as Seeker).target).toBeNull();
  });

  it("gives other scenes of the game, each as one object", async () => {
    const scene = await sceneAt("world.tscn", { scripts: { "player.gd": Player } });
    const player = scene.sceneAt("res://player.tscn");
    expect(player.instantiate()).toBeInstanceOf(Player);
    expect(scene.sceneAt("res://player.tscn")).toBe(player);
    expect(player.sceneAt("res://world.tscn")).toBe(scene);
    expect(scene.state.nodes[0]?.name).toBe("World");
    expect(() => scene.sceneAt("res://types.tscn")).toThrow(UsageError);
  });

  it("gives no path where a unique name is none", async () => {
    const text =
      '[gd_scene format=3]\n[node name="A" type="MultiplayerSpawner"]\nspawn_path = NodePath("%None")\nspawn_limit = "x"\n';
    const scene = await sceneAt("a.tscn", {}, { "a.tscn": text });
    expect(scene.spawnerOf(scene.description)).toEqual({ spawnPath: "", spawnLimit: 0, spawnableScenes: [] });
  });

  it("refuses names that no node can have", async () => {
    const text = '[gd_scene format=3]\n[node name="A.b" type="Node"]\n';
    const scene = await sceneAt("a.tscn", {}, { "a.tscn": text });
    expect(() => scene.instantiate()).toThrow(UsageError);
  });
});
