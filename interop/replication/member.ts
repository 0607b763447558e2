/**
 * A member of the game of interop/projects/replication-member in TypeScript, server or client: its nodes, how it comes
 * in, and who has got how far. What it does then is in script.ts.
 */

import {
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  type ReplicationFailure,
  type ReplicationMode,
  type ReplicationRejection,
  SceneTree,
  type Variant,
} from "godot-ws";
import { isSame, SessionMember, stepSeconds, until } from "../harness/session-member.ts";
import { valuesReceived, valuesToSend } from "../rpc/member.ts";
import { addSpawner, Bare, Deep, Enemy, Game, Outer, Player, Tile, Twin, Unit } from "./nodes.ts";

export const bags = 8;
const wide = 64;

const valueNames = valuesToSend.map((_, i) => `v${i}`);
export const wideNames = Array.from({ length: wide }, (_, i) => `p${String(i).padStart(2, "0")}`);

export class Member extends SessionMember {
  readonly main = new SceneTree({ multiplayer: this.multiplayer }).root.addChild(new Node("Main"));
  readonly game = this.main.addChild(new Game("Game"));
  readonly spawned: string[] = [];
  readonly despawned: string[] = [];
  /** Of `synchronized` and `deltaSynchronized`, by node. */
  readonly counts = new Map<string, number>();
  readonly rejections: ReplicationRejection[] = [];
  readonly failures: ReplicationFailure[] = [];
  readonly #reached = new Map<string, number[]>();
  #beats = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(name: string, members: readonly string[], url: string) {
    super(name, members, url);
    this.game.onCalled = (method, from, what) => {
      if (method === "greet") this.ids.set(what, from);
      else this.#reached.set(what, [...(this.#reached.get(what) ?? []), from]);
    };
    this.#buildSpawners();
    this.#buildStatic();
    this.#listen();
  }

  #listen(): void {
    const { multiplayer, troubles } = this;
    multiplayer.peerConnected.connect((id) => this.game.rpcId(id).greet(this.name));
    multiplayer.replicationRejected.connect((_, rejection) => this.rejections.push(rejection));
    multiplayer.replicationFailed.connect((failure) => this.failures.push(failure));
    multiplayer.rpcRejected.connect((id, { path, reason }) => troubles.push(`${id}: ${path}, ${reason}`));
  }

  // ---- nodes ----

  #buildSpawners(): void {
    for (const parent of ["World", "Custom", "ByClient", "Limited"]) this.main.addChild(new Node(parent));
    const scenes = {
      unit: Unit,
      tile: Tile,
      enemy: Enemy,
      outer: Outer,
      player: Player,
      twin: Twin,
      deep: Deep,
    };
    this.#addSpawner("Spawner", "../World", scenes);
    this.#addSpawner("ClientSpawner", "../ByClient", { tile: Tile });
    const limited = this.#addSpawner("LimitedSpawner", "../Limited", { tile: Tile });
    limited.spawnLimit = 3;
    limited.spawnFunction = makeCustom;
    this.#addSpawner("CustomSpawner", "../Custom", {}).spawnFunction = makeCustom;
  }

  #addSpawner(name: string, path: string, scenes: Record<string, new () => Node>): MultiplayerSpawner {
    const spawner = addSpawner(this.main, name, path, scenes);
    spawner.spawned.connect((node) => this.spawned.push(node.name));
    spawner.despawned.connect((node) => this.despawned.push(node.name));
    return spawner;
  }

  #buildStatic(): void {
    this.addStatic("Beat", ["n"], "on_change");
    this.addStatic("Types", valueNames, "on_change");
    this.addStatic("Wide", wideNames, "on_change");
    for (let i = 0; i < bags; i++) {
      this.addStatic(`Bag${i}`, ["text"], "always");
      this.addStatic(`Chest${i}`, ["text"], "on_change");
    }
    this.addStatic("Fast", ["n"], "always");
    this.addStatic("Slow", ["n"], "always").replicationInterval = 0.2;
    this.addStatic("FastChange", ["n"], "on_change");
    this.addStatic("SlowChange", ["n"], "on_change").deltaInterval = 0.2;
    this.addStatic("Ball", ["x"], "on_change");
    this.addStatic("Secret", ["x"], "always").publicVisibility = false;
  }

  addStatic(name: string, properties: readonly string[], mode: ReplicationMode): MultiplayerSynchronizer {
    const node = Bare.with(properties, mode);
    node.name = name;
    const sync = syncOf(node);
    const count = (): void => void this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    sync.synchronized.connect(count);
    sync.deltaSynchronized.connect(count);
    this.main.addChild(node);
    return sync;
  }

  set isTicking(isTicking: boolean) {
    clearInterval(this.#ticker);
    if (!isTicking) return;
    this.#ticker = setInterval(() => {
      for (const name of ["Fast", "Slow", "FastChange", "SlowChange"]) {
        const node = this.bare(name);
        node["n"] = Number(node["n"] ?? 0) + 1;
      }
    }, 5);
  }

  bare(name: string): Bare {
    return this.main.getNode(name, Bare);
  }

  spawner(name: string): MultiplayerSpawner {
    return this.main.getNode(name, MultiplayerSpawner);
  }

  children(parent: string): Node[] {
    return this.main.getNode(parent).children;
  }

  spawn<Type extends Node>(node: Type, change: (node: Type) => void = () => {}, parent = "World"): Type {
    change(node);
    return this.main.getNode(parent).addChild(node);
  }

  world<Type extends Node>(name: string, type: new (name?: string) => Type): Type {
    return this.main.getNode(`World/${name}`, type);
  }

  hasWorld(name: string): boolean {
    return this.main.hasNode(`World/${name}`);
  }

  // ---- coming in ----

  override close(): void {
    this.isTicking = false;
    super.close();
  }

  forget(): void {
    this.ids.clear();
    this.#reached.clear();
    this.spawned.length = 0;
  }

  // ---- waiting for each other ----

  /** Tells the others that we are through with a phase, and waits until all of them are. */
  async allReach(phase: string): Promise<void> {
    const names = [...this.ids.keys()];
    for (const name of names) this.game.rpcId(this.idOf(name)).reach(phase);
    await this.reachedBy(phase, names);
  }

  async reachedBy(phase: string, names: readonly string[]): Promise<void> {
    const reached = this.#reached;
    await this.reached(
      phase,
      names,
      (name) => reached.get(phase)?.includes(this.ids.get(name) ?? 0) ?? false,
    );
  }

  /** What the server has changed before has come when this has, and what has not then never will. */
  async beat(): Promise<void> {
    const n = ++this.#beats;
    const node = this.bare("Beat");
    if (this.isServer) node["n"] = n;
    else if (!(await until(() => node["n"] === n, stepSeconds))) this.check(`beat ${n}`, false);
  }
}

export const syncOf = (node: Node): MultiplayerSynchronizer => node.getNode("Sync", MultiplayerSynchronizer);

/** A number makes a tile with so many hp; anything else a node with a value of each type. */
export function makeCustom(data: Variant): Tile | Bare {
  if (typeof data !== "number") {
    const node = Bare.with(valueNames, "never");
    node.data = data;
    return node;
  }
  const tile = new Tile();
  tile.hp = data;
  tile.data = data;
  return tile;
}

export function setValues(node: Node): void {
  Object.assign(node, Object.fromEntries(valuesToSend.map((value, i) => [`v${i}`, value])));
}

/** Empty when it has them all. */
export function differenceOf(node: Node): string {
  const wrong = valuesReceived.findIndex((value, i) => !isSame((node as Bare)[`v${i}`], value));
  return wrong < 0 ? "" : `v${wrong}: ${JSON.stringify((node as Bare)[`v${wrong}`])}`;
}
