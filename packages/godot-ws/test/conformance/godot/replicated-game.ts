// The game of the recorded replication session: its nodes, what each side was told to do, and what it printed.

import { MultiplayerSpawner } from "../../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../../src/multiplayer/node.ts";
import { SceneReplicationConfig } from "../../../src/multiplayer/replication-config.ts";
import { defineRpc } from "../../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../../src/multiplayer/scene-tree.ts";
import { Color } from "../../../src/variant/color.ts";
import type { TypeToken } from "../../../src/variant/conversion.ts";
import { GodotDictionary } from "../../../src/variant/dictionary.ts";
import { NodePath } from "../../../src/variant/node-path.ts";
import { printText } from "../../../src/variant/printed-text.ts";
import { varToStr } from "../../../src/variant/var-to-str.ts";
import type { Variant } from "../../../src/variant/variant.ts";
import { Vector2 } from "../../../src/variant/vectors.ts";
import type { FakeTransport } from "../../multiplayer/fake-transport.ts";

/** Everything that a side has printed. */
type Print = (line: string) => void;

type Entry = readonly [path: string, spawn: boolean, mode: 0 | 1 | 2, type?: TypeToken];

function addSync(parent: Node, name: string, entries: readonly Entry[], intervals: readonly number[] = []) {
  const sync = new MultiplayerSynchronizer(name);
  const config = new SceneReplicationConfig();
  for (const [path, spawn, mode, type] of entries)
    config.addProperty(path, { spawn, mode, ...(type === undefined ? {} : { type }) });
  sync.replicationConfig = config;
  sync.replicationInterval = intervals[0] ?? 0;
  sync.deltaInterval = intervals[1] ?? 0;
  return parent.addChild(sync);
}

const onOneLine = (value: Variant): string => varToStr(value).replace(/\n/g, " ");

class Node2D extends Node {
  position = new Vector2(0, 0);
  rotation = 0;
  visible = true;
  print: Print = () => {};
}

class Player extends Node2D {
  hp = 100;
  mana = 0.1;
  label = "spawn only";
  inv = new GodotDictionary<Variant, Variant>([["sword", 1]]);
  np = new NodePath("A/Bcd:e");
  inputDir = new Vector2(0, 0);
  jump = false;
  readonly child = this.addChild(new Node2D("Child"));
  readonly sync = addSync(
    this,
    "Sync",
    [
      [".:position", true, 1],
      [".:hp", true, 2],
      [".:label", true, 0],
      [".:rotation", false, 1, Number],
      [".:mana", false, 2, Number],
      [".:inv", true, 2],
      [".:np", true, 0],
      ["Child:position:x", true, 2, Number],
    ],
    [0.2, 0.1],
  );
  readonly inputSync = addSync(
    this,
    "InputSync",
    [
      [".:input_dir", false, 1],
      [".:jump", true, 2],
    ],
    [0.25, 0.25],
  );

  override enterTree(): void {
    this.inputSync.setMultiplayerAuthority(Number(this.name));
  }

  override ready(): void {
    const { name, position, hp, mana, label, inv, np } = this;
    const authorities = `auth ${this.multiplayerAuthority} sync_auth ${this.inputSync.multiplayerAuthority}`;
    this.print(
      `player ready ${name} pos ${printText(position)} hp ${hp} mana ${mana} label ${label} inv ${printText(inv)} np ${np} ${authorities}`,
    );
    this.sync.deltaSynchronized.connect(() =>
      this.print(`delta ${name} hp ${this.hp} mana ${this.mana} inv ${printText(this.inv)}`),
    );
  }
}

class Enemy extends Node2D {
  kind = "orc";
  readonly sync = addSync(this, "Sync", [
    [".:position", true, 2],
    [".:kind", true, 0],
  ]);

  constructor(name = "") {
    super(name);
    this.sync.publicVisibility = false;
  }

  override ready(): void {
    this.print(`enemy ready ${this.name} kind ${this.kind} pos ${printText(this.position)}`);
  }

  shout(x: Variant): void {
    this.print(`enemy shout ${x}`);
  }
}
defineRpc(Enemy, "shout", {});

