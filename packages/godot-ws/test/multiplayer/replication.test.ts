// Replication between sides of our own, from an added node to the same node elsewhere: what single parts do is tested
// with them.

import { describe, expect, test } from "vitest";
import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, SceneReplicationConfig, sync } from "../../src/multiplayer/replication-config.ts";
import { defineRpc } from "../../src/multiplayer/rpc-config.ts";
import { Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { createWorld, type Side, type World } from "./world.ts";

class Player extends Node {
  position = new Vector2();
  hp = 100;
  bag: unknown[] = [];
  label = "";
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));
  readonly log: string[] = [];

  override enterTree(): void {
    if (this.name === "Of2") this.sync.setMultiplayerAuthority(2);
  }

  override ready(): void {
    this.log.push(`ready at ${this.position} with ${this.hp}`);
    this.sync.synchronized.connect(() => this.log.push(`at ${this.position}`));
    this.sync.deltaSynchronized.connect(() => this.log.push(`hp ${this.hp} bag ${this.bag.length}`));
  }

  shout(): void {
    this.log.push(`shout of ${this.multiplayer.remoteSenderId}`);
  }

  news(): string[] {
    return this.log.splice(0);
  }
}

replicate(Player, {
  position: sync(Vector2),
  hp: sync(Int, { mode: "on_change" }),
  bag: sync(Array, { mode: "on_change", spawn: false }),
  label: sync(String, { mode: "never" }),
});
defineRpc(Player, "shout", { mode: "any_peer" });

class Room extends Node {
  readonly spawner = this.addChild(new MultiplayerSpawner("Spawner"));
  readonly inner = this.addChild(new Node("Inner"));

  constructor(name = "") {
    super(name);
    this.spawner.spawnPath = "../Inner";
    this.spawner.addSpawnableScene("res://player.tscn", Player);
  }
}

/** `/root/Main` with a spawner, and what it has done. */
class Main extends Node {
  readonly players = this.addChild(new Node("Players"));
  readonly spawner = this.addChild(new MultiplayerSpawner("Spawner"));
  readonly log: string[] = [];

  constructor() {
    super("Main");
    this.spawner.spawnPath = "../Players";
    this.spawner.addSpawnableScene("res://player.tscn", Player);
    this.spawner.addSpawnableScene("res://room.tscn", Room);
    this.spawner.spawnFunction = (data) => {
      const node = new Node("Custom");
      this.log.push(`made of ${JSON.stringify(data)}`);
      return node;
    };
    this.spawner.spawned.connect((node) => this.log.push(`spawned ${node.path}`));
    this.spawner.despawned.connect((node) => this.log.push(`despawned ${node.name}`));
  }

  news(): string[] {
    return this.log.splice(0);
  }
}

interface Game extends World {
  readonly sides: Side[];
  readonly mains: Main[];
  enter(): Main;
  /** Lets passes go by. */
  pass(count?: number): void;
}

function createGame(clientCount: number, options: SceneMultiplayerOptions = {}): Game {
  const world = createWorld(clientCount, options);
  const sides = [world.server, ...world.clients];
  const mains = sides.map((side) => side.add(new Main()));
  const enter = (): Main => {
    const side = world.join();
    sides.push(side);
    const main = side.add(new Main());
    mains.push(main);
    world.settle();
    return main;
  };
  const pass = (count = 3): void => world.clock.advance(count * 17);
  pass();
  return { ...world, sides, mains, enter, pass };
}

function playerOf(main: Main | undefined, name = "A"): Player {
  return main!.players.getNode(name, Player);
}

function addPlayer(main: Main, name: string, position = new Vector2()): Player {
  const player = new Player(name);
  player.position = position;
  return main.players.addChild(player);
}

const quiet = (game: Game): void =>
  expect(game.sides.map(({ troubles }) => troubles)).toEqual(game.sides.map(() => []));

