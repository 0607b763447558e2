// Replication while peers come and go: nothing is left of them, also when they go in the middle of something; and peers
// that do what they must not.

import { queryObjects } from "node:v8";
import { describe, expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, SceneReplicationConfig, sync } from "../../src/multiplayer/replication-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { MemoryMultiplayerPeer } from "../../src/peer/memory-multiplayer-peer.ts";
import { OfflineMultiplayerPeer } from "../../src/peer/offline-multiplayer-peer.ts";
import { Color } from "../../src/variant/color.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../../src/variant/matrices.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import {
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "../../src/variant/packed.ts";
import { AABB, Plane, Rect2, Rect2i } from "../../src/variant/rects.ts";
import { RID, StringName } from "../../src/variant/references.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../../src/variant/vectors.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { createWorld, Side } from "./world.ts";

class Hero extends Node {
  position = new Vector2();
  hp = 100;
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));
}
replicate(Hero, { position: sync(Vector2), hp: sync(Int, { mode: "on_change" }) });

/** The server's and one client's heroes, spawned, and one that is there from the start. */
class Main extends Node {
  readonly ours = this.addChild(new Node("Ours"));
  readonly theirs = this.addChild(new Node("Theirs"));
  readonly spawner = this.addChild(new MultiplayerSpawner("OurSpawner"));
  readonly fixed = this.addChild(new Hero("Fixed"));

  constructor() {
    super("Main");
    this.spawner.spawnPath = "../Ours";
    this.spawner.addSpawnableScene("res://hero.tscn", Hero);
  }

  /** A spawner whose word is that peer's. */
  addSpawnerOf(peer: number): MultiplayerSpawner {
    const spawner = new MultiplayerSpawner(`Of${peer}`);
    spawner.setMultiplayerAuthority(peer);
    spawner.spawnPath = "../Theirs";
    spawner.spawnFunction = () => new Hero(`Hero${peer}`);
    return this.addChild(spawner);
  }
}

/** Of all kinds that are alive. */
const countObjects = (): number => queryObjects(Object, { format: "count" });

test("of 400 peers that have come and gone nothing is left", () => {
  const clock = new VirtualClock();
  const server = new Side(MemoryMultiplayerPeer.createServer({ clock }));
  const main = server.add(new Main());
  for (let i = 0; i < 3; i++) main.ours.addChild(new Hero(`Hero${i}`));
  const shown = main.ours.addChild(new Hero("Shown"));
  shown.sync.publicVisibility = false;
  shown.sync.addVisibilityFilter(() => true);
  const visit = (): void => {
    const client = new Side(server.peer.createClient());
    const there = client.add(new Main());
    clock.runTurns();
    const spawners = [main, there].map((side) => side.addSpawnerOf(client.id));
    shown.sync.setVisibilityFor(client.id, true);
    spawners[1]!.spawn();
    clock.advance(50);
    expect([main.theirs.childCount, there.ours.childCount]).toEqual([1, 4]);
    spawners[0]!.free();
    client.peer.close();
    clock.runTurns();
    expect([main.theirs.childCount, server.troubles, client.troubles]).toEqual([0, [], []]);
  };
  for (let i = 0; i < 100; i++) visit();
  const before = countObjects();
  for (let i = 0; i < 400; i++) visit();
  // Whatever is kept of each peer is an object at least, and then there are 400 more.
  expect(countObjects() - before).toBeLessThan(200);
  expect(shown.sync.getVisibilityFor(300)).toBe(false);
});