class Fast extends Node2D {
  readonly sync = addSync(this, "Sync", [[".:position", true, 1]]);
}

class Plain extends Node {}

class Owned extends Node2D {
  tint = new Color(1, 0.5, 0.25);
  readonly sync = addSync(
    this,
    "Sync",
    [
      [".:position", true, 1],
      [".:tint", true, 2],
    ],
    [0.2],
  );

  override enterTree(): void {
    this.setMultiplayerAuthority(Number(this.name));
  }

  override ready(): void {
    this.print(
      `owned ready ${this.path} authority ${this.multiplayerAuthority} pos ${printText(this.position)} tint ${printText(this.tint)}`,
    );
  }
}

class Bag extends Node {
  always = "";
  onchange = "";
  arr = new Uint8Array(0);
}

/** p00 to p63. */
class Wide extends Node {
  [property: `p${number}`]: number;

  static readonly names = Array.from({ length: 64 }, (_, i) => `p${`${i}`.padStart(2, "0")}`);
}

export class Game {
  readonly multiplayer = new SceneMultiplayer();
  readonly main = new SceneTree({ multiplayer: this.multiplayer }).root.addChild(new Node("Main"));
  readonly printed: string[] = [];
  readonly troubles: string[] = [];
  readonly ids: readonly number[];

  constructor(ids: readonly number[]) {
    this.ids = ids;
    this.#build();
    this.multiplayer.packetRejected.connect((_, fault) => this.troubles.push(fault));
    this.multiplayer.rpcRejected.connect((_, { reason, path }) => this.troubles.push(`${reason}: ${path}`));
    this.multiplayer.replicationRejected.connect((_, { reason, path }) =>
      this.troubles.push(`${reason}: ${path}`),
    );
    this.multiplayer.replicationFailed.connect(({ reason, path }) =>
      this.troubles.push(`${reason}: ${path}`),
    );
  }

  #build(): void {
    const { main } = this;
    for (const name of ["Players", "Custom", "ByClient"]) main.addChild(new Node(name));
    const print: Print = (line) => this.printed.push(line);
    this.#addSpawner("PlayerSpawner", "../Players", {
      player: Player,
      enemy: Enemy,
      fast: Fast,
      plain: Plain,
    });
    const custom = this.#addSpawner("CustomSpawner", "../Custom", {});
    custom.spawnFunction = (data) => {
      print(`custom_spawn data ${onOneLine(data)}`);
      const node = new Node2D();
      addSync(node, "Sync", [[".:position", true, 2]], [0, 0.1]);
      return node;
    };
    this.#addSpawner("ClientSpawner", "../ByClient", { fast: Fast, owned: Owned });
    addSync(
      main.addChild(new Node2D("Static")),
      "Sync",
      [
        [".:position", true, 1],
        [".:visible", true, 2],
        [".:name", false, 0],
      ],
      [0.3, 0.2],
    );
    for (let i = 0; i < 8; i++) {
      const entries: Entry[] = [
        [".:always", true, 1],
        [".:onchange", true, 2],
        [".:arr", true, 2],
      ];
      addSync(main.addChild(new Bag(`Bag${i}`)), "Sync", entries, [1, 0.5]).publicVisibility = false;
    }
    const wide = main.addChild(new Wide("Wide"));
    Object.assign(wide, Object.fromEntries(Wide.names.map((name) => [name, 0])));
    const entries = Wide.names.map((name): Entry => [`.:${name}`, true, 2]);
    addSync(wide, "Sync", entries, [0.5, 0.3]).publicVisibility = false;
  }

  #addSpawner(name: string, path: string, scenes: Record<string, new () => Node>): MultiplayerSpawner {
    const spawner = new MultiplayerSpawner(name);
    spawner.spawnPath = path;
    for (const [scene, Scene] of Object.entries(scenes)) {
      spawner.addSpawnableScene(`res://${scene}.tscn`, () => this.create(Scene));
    }
    const className = (node: Node): string => (node instanceof Node2D ? "Node2D" : "Node");
    spawner.spawned.connect((node) =>
      this.printed.push(`spawned ${node.path} by ${name} class ${className(node)}`),
    );
    spawner.despawned.connect((node) => this.printed.push(`despawned ${node.name} by ${name}`));
    return this.main.addChild(spawner);
  }

  create<Type extends Node>(Scene: new () => Type): Type {
    const node = new Scene();
    node.sceneFilePath = `res://${Scene.name.toLowerCase()}.tscn`;
    if (node instanceof Node2D) node.print = (line) => this.printed.push(line);
    return node;
  }

  readonly begin = (transport: FakeTransport): void => {
    this.multiplayer.multiplayerPeer = transport;
  };

  get id(): number {
    return this.multiplayer.uniqueId;
  }

  get players(): Player[] {
    return this.main.getNode("Players").children.filter((node) => node instanceof Player);
  }

  add<Type extends Node2D>(
    parent: string,
    Scene: new () => Type,
    name: string,
    change: (node: Type) => void,
  ) {
    const node = this.create(Scene);
    if (name !== "") node.name = name;
    change(node);
    this.main.getNode(parent).addChild(node);
  }

  /** A step: `hp`, `spawn_player 0`. */
  step(text: string): void {
    const [name = "", ...args] = text.split(" ");
    const step = steps[name];
    if (step === undefined) throw new Error(`there is no step ${name}`);
    step(this, ...args);
  }
}