describe("a spawned node", () => {
  test("appears at all clients, with its state before it is ready, and goes", () => {
    const game = createGame(2);
    const own = addPlayer(game.mains[0]!, "A", new Vector2(3, 4));
    game.settle();
    for (const main of game.mains.slice(1)) {
      expect(playerOf(main).news()[0]).toBe("ready at (3.0, 4.0) with 100");
      expect(main.news()).toEqual(["spawned /root/Main/Players/A"]);
    }
    own.free();
    game.settle();
    for (const main of game.mains.slice(1)) {
      expect(main.players.childCount).toBe(0);
      expect(main.news()).toEqual(["despawned A"]);
    }
    quiet(game);
  });

  test("made by a spawn function gets the argument", () => {
    const game = createGame(1);
    const node = game.mains[0]!.spawner.spawn({ a: [1, "x"] });
    expect(node.path).toBe("/root/Main/Players/Custom");
    game.settle();
    expect(game.mains[1]!.players.hasNode("Custom")).toBe(true);
    expect(game.mains[1]!.news().at(-1)).toBe("spawned /root/Main/Players/Custom");
    quiet(game);
  });

  test("and what is spawned below it reach those who come later, the outer one first", () => {
    const game = createGame(1);
    const room = game.mains[0]!.players.addChild(new Room("R"));
    room.inner.addChild(new Player("P"));
    game.settle();
    const late = game.enter();
    for (const main of [game.mains[1]!, late])
      expect(main.players.getNode("R/Inner/P", Player).news()[0]).toBe("ready at (0.0, 0.0) with 100");
    room.free();
    game.settle();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([0, 0, 0]);
    quiet(game);
  });

  test("whose inner one is there from the start is told of behind it", () => {
    const game = createGame(1);
    const room = new Room("R");
    room.inner.addChild(new Player("P"));
    game.mains[0]!.players.addChild(room);
    game.settle();
    expect(game.mains[1]!.players.getNode("R/Inner/P", Player).news()[0]).toMatch(/^ready/);
    quiet(game);
  });

  test("added before there is a connection reaches whoever comes", () => {
    const game = createGame(0);
    addPlayer(game.mains[0]!, "A", new Vector2(1, 1));
    expect(playerOf(game.enter()).news()[0]).toBe("ready at (1.0, 1.0) with 100");
    quiet(game);
  });

  test("counts against the limit, which is for spawn alone, as in Godot", () => {
    const game = createGame(1);
    const [main] = game.mains;
    main!.spawner.spawnLimit = 1;
    addPlayer(main!, "A");
    addPlayer(main!, "B");
    game.settle();
    expect(game.mains[1]!.players.children.map(({ name }) => name)).toEqual(["A", "B"]);
    expect(game.server.troubles).toEqual([]);
    expect(usageErrorOf(() => main!.spawner.spawn(1))).toBe("ERR_PARAMETER_RANGE_ERROR");
  });

  test("of a client's goes with the client", () => {
    const game = createGame(2);
    for (const { spawner } of game.mains) spawner.setMultiplayerAuthority(2);
    addPlayer(game.mains[1]!, "A").setMultiplayerAuthority(2);
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 1, 1]);
    game.clients[0]!.peer.close();
    game.settle();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([0, 1, 0]);
  });

  test("cannot be spawned by who is not the authority", () => {
    const game = createGame(1);
    expect(usageErrorOf(() => game.mains[1]!.spawner.spawn(1))).toBe("ERR_UNAUTHORIZED");
    addPlayer(game.mains[1]!, "A");
    game.pass();
    expect(game.mains[0]!.players.childCount).toBe(0);
  });
});

