// The demo's nodes, as far as the network knows them: names, places, RPCs, and what is replicated. Host and bot have the
// same ones, and both listen to their signals.

import {
  defineRpc,
  Int,
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  SceneReplicationConfig,
  type SceneTree,
  Signal,
  type Variant,
  Vector2,
} from "godot-ws";
import { rockCells } from "./arena.ts";
import { clamp } from "./movement.ts";

export const port = 10567;
export const playerScene = "res://player.tscn";
const longestName = 40;

/** /root/gamestate, the demo's autoload: who is there, and that it begins. */
export class GameState extends Node {
  readonly registered = new Signal<[id: number, name: string]>();
  readonly worldLoaded = new Signal();

  registerPlayer(name: string): void {
    this.registered.emit(this.multiplayer.remoteSenderId, name.slice(0, longestName));
  }

  loadWorld(): void {
    this.worldLoaded.emit();
  }
}
defineRpc(GameState, "registerPlayer", {
  mode: "any_peer",
  args: [String],
  rateLimit: { perSecond: 2, burst: 5 },
});
defineRpc(GameState, "loadWorld", { callLocal: true });

/** What a player wants: its own client's word. */
export class Inputs extends Node {
  bombing = false;
  #motion = new Vector2();

  get motion(): Vector2 {
    return this.#motion;
  }

  /** It comes from outside. */
  set motion({ x, y }: Vector2) {
    this.#motion = new Vector2(part(x), part(y));
  }
}

function part(value: number): number {
  return Number.isNaN(value) ? 0 : clamp(value, -1, 1);
}

/** The text over a player's head. */
class Label extends Node {
  text = "Player 1";
}

const playerConfig = new SceneReplicationConfig()
  .addProperty(".:synced_position", { type: Vector2 })
  .addProperty("label:text", { mode: "never", type: String });
const inputsConfig = new SceneReplicationConfig()
  .addProperty(".:motion", { type: Vector2 })
  .addProperty(".:bombing", { type: Boolean });

/** Called by the peer's id, below World/Players. */
export class Player extends Node {
  readonly hit = new Signal<[byWhom: number]>();
  readonly inputs = new Inputs("Inputs");
  readonly inputsSync = new MultiplayerSynchronizer("InputsSync");
  readonly label = new Label("label");
  syncedPosition = new Vector2();

  constructor() {
    super("Player");
    const sync = new MultiplayerSynchronizer("MultiplayerSynchronizer");
    sync.replicationConfig = playerConfig;
    this.inputsSync.replicationConfig = inputsConfig;
    this.inputs.addChild(this.inputsSync);
    for (const node of [this.label, sync, this.inputs]) this.addChild(node);
  }

  get id(): number {
    return Number(this.name);
  }

  override ready(): void {
    this.inputsSync.setMultiplayerAuthority(this.id);
  }

  setPlayerName(name: string): void {
    this.label.text = name.slice(0, longestName);
  }

  exploded(byWhom: number): void {
    this.hit.emit(byWhom);
  }
}
// Demos from before 2024 have no RPC for the name, and take it from the label.
defineRpc(Player, "setPlayerName", { callLocal: true, args: [String] });
defineRpc(Player, "exploded", { callLocal: true, args: [Int] });

/** World/Rocks/Rock0 and so on. */
export class Rock extends Node {
  readonly hit = new Signal<[byWhom: number]>();

  exploded(byWhom: number): void {
    this.hit.emit(byWhom);
  }
}
defineRpc(Rock, "exploded", { callLocal: true, args: [Int] });

export class Bomb extends Node {
  readonly position: Vector2;
  readonly droppedBy: number;

  constructor(position: Vector2, owner: number) {
    super();
    this.position = position;
    this.droppedBy = owner;
  }
}

/** /root/World, made anew for each match. */
export class World extends Node {
  readonly rocks = new Node("Rocks");
  readonly players = new Node("Players");
  readonly playerSpawner = new MultiplayerSpawner("PlayerSpawner");
  readonly bombSpawner = new MultiplayerSpawner("BombSpawner");

  /** With so many of the rocks, from the first on. */
  constructor(rocks = rockCells.length) {
    super("World");
    for (let number = 0; number < rocks; number++) this.rocks.addChild(new Rock(`Rock${number}`));
    // The demo's players were once of a scene, and are now made by a function.
    this.playerSpawner.spawnPath = "../Players";
    this.playerSpawner.addSpawnableScene(playerScene, Player);
    this.playerSpawner.spawnFunction = createPlayer;
    this.bombSpawner.spawnPath = "..";
    this.bombSpawner.spawnFunction = createBomb;
    for (const node of [this.rocks, this.players, this.playerSpawner, this.bombSpawner]) this.addChild(node);
  }

  rock(number: number): Rock | undefined {
    return this.rocks.getNodeOrNull(`Rock${number}`) as Rock | undefined;
  }

  player(id: number): Player | undefined {
    return this.players.getNodeOrNull(String(id)) as Player | undefined;
  }

  /** Number of each rock that is there. */
  get rockNumbers(): number[] {
    return this.rocks.children.map(({ name }) => Number(name.slice("Rock".length)));
  }

  get bombs(): Bomb[] {
    return this.children.filter((node) => node instanceof Bomb);
  }
}

function createPlayer(data: Variant): Player {
  const [position, id]: readonly unknown[] = Array.isArray(data) ? data : [];
  if (!(position instanceof Vector2) || typeof id !== "number")
    throw new Error("a place and an id are missing");
  const player = new Player();
  player.syncedPosition = position;
  player.name = String(id);
  return player;
}

function createBomb(data: Variant): Bomb {
  const [position, owner]: readonly unknown[] = Array.isArray(data) ? data : [];
  if (!(position instanceof Vector2) || typeof owner !== "number")
    throw new Error("a place and an id are missing");
  return new Bomb(position, owner);
}

/** The nodes that are there from the beginning. */
export function addGameState(tree: SceneTree): GameState {
  return tree.root.addChild(new GameState("gamestate"));
}