const enemyOf = ({ main }: Game): Enemy => main.getNode("Players/Enemy1", Enemy);
const bagsOf = ({ main }: Game): Bag[] => Array.from({ length: 8 }, (_, i) => main.getNode(`Bag${i}`, Bag));
const syncOf = (node: Node): MultiplayerSynchronizer => node.getNode("Sync", MultiplayerSynchronizer);
const ownPlayer = ({ main, id }: Game): Player => main.getNode(`Players/${id}`, Player);

const steps: Record<string, (game: Game, ...args: string[]) => void> = {
  spawn_player: (game, k) =>
    game.add("Players", Player, `${game.ids[Number(k)]}`, (player) => {
      player.position = new Vector2(10 * Number(k), 5);
      player.hp = 90 + Number(k);
    }),
  spawn_plain({ main }) {
    for (const name of ["Plain", "Plain2"]) {
      const plain = new Plain(name);
      plain.sceneFilePath = "res://plain.tscn";
      main.getNode("Players").addChild(plain);
    }
  },
  // Godot gives it a name with "@", and then refuses to spawn it. Here it would get another one.
  spawn_autoname() {},
  spawn_fast: (game) => game.add("Players", Fast, "", () => {}),
  free: ({ main }, name) => main.getNode(`Players/${name}`).free(),
  free_player: ({ main, ids }, k) => main.getNode(`Players/${ids[Number(k)]}`).free(),
  // What came out of it after so many frames.
  move_on() {},
  move_off(game) {
    for (const [i, player] of game.players.entries()) player.position = new Vector2(48 + 10 * i, 29);
  },
  hp(game) {
    for (const player of game.players) player.hp--;
  },
  two_deltas(game) {
    for (const player of game.players) {
      player.hp = 5_000_000_000;
      player.mana += 0.25;
      player.inv = new GodotDictionary<Variant, Variant>([
        ["sword", 2],
        ["n", [1, 2]],
      ]);
    }
  },
  child(game) {
    for (const { child } of game.players) child.position = new Vector2(child.position.x + 3, 0);
  },
  spawn_enemy: (game) =>
    game.add("Players", Enemy, "Enemy1", (enemy) => {
      enemy.kind = "troll";
    }),
  enemy_show: (game, k) => enemyOf(game).sync.setVisibilityFor(game.ids[Number(k)]!, true),
  enemy_hide: (game, k) => enemyOf(game).sync.setVisibilityFor(game.ids[Number(k)]!, false),
  enemy_move(game) {
    const enemy = enemyOf(game);
    enemy.position = new Vector2(enemy.position.x + 1, 0);
  },
  enemy_shout: (game) => enemyOf(game).rpc.shout("boo"),
  // With a filter against the second: in Godot it has no effect, since it lets 0 through, here it would.
  enemy_filter(game) {
    enemyOf(game).sync.publicVisibility = true;
  },
  custom({ main }) {
    const data = [
      5,
      "str",
      new GodotDictionary([["a", 1]]),
      [1, 2.5],
      Uint8Array.of(1, 2, 3),
      null,
      new Vector2(1, 2),
      true,
    ];
    for (const value of data) main.getNode("CustomSpawner", MultiplayerSpawner).spawn(value);
  },
  custom_free: ({ main }) => main.getNode("Custom").children[0]?.free(),
  custom_move({ main }) {
    (main.getNode("Custom").children[1] as Node2D).position = new Vector2(7, 8);
  },
  static_move({ main }) {
    const node = main.getNode("Static", Node2D);
    node.position = new Vector2(node.position.x + 1, 0);
    node.visible = !node.visible;
  },
  bags_show(game, k, count) {
    for (const bag of bagsOf(game).slice(0, Number(count)))
      syncOf(bag).setVisibilityFor(game.ids[Number(k)]!, true);
  },
  bags_hide(game, k) {
    for (const bag of bagsOf(game)) syncOf(bag).setVisibilityFor(game.ids[Number(k)]!, false);
  },
  bags_fill(game, length) {
    for (const bag of bagsOf(game)) bag.always = "x".repeat(Number(length));
  },
  bags_delta(game, length) {
    for (const [i, bag] of bagsOf(game).entries()) bag.onchange = "abcdefgh"[i]!.repeat(Number(length));
  },
  bag_delta_both(game) {
    Object.assign(bagsOf(game)[0]!, { onchange: "both", arr: Uint8Array.of(1, 2, 3, 4, 5) });
  },
  bag_arr_only(game) {
    bagsOf(game)[0]!.arr = Uint8Array.of(9);
  },
  wide_show: ({ main, ids }) => syncOf(main.getNode("Wide")).setVisibilityFor(ids[0]!, true),
  wide_change: ({ main }) => Object.assign(main.getNode("Wide"), { p00: 1, p31: 2, p32: 3, p63: 4 }),
  wide_change63: ({ main }) => Object.assign(main.getNode("Wide"), { p63: 99 }),
  dmtu({ multiplayer }, octets) {
    multiplayer.maxDeltaPacketSize = Number(octets);
  },
  client_spawner: ({ main, ids }, k) =>
    main.getNode("ClientSpawner").setMultiplayerAuthority(ids[Number(k)]!),
  all_client_spawner: ({ main, ids }, k) =>
    main.getNode("ClientSpawner").setMultiplayerAuthority(ids[Number(k)]!),
  c_become_spawner: ({ main, id }) => main.getNode("ClientSpawner").setMultiplayerAuthority(id),
  c_spawn: (game) =>
    game.add("ByClient", Fast, "FromClient", (fast) => {
      fast.position = new Vector2(3, 4);
      fast.sync.replicationInterval = 0.4;
    }),
  c_spawn_owned: (game) =>
    game.add("ByClient", Owned, `${game.id}`, (owned) => {
      owned.position = new Vector2(6, 7);
    }),
  c_tint_owned({ main, id }) {
    main.getNode(`ByClient/${id}`, Owned).tint = new Color(1, 0, 0);
  },
  c_despawn_owned: ({ main, id }) => main.getNode(`ByClient/${id}`).free(),
  c_despawn: ({ main }) => main.getNode("ByClient/FromClient").free(),
  c_input(game, x) {
    ownPlayer(game).inputDir = new Vector2(Number(x), 0);
  },
  c_jump(game) {
    const player = ownPlayer(game);
    player.jump = !player.jump;
  },
  c_dump({ main, printed }) {
    for (const parent of ["Players", "Custom", "ByClient"]) {
      for (const node of main.getNode(parent).children)
        printed.push(`have ${node.path} ${node instanceof Node2D ? printText(node.position) : ""}`);
    }
  },
  // The connection's end is in the recording.
  close() {},
  quit() {},
};