describe("states", () => {
  test("go out at each interval, and only changes of what is sent on change", () => {
    const game = createGame(1);
    const own = addPlayer(game.mains[0]!, "A");
    own.sync.replicationInterval = 0.1;
    game.pass(1);
    const other = playerOf(game.mains[1]);
    // The first delta has everything.
    expect(other.news()).toEqual(["ready at (0.0, 0.0) with 100", "at (0.0, 0.0)", "hp 100 bag 0"]);
    own.position = new Vector2(1, 2);
    game.clock.advance(205);
    expect(other.news()).toEqual(["at (1.0, 2.0)", "at (1.0, 2.0)"]);
    own.sync.replicationInterval = 1000;
    own.hp = 5;
    game.pass();
    own.bag.push(1, 2);
    game.pass();
    expect(other.news().filter((line) => line.startsWith("hp"))).toEqual(["hp 5 bag 0", "hp 5 bag 2"]);
    quiet(game);
  });

  test("come once for a node that is not spawned, when its path is confirmed", () => {
    const game = createGame(2);
    const fixed = game.sides.map((side) => side.add(new Player("Fixed")));
    fixed[0]!.position = new Vector2(9, 9);
    game.pass();
    for (const player of fixed.slice(1)) {
      expect(player.position).toEqual(new Vector2(9, 9));
      expect(player.sync.stamp).toBeGreaterThan(0x1_0000);
    }
    quiet(game);
  });

  test("of a client's synchronizer reach server and other clients; its authority can be handed over", () => {
    const game = createGame(2);
    const fixed = game.sides.map((side) => side.add(new Player("Fixed")));
    for (const player of fixed) player.sync.setMultiplayerAuthority(2);
    fixed[1]!.hp = 42;
    game.pass(6);
    expect(fixed.map(({ hp }) => hp)).toEqual([42, 42, 42]);
    for (const player of fixed) player.sync.setMultiplayerAuthority(1);
    fixed[0]!.hp = 7;
    game.pass(6);
    expect(fixed.map(({ hp }) => hp)).toEqual([7, 7, 7]);
    for (const { troubles } of game.sides)
      expect(troubles.filter((trouble) => !trouble.includes("not allowed"))).toEqual([]);
  });

  test("of a spawned node's synchronizer that another peer owns go by its path, to late joiners too", () => {
    const game = createGame(2);
    addPlayer(game.mains[0]!, "Of2");
    game.pass();
    playerOf(game.mains[1], "Of2").hp = 3;
    game.enter();
    game.pass(9);
    expect(game.mains.map((main) => playerOf(main, "Of2").hp)).toEqual([3, 3, 3, 3]);
    quiet(game);
  });

  test("too large for a packet are split, and one beyond the limit is reported once", () => {
    const game = createGame(1);
    const config = new SceneReplicationConfig().addProperty("label");
    const fixed = game.sides.map((side) =>
      Array.from({ length: 8 }, (_, i) => {
        const player = new Player(`P${i}`);
        player.sync.replicationConfig = config;
        return side.add(player);
      }),
    );
    for (const player of fixed[0]!) player.label = "x".repeat(600);
    game.pass();
    expect(fixed[1]!.map(({ label }) => label.length)).toEqual(Array(8).fill(600));
    fixed[0]![0]!.label = "y".repeat(1400);
    game.pass(9);
    expect(game.server.troubles).toEqual([
      "failed too large: /root/P0/Sync (its state has more than 1350 octets)",
    ]);
  });

  test("are encoded once for all peers, and not at all while nothing changes", () => {
    const game = createGame(5);
    addPlayer(game.mains[0]!, "A");
    game.pass(9);
    const packets: number[] = [];
    const { multicast } = game.server.peer;
    game.server.peer.multicast = (packet, targets): void => {
      packets.push([...targets].length);
      multicast.call(game.server.peer, packet, targets);
    };
    game.pass(3);
    expect(packets.length).toBeGreaterThanOrEqual(3);
    expect(new Set(packets)).toEqual(new Set([5]));
  });

  test("of a property that is not there, or is no value, are reported", () => {
    const game = createGame(1);
    const node = game.server.add(new Node("N"));
    const synchronizer = new MultiplayerSynchronizer("Sync");
    synchronizer.replicationConfig = new SceneReplicationConfig().addProperty("missing");
    node.addChild(synchronizer);
    game.clients[0]!.add(new Node("N")).addChild(new MultiplayerSynchronizer("Sync"));
    game.pass();
    expect(game.server.troubles).toEqual(["failed no such property: /root/N/Sync (.:missing is not there)"]);
  });
});

describe("visibility", () => {
  test("decides who has a spawned node, and who may be called about it", () => {
    const game = createGame(2);
    const own = new Player("A");
    own.sync.publicVisibility = false;
    game.mains[0]!.players.addChild(own);
    own.sync.setVisibilityFor(2, true);
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 1, 0]);
    own.rpc.shout();
    game.settle();
    expect(playerOf(game.mains[1]).news()).toContain("shout of 1");
    expect(usageErrorOf(() => own.rpcId(3).shout())).toBe("ERR_UNAUTHORIZED");
    own.sync.setVisibilityFor(2, false);
    own.sync.setVisibilityFor(3, true);
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 0, 1]);
    quiet(game);
  });

  test("by a filter is asked again at each pass, or only when told", () => {
    const game = createGame(2);
    const own = addPlayer(game.mains[0]!, "A");
    let hidden = 0;
    own.sync.addVisibilityFilter((peer) => peer !== hidden);
    game.pass();
    hidden = 3;
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 1, 0]);
    own.sync.visibilityUpdateMode = MultiplayerSynchronizer.VisibilityUpdateMode.VISIBILITY_PROCESS_NONE;
    hidden = 2;
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 1, 0]);
    own.sync.updateVisibility();
    game.pass();
    expect(game.mains.map((main) => main.players.childCount)).toEqual([1, 0, 1]);
    quiet(game);
  });

  test("takes what is below along, and brings it back", () => {
    const game = createGame(1);
    const room = new Room("R");
    const synchronizer = room.addChild(new MultiplayerSynchronizer("Sync"));
    game.mains[0]!.players.addChild(room);
    room.inner.addChild(new Player("P"));
    game.settle();
    synchronizer.publicVisibility = false;
    game.settle();
    expect(game.mains[1]!.players.childCount).toBe(0);
    synchronizer.publicVisibility = true;
    game.settle();
    expect(game.mains[1]!.players.hasNode("R/Inner/P")).toBe(true);
  });
});