describe("a peer that goes", () => {
  test("while a filter is asked about it is told nothing more, and others are", () => {
    const world = createWorld(3);
    const mains = [world.server, ...world.clients].map((side) => side.add(new Main()));
    const hero = mains[0]!.ours.addChild(new Hero("A"));
    let victim = 0;
    hero.sync.addVisibilityFilter((peer) => {
      if (peer === victim) world.server.multiplayer.disconnectPeer(peer);
      return true;
    });
    world.clock.advance(100);
    victim = 3;
    hero.hp = 7;
    world.clock.advance(100);
    expect(mains.slice(1).map((main) => main.ours.getNodeOrNull("A") instanceof Hero)).toEqual([
      true,
      false,
      true,
    ]);
    expect(mains[3]!.ours.getNode("A", Hero).hp).toBe(7);
    expect(world.server.multiplayer.peers).toEqual([2, 4]);
    expect(world.server.troubles).toEqual([]);
  });

  test("in the signal that its node came leaves no node", () => {
    const world = createWorld(1);
    const [main, there] = [world.server, ...world.clients].map((side) => side.add(new Main()));
    for (const side of [main, there]) side!.addSpawnerOf(2);
    main!
      .getNode("Of2", MultiplayerSpawner)
      .spawned.connect(() => world.server.multiplayer.disconnectPeer(2));
    there!.getNode("Of2", MultiplayerSpawner).spawn();
    world.clock.advance(100);
    expect([main!.theirs.childCount, world.server.multiplayer.peers]).toEqual([0, []]);
    // What it had sent by then.
    expect(world.server.troubles).toEqual(["2!unknown sender"]);
  });

  test("and whose program leaves in the middle of a spawn has what it had cleared away", () => {
    const world = createWorld(1);
    const [main, there] = [world.server, ...world.clients].map((side) => side.add(new Main()));
    there!.spawner.spawned.connect(() => {
      world.clients[0]!.multiplayer.multiplayerPeer = undefined;
    });
    main!.ours.addChild(new Hero("A"));
    main!.ours.addChild(new Hero("B"));
    world.clock.advance(100);
    expect([there!.ours.childCount, world.clients[0]!.troubles]).toEqual([0, []]);
  });
});

test("a server and a client in one tree, each with its own part, do not get into each other's way", () => {
  const clock = new VirtualClock();
  const tree = new SceneTree();
  const troubles: unknown[] = [];
  const addPart = (name: string, peer: MemoryMultiplayerPeer): Main => {
    const part = tree.root.addChild(new Node(name));
    const multiplayer = new SceneMultiplayer();
    tree.setMultiplayer(multiplayer, part.path);
    multiplayer.multiplayerPeer = peer;
    multiplayer.replicationRejected.connect((_, rejection) => troubles.push(rejection));
    multiplayer.replicationFailed.connect((failure) => troubles.push(failure));
    return part.addChild(new Main());
  };
  const peer = MemoryMultiplayerPeer.createServer({ clock });
  const [main, there] = [addPart("Server", peer), addPart("Client", peer.createClient())];
  main.ours.addChild(new Hero("A")).hp = 7;
  main.fixed.hp = 8;
  clock.advance(100);
  expect([there.ours.getNode("A", Hero).hp, there.fixed.hp]).toEqual([7, 8]);
  expect(troubles).toEqual([]);
  // A whole part goes, but its connection.
  tree.root.getNode("Client").free();
  main.ours.getNode("A", Hero).hp = 9;
  clock.advance(100);
  expect(main.ours.childCount).toBe(1);
  expect(troubles).toMatchObject([{ reason: "unknown net id" }]);
});

test("a game of one player becomes a server: who comes then gets the nodes that were there", () => {
  const clock = new VirtualClock();
  const tree = new SceneTree();
  const main = tree.root.addChild(new Main());
  main.ours.addChild(new Hero("A")).hp = 7;
  main.ours.addChild(new Hero("B")).free();
  const peer = MemoryMultiplayerPeer.createServer({ clock });
  tree.multiplayer.multiplayerPeer = peer;
  const client = new Side(peer.createClient());
  const there = client.add(new Main());
  clock.advance(100);
  expect(there.ours.children.map((node) => (node as Hero).hp)).toEqual([7]);
  tree.multiplayer.multiplayerPeer = new OfflineMultiplayerPeer(clock);
  main.ours.addChild(new Hero("C"));
  clock.advance(100);
  expect([main.ours.childCount, client.troubles]).toEqual([2, []]);
});

