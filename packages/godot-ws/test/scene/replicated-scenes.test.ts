// A game's own files are enough for replication: both sides are made of them, and nothing of spawners, synchronizers and
// their configurations is said again.

import { expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, sync } from "../../src/multiplayer/replication-config.ts";
import { loadScene } from "../../src/scene/load-scene.ts";
import type { PackedScene } from "../../src/scene/packed-scene.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { createWorld } from "../multiplayer/world.ts";

const files: Readonly<Record<string, string>> = {
  "world.tscn": `[gd_scene load_steps=2 format=3 uid="uid://cworld000001"]

[ext_resource type="PackedScene" uid="uid://cplayer00001" path="res://player.tscn" id="1"]

[node name="World" type="Node2D"]

[node name="Players" type="Node2D" parent="."]
unique_name_in_owner = true

[node name="Spawner" type="MultiplayerSpawner" parent="."]
_spawnable_scenes = PackedStringArray("res://coin.tscn", "uid://cplayer00001")
spawn_path = NodePath("%Players")
spawn_limit = 3

[node name="Boss" parent="." instance=ExtResource("1")]
health = 500
`,
  "player.tscn": `[gd_scene load_steps=3 format=3 uid="uid://cplayer00001"]

[ext_resource type="Script" path="res://player.gd" id="1"]
[ext_resource type="SceneReplicationConfig" path="res://hand.tres" id="2"]

[sub_resource type="SceneReplicationConfig" id="own"]
properties/0/path = NodePath(".:position")
properties/0/spawn = true
properties/0/replication_mode = 1
properties/1/path = NodePath(".:max_health")
properties/1/spawn = true
properties/1/replication_mode = 0
properties/2/path = NodePath(".:health")
properties/2/spawn = false
properties/2/replication_mode = 2
properties/3/path = NodePath(".:speed")
properties/3/spawn = true
properties/3/replication_mode = 2

[node name="Player" type="CharacterBody2D"]
script = ExtResource("1")
max_health = 300

[node name="Hand" type="Marker2D" parent="."]

[node name="Sync" type="MultiplayerSynchronizer" parent="."]
replication_config = SubResource("own")
delta_interval = 0.5

[node name="HandSync" type="MultiplayerSynchronizer" parent="."]
root_path = NodePath("../Hand")
replication_interval = 0.25
replication_config = ExtResource("2")
public_visibility = false
`,
  "hand.tres": `[gd_resource type="SceneReplicationConfig" format=3]

[resource]
properties/0/path = NodePath(":rotation")
properties/0/spawn = true
properties/0/replication_mode = 1
`,
  "coin.tscn": `[gd_scene format=3]\n\n[node name="Coin" type="Node2D"]\n`,
};

class Player extends Node {
  position = new Vector2();
  maxHealth = 100;
  health = 100;
  speed: number | Float = 1;
  readonly log: string[] = [];

  override ready(): void {
    this.log.push(`ready at ${this.position} with ${this.maxHealth}`);
  }
}
// Only what the files do not say: types.
replicate(Player, { speed: sync(Float), health: sync(Int) });

class Hand extends Node {
  rotation = 0;
}

function load(): Promise<PackedScene> {
  return loadScene("res://world.tscn", {
    scripts: { "player.gd": Player },
    types: { Marker2D: Hand },
    read: (path) => Promise.resolve(files[path]!),
  });
}

test("a server and its clients, all of the same files", async () => {
  const scene = await load();
  const game = createWorld(2);
  const sides = [game.server, ...game.clients];
  const worlds = sides.map((side) => side.add(scene.instantiate()));
  const players = worlds.map((world) => world.getNode("%Players"));
  const at = (side: number, name: string): Player => players[side]!.getNode(name, Player);

  // Spawned, by a factory of the scene's own, with what belongs to the beginning.
  const own = scene.sceneAt("res://player.tscn").instantiate() as Player;
  own.name = "A";
  own.position = new Vector2(3, 4);
  own.maxHealth = 150;
  players[0]!.addChild(own);
  players[0]!.addChild(scene.sceneAt("res://coin.tscn").instantiate());
  game.settle();
  for (const side of [1, 2]) {
    expect(players[side]!.children.map(({ name }) => name)).toEqual(["A", "Coin"]);
    expect(at(side, "A").log).toEqual(["ready at (3.0, 4.0) with 150"]);
    expect([at(side, "A").health, at(side, "A").sceneFilePath]).toEqual([100, "res://player.tscn"]);
  }
  expect(worlds.map((world) => world.getNode("Boss", Player).health)).toEqual([500, 500, 500]);

  // Synchronized at the files' intervals: always, on change, and the instanced one that was there from the start.
  game.clock.advance(100);
  own.position = new Vector2(5, 6);
  own.health = 20;
  worlds[0]!.getNode("Boss", Player).position = new Vector2(1, 1);
  game.clock.advance(100);
  for (const side of [1, 2]) {
    expect(at(side, "A").position).toEqual(new Vector2(5, 6));
    expect(at(side, "A").health).toBe(100);
    expect(worlds[side]!.getNode("Boss", Player).position).toEqual(new Vector2(1, 1));
  }
  game.clock.advance(500);
  expect([1, 2].map((side) => at(side, "A").health)).toEqual([20, 20]);

  // Visibility as in the file: nobody sees the hand but who is shown it.
  const hand = own.getNode("HandSync", MultiplayerSynchronizer);
  own.getNode("Hand", Hand).rotation = 0.5;
  hand.setVisibilityFor(3, true);
  game.clock.advance(300);
  expect([1, 2].map((side) => at(side, "A").getNode("Hand", Hand).rotation)).toEqual([0, 0.5]);
  expect(sides.map(({ troubles }) => troubles)).toEqual([[], [], []]);
});

test("whole numbers go out as float where the class says so, and as int where nobody does", async () => {
  const scene = await load();
  const game = createWorld(1);
  const packets: string[] = [];
  const { multicast } = game.server.peer;
  game.server.peer.multicast = (packet, targets): void => {
    packets.push(Buffer.from(packet).toString("hex"));
    multicast.call(game.server.peer, packet, targets);
  };
  const [world] = [game.server, ...game.clients].map((side) => side.add(scene.instantiate()));
  const player = scene.sceneAt("res://player.tscn").instantiate() as Player;
  player.speed = 2;
  world!.getNode("%Players").addChild(player);
  game.settle();
  // max_health 300 as int, speed 2 as float: of 32 bits, as Godot has it.
  expect(packets.find((packet) => packet.startsWith("0401"))).toMatch(/422c010300000000000040$/);
  const spawner = world!.getNode("Spawner", MultiplayerSpawner);
  expect([spawner.sceneIndexOf(player), spawner.spawnLimit]).toEqual([1, 3]);
});
