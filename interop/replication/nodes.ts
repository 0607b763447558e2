/** The nodes of interop/projects/replication-member, in TypeScript: same paths, same properties, same order. */

import {
  defineRpc,
  GodotDictionary,
  Int,
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  type ReplicationMode,
  replicate,
  SceneReplicationConfig,
  sync,
  type Variant,
  Vector2,
} from "godot-ws";

export function addSpawner(
  parent: Node,
  name: string,
  path: string,
  scenes: Record<string, new () => Node>,
): MultiplayerSpawner {
  const spawner = new MultiplayerSpawner(name);
  spawner.spawnPath = path;
  for (const [scene, Scene] of Object.entries(scenes))
    spawner.addSpawnableScene(`res://${scene}.tscn`, Scene);
  return parent.addChild(spawner);
}

/** A property of every kind: in the state that a spawned node begins with or not, and every mode. */
export class Unit extends Node {
  neverSpawn = 0;
  neverNo = 0;
  alwaysSpawn = 0;
  alwaysNo = 0;
  changeSpawn = 0;
  changeNo = 0;

  atReady: readonly number[] = [];
  states = 0;
  changes = 0;
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  constructor(name = "") {
    super(name);
    this.sync.synchronized.connect(() => this.states++);
    this.sync.deltaSynchronized.connect(() => this.changes++);
  }

  override ready(): void {
    this.atReady = this.values();
  }

  values(): number[] {
    const { neverSpawn, neverNo, alwaysSpawn, alwaysNo, changeSpawn, changeNo } = this;
    return [neverSpawn, neverNo, alwaysSpawn, alwaysNo, changeSpawn, changeNo];
  }

  setValues(from: number): this {
    this.neverSpawn = from;
    this.neverNo = from + 1;
    this.alwaysSpawn = from + 2;
    this.alwaysNo = from + 3;
    this.changeSpawn = from + 4;
    this.changeNo = from + 5;
    return this;
  }
}
replicate(Unit, {
  neverSpawn: sync(Int, { mode: "never" }),
  neverNo: sync(Int, { mode: "never", spawn: false }),
  alwaysSpawn: sync(Int),
  alwaysNo: sync(Int, { spawn: false }),
  changeSpawn: sync(Int, { mode: "on_change" }),
  changeNo: sync(Int, { mode: "on_change", spawn: false }),
});

/** One of many. */
export class Tile extends Node {
  place = new Vector2(0, 0);
  hp = 0;
  data: Variant = null;
  readonly heard: string[] = [];
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  constructor(name = "") {
    super(name);
    this.sync.replicationInterval = 0.05;
  }

  /** That of the nodes beside it, of which the sender need not tell. */
  override enterTree(): void {
    this.setMultiplayerAuthority(this.parent?.multiplayerAuthority ?? 1);
  }

  hello(text: string): void {
    this.heard.push(text);
  }
}
replicate(Tile, { place: sync(Vector2), hp: sync(Int, { mode: "on_change" }) });
defineRpc(Tile, "hello", { mode: "any_peer", args: [String] });

/** Not everybody sees it. */
export class Enemy extends Node {
  x = 0;
  readonly heard: string[] = [];
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  constructor(name = "") {
    super(name);
    this.sync.publicVisibility = false;
  }

  shout(text: string): void {
    this.heard.push(text);
  }
}
replicate(Enemy, { x: sync(Int, { mode: "on_change" }) });
defineRpc(Enemy, "shout", { args: [String] });

export class Inner extends Node {
  n = 0;
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));
}
replicate(Inner, { n: sync(Int, { mode: "on_change" }) });

/** With a spawner inside. */
export class Outer extends Node {
  readonly holder = this.addChild(new Node("Holder"));
  readonly spawner = addSpawner(this, "Spawner", "../Holder", { inner: Inner });

  override ready(): void {
    if (this.multiplayer.isServer) this.add("First", 1);
  }

  add(name: string, n: number): void {
    const inner = new Inner(name);
    inner.n = n;
    this.holder.addChild(inner);
  }
}

/** The server says where it is, and the client that it is named after where it aims. */
export class Player extends Node {
  place = new Vector2(0, 0);
  aim = new Vector2(0, 0);
  turn = 0;
  authorityAtReady = 0;
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));
  readonly input = this.addChild(new MultiplayerSynchronizer("Input"));

  constructor(name = "") {
    super(name);
    this.sync.replicationConfig = new SceneReplicationConfig().addProperty("place");
    this.input.replicationConfig = new SceneReplicationConfig()
      .addProperty("aim", { mode: "on_change" })
      .addProperty("turn", { spawn: false, type: Number });
  }

  override enterTree(): void {
    this.input.setMultiplayerAuthority(Number(this.name));
  }

  override ready(): void {
    this.authorityAtReady = this.input.multiplayerAuthority;
  }
}

/** With two synchronizers, of which not everybody sees the second. */
export class Twin extends Node {
  x = 0;
  y = 0;
  readonly first = this.addChild(new MultiplayerSynchronizer("First"));
  readonly second = this.addChild(new MultiplayerSynchronizer("Second"));

  constructor(name = "") {
    super(name);
    this.first.replicationConfig = new SceneReplicationConfig().addProperty("x", { mode: "on_change" });
    this.second.replicationConfig = new SceneReplicationConfig().addProperty("y", { mode: "on_change" });
    this.second.publicVisibility = false;
  }
}

class Below extends Node {
  position = new Vector2(0, 0);
}

/** Of which parts of properties are replicated, also below. */
export class Deep extends Node {
  place = new Vector2(0, 0);
  bag = new GodotDictionary<Variant, Variant>([
    ["a", 0],
    ["b", 0],
  ]);
  readonly below = this.addChild(new Below("Below"));
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  constructor(name = "") {
    super(name);
    this.sync.replicationConfig = new SceneReplicationConfig()
      .addProperty(".:place:x", { mode: "on_change", type: Number })
      .addProperty(".:bag:b")
      .addProperty("Below:position:y", { mode: "on_change", type: Number });
  }

  change(n: number): this {
    this.place = new Vector2(n, n);
    this.bag = new GodotDictionary<Variant, Variant>([
      ["a", n],
      ["b", n],
    ]);
    this.below.position = new Vector2(n, n);
    return this;
  }

  values(): Variant[] {
    return [this.place, this.bag, this.below.position];
  }
}

/** A node with any properties. */
export class Bare extends Node {
  [property: string]: unknown;
  data: Variant = null;

  static with(names: readonly string[], mode: ReplicationMode): Bare {
    const node = new Bare();
    const config = new SceneReplicationConfig();
    for (const name of names) {
      node[name] = null;
      config.addProperty(name, { mode });
    }
    node.addChild(new MultiplayerSynchronizer("Sync")).replicationConfig = config;
    return node;
  }
}

/** How members find and wait for each other. */
export class Game extends Node {
  onCalled: (method: "greet" | "reach", from: number, what: string) => void = () => {};

  greet(who: string): void {
    this.onCalled("greet", this.multiplayer.remoteSenderId, who);
  }

  reach(phase: string): void {
    this.onCalled("reach", this.multiplayer.remoteSenderId, phase);
  }
}
for (const method of ["greet", "reach"] as const)
  defineRpc(Game, method, { mode: "any_peer", args: [String] });
