/**
 * A member of the game of interop/projects/replication-member in TypeScript, server or client: its nodes, how it comes
 * in, and who has got how far. What it does then is in script.ts.
 */

import {
  GodotWsError,
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  type ReplicationFailure,
  type ReplicationMode,
  type ReplicationRejection,
  SceneMultiplayer,
  SceneTree,
  type Variant,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import type { Check } from "../harness/engine.ts";
import { isSame, until, valuesReceived, valuesToSend } from "../rpc/member.ts";
import { addSpawner, Bare, Deep, Enemy, Game, Outer, Player, Tile, Twin, Unit } from "./nodes.ts";

export const serverName = "server";
export const serverId = 1;
export const joiningSeconds = 20;
export const bags = 8;
const stepSeconds = 15;
const wide = 64;

const valueNames = valuesToSend.map((_, i) => `v${i}`);
export const wideNames = Array.from({ length: wide }, (_, i) => `p${String(i).padStart(2, "0")}`);

const limits = {
  inboundBufferSize: 4 << 20,
  outboundBufferSize: 4 << 20,
  maxQueuedPackets: 16_384,
  handshakeTimeoutMs: 10_000,
};

export class Member {
  readonly checks: Check[] = [];
  readonly multiplayer = new SceneMultiplayer();
  readonly main = new SceneTree({ multiplayer: this.multiplayer }).root.addChild(new Node("Main"));
  readonly game = this.main.addChild(new Game("Game"));
  readonly name: string;
  readonly members: readonly string[];

  /** By name, of the others. */
  readonly ids = new Map<string, number>();
  readonly spawned: string[] = [];
  readonly despawned: string[] = [];
  /** Of `synchronized` and `deltaSynchronized`, by node. */
  readonly counts = new Map<string, number>();
  readonly rejections: ReplicationRejection[] = [];
  readonly failures: ReplicationFailure[] = [];
  /** What should never be. */
  readonly troubles: string[] = [];
  readonly #reached = new Map<string, number[]>();
  readonly #url: string;
  #beats = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(name: string, members: readonly string[], url: string) {
    this.name = name;
    this.members = members;
    this.#url = url;
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
    multiplayer.packetRejected.connect((id, fault) => troubles.push(`${id}: ${fault}`));
    multiplayer.rpcFailed.connect((error, { method }) => troubles.push(`${method}: ${error}`));
    multiplayer.versionSuspected.connect((id, message) => troubles.push(`${id}: ${message}`));
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

  async host(): Promise<string> {
    const peer = await WebSocketMultiplayerPeer.createServer(0, { ...limits, bindAddress: "127.0.0.1" });
    this.multiplayer.multiplayerPeer = peer;
    return `ws://127.0.0.1:${peer.port}/`;
  }

  join(): void {
    this.multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(this.#url, limits);
  }

  close(): void {
    this.isTicking = false;
    this.multiplayer.multiplayerPeer?.close();
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
    const hasReached = (name: string): boolean =>
      this.#reached.get(phase)?.includes(this.ids.get(name) ?? 0) ?? false;
    if (await until(() => names.every(hasReached), stepSeconds)) return;
    this.check(`reached by ${names}: ${phase}`, false);
  }

  /** What the server has changed before has come when this has, and what has not then never will. */
  async beat(): Promise<void> {
    const n = ++this.#beats;
    const node = this.bare("Beat");
    if (this.isServer) node["n"] = n;
    else if (!(await until(() => node["n"] === n, stepSeconds))) this.check(`beat ${n}`, false);
  }

  // ---- checks ----

  check(name: string, ok: boolean, detail = ""): boolean {
    this.checks.push(ok ? { name, ok } : { name, ok, detail });
    return ok;
  }

  equal(name: string, got: unknown, wanted: unknown): boolean {
    return this.check(name, isSame(got, wanted), JSON.stringify(got)?.slice(0, 500));
  }

  async soon(name: string, condition: () => boolean, seconds = stepSeconds): Promise<boolean> {
    return this.check(name, await until(condition, seconds), `not within ${seconds} s`);
  }

  /** Whether it is refused with an error, as it should. */
  fails(action: () => void): boolean {
    try {
      action();
      return false;
    } catch (error) {
      return error instanceof GodotWsError;
    }
  }

  // ---- members ----

  get isServer(): boolean {
    return this.name === serverName;
  }

  get id(): number {
    return this.multiplayer.uniqueId;
  }

  idOf(member: string): number {
    return member === this.name ? this.id : (this.ids.get(member) ?? 0);
  }

  get leaver(): string {
    return this.members.at(-1)!;
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