describe("a hostile client", () => {
  test("cannot spawn, despawn or sync what is the server's or another's", () => {
    const world = createWorld(2);
    const sides = [world.server, ...world.clients];
    const mains = sides.map((side) => side.add(new Main()));
    const [main, attacker] = mains as [Main, Main, Main];
    main.ours.addChild(new Hero("A"));
    world.clock.advance(100);
    // Its own tree says that all is its.
    attacker.setMultiplayerAuthority(2);
    attacker.ours.addChild(new Hero("Evil")).setMultiplayerAuthority(2);
    attacker.ours.getNode("A", Hero).hp = -1;
    attacker.fixed.hp = -1;
    world.clock.advance(200);
    expect(mains[0]!.ours.children.map(({ name }) => name)).toEqual(["A"]);
    expect(mains[2]!.ours.children.map(({ name }) => name)).toEqual(["A"]);
    for (const { fixed, ours } of [mains[0]!, mains[2]!])
      expect([fixed.hp, ours.getNode("A", Hero).hp]).toEqual([100, 100]);
    for (const { troubles } of [world.server, world.clients[1]!])
      expect(new Set(troubles.map((trouble) => trouble.split(":")[0]))).toEqual(new Set(["2!not allowed"]));
  });
});

test("every type of Godot's is a property's, spawned, sent always and on change", () => {
  const basis = new Basis(new Vector3(1, 2, 3), new Vector3(4, 5, 6), new Vector3(7, 8, 9));
  const values: unknown[] = [
    ...[null, true, 42, 2 ** 40, 1.5, new Float(2), "text", new StringName("name"), new NodePath("A/B:c")],
    ...[new Vector2(1, 2), new Vector2i(1, 2), new Rect2(new Vector2(1, 2), new Vector2(3, 4))],
    ...[new Rect2i(new Vector2i(1, 2), new Vector2i(3, 4)), new Vector3(1, 2, 3), new Vector3i(1, 2, 3)],
    ...[new Transform2D(new Vector2(1, 2), new Vector2(3, 4), new Vector2(5, 6)), new Vector4(1, 2, 3, 4)],
    ...[new Vector4i(1, 2, 3, 4), new Plane(new Vector3(1, 0, 0), 2), new Quaternion(0, 0, 0, 1)],
    ...[new AABB(new Vector3(1, 2, 3), new Vector3(4, 5, 6)), basis, new Transform3D(basis)],
    ...[
      new Projection(),
      new Color(1, 0.5, 0, 1),
      new RID(7n),
      new GodotDictionary([["a", [1]]]),
      [1, "a", []],
    ],
    ...[
      Uint8Array.of(1, 2),
      Int32Array.of(-1),
      BigInt64Array.of(5n),
      Float32Array.of(0.5),
      Float64Array.of(0.1),
    ],
    ...[PackedStringArray.pack(["a"]), PackedVector2Array.pack([new Vector2(1, 2)])],
    ...[PackedVector3Array.pack([new Vector3(1, 2, 3)]), PackedVector4Array.pack([new Vector4(1, 2, 3, 4)])],
    PackedColorArray.pack([new Color(1, 1, 1, 1)]),
  ];
  const config = new SceneReplicationConfig();
  for (const i of values.keys())
    config.addProperty(`a${i}`).addProperty(`b${i}`, { mode: "on_change", spawn: false });
  class Bag extends Node {
    constructor(given: readonly unknown[] = values.map(() => null)) {
      super("Bag");
      for (const [i, value] of given.entries()) Object.assign(this, { [`a${i}`]: value, [`b${i}`]: value });
      const synchronizer = this.addChild(new MultiplayerSynchronizer("Sync"));
      synchronizer.replicationConfig = config;
    }
  }
  const world = createWorld(1);
  const [main, there] = [world.server, ...world.clients].map((side) => side.add(new Main()));
  for (const { spawner } of [main!, there!]) spawner.addSpawnableScene("res://bag.tscn", Bag);
  main!.ours.addChild(new Bag(values));
  const got = (kind: string): unknown[] =>
    values.map((_, i) => Reflect.get(there!.ours.getNode("Bag"), `${kind}${i}`));
  world.settle();
  // A whole float comes as the number that it is.
  const expected = values.map((value) => (value instanceof Float ? value.value : value));
  expect(got("a")).toEqual(expected);
  world.clock.advance(100);
  expect(got("b")).toEqual(expected);
  expect([world.server.troubles, world.clients[0]!.troubles]).toEqual([[], []]);
});
