/** A server or client of interop/projects/scene-game in TypeScript: its nodes are made of the game's own scene files. */

import {
  defineRpc,
  loadScene,
  Node,
  type PackedScene,
  replicate,
  SceneMultiplayer,
  SceneTree,
  sync,
  Vector2,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import type { Check } from "../harness/engine.ts";
import { isSame, until } from "../harness/session-member.ts";

const seconds = 15;
const project = new URL("../projects/scene-game/", import.meta.url);

class Score extends Node {
  limit = 0;
  points = 0;
  clock = 0;
  onTold: (what: string, from: number) => void = () => {};

  tell(what: string): void {
    this.onTold(what, this.multiplayer.remoteSenderId);
  }
}
replicate(Score, { clock: sync(Number) });
defineRpc(Score, "tell", { mode: "any_peer", args: [String] });

class Weapon extends Node {
  ammo = 1;
}

/** The server's, but for where it aims: that is said by the client whose id is its name. */
class Player extends Node {
  title = "";
  hp = 100;
  speed = 1;
  position = new Vector2(0, 0);
  aim = new Vector2(0, 0);
  atReady: unknown[] = [];

  get weapon(): Weapon {
    return this.getNode("Weapon", Weapon);
  }

  get isOfClient(): boolean {
    return Number(this.name) > 0;
  }

  override enterTree(): void {
    if (this.isOfClient) this.getNode("Input").setMultiplayerAuthority(Number(this.name));
  }

  override ready(): void {
    const { title, hp, speed, position, weapon } = this;
    this.atReady = [title, hp, speed, position, weapon.ammo];
  }

  shoot(times: number): void {
    if (this.multiplayer.remoteSenderId !== Number(this.name)) return;
    this.weapon.ammo -= times;
    this.getNode("/root/Main/World/Score", Score).points += 10 * times;
  }
}
replicate(Player, { speed: sync(Number) });
defineRpc(Player, "shoot", { mode: "any_peer", args: [Number] });

export class Side {
  readonly checks: Check[] = [];
  /** What should never be. */
  readonly troubles: string[] = [];
  readonly #multiplayer = new SceneMultiplayer();
  readonly #main = new SceneTree({ multiplayer: this.#multiplayer }).root.addChild(new Node("Main"));
  readonly #clients: number;
  readonly #told = new Map<string, number>();
  #scene: PackedScene | undefined;

  constructor(clients: number) {
    this.#clients = clients;
    this.#multiplayer.replicationRejected.connect((_, { reason, path }) => this.#trouble(reason, path));
    this.#multiplayer.replicationFailed.connect(({ reason, path }) => this.#trouble(reason, path));
    this.#multiplayer.rpcRejected.connect((_, { reason, path }) => this.#trouble(reason, path));
    this.#multiplayer.packetRejected.connect((_, fault) => this.troubles.push(fault));
  }

  #trouble(reason: string, path: string | undefined): void {
    this.troubles.push(`${reason}: ${path}`);
  }

  async load(): Promise<void> {
    const scripts = { "score.gd": Score, "weapon.gd": Weapon, "player.gd": Player };
    this.#scene = await loadScene("res://world.tscn", { root: project, scripts });
    this.#main.addChild(this.#scene.instantiate());
    this.#score.onTold = (what) => this.#told.set(what, (this.#told.get(what) ?? 0) + 1);
    this.#check("the world is as in its file", this.#score.limit === 30);
  }

  close(): void {
    this.#multiplayer.multiplayerPeer?.close();
  }

  get #score(): Score {
    return this.#main.getNode("World/Score", Score);
  }

  get #players(): Node {
    return this.#main.getNode("World").getNode("%Players");
  }

  #ofClients(): Player[] {
    return this.#players.children.filter((node): node is Player => node instanceof Player && node.isOfClient);
  }

  #check(name: string, ok: boolean, detail = ""): void {
    this.checks.push(ok ? { name, ok } : { name, ok, detail });
  }

  async #soon(name: string, condition: () => boolean): Promise<void> {
    this.#check(name, await until(condition, seconds), `not within ${seconds} s`);
  }

  // ---- the server ----

  async host(): Promise<string> {
    await this.load();
    const peer = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1" });
    this.#multiplayer.peerConnected.connect((id) => {
      const player = this.#instantiate("res://player.tscn", String(id));
      player.hp = 77;
      player.speed = 3;
      this.#players.addChild(player);
    });
    this.#multiplayer.multiplayerPeer = peer;
    return `ws://127.0.0.1:${peer.port}/`;
  }

  #instantiate(path: string, name: string): Player {
    const node = this.#scene?.sceneAt(path)?.instantiate();
    if (!(node instanceof Player)) throw new Error(`${path} is no player`);
    node.name = name;
    return node;
  }

  async serve(): Promise<void> {
    const boss = this.#players.addChild(this.#instantiate("res://elite.tscn", "Boss"));
    await this.#everybody("joined");
    this.#score.clock = 2.5;
    await this.#everybody("played");
    this.#check("all shots were counted", this.#score.points === 20 * this.#clients);
    const haveCome = this.#ofClients().every(({ aim }) => aim.equals(new Vector2(1, 2)));
    this.#check("all aims have come", haveCome);
    boss.free();
    await this.#everybody("won");
    this.#score.rpc.tell("dismissed");
    await this.#soon("all leave", () => this.#multiplayer.peers.length === 0);
  }

  async #everybody(what: string): Promise<void> {
    if (!(await until(() => this.#told.get(what) === this.#clients, seconds))) this.#check(what, false);
  }

  // ---- a client ----

  async play(url: string): Promise<void> {
    await this.load();
    this.#multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
    await this.#soon("players of all", () => this.#ofClients().length === this.#clients);
    const me = this.#players.getNode(String(this.#multiplayer.uniqueId), Player);
    const wanted = ["from the file", 77, 3, new Vector2(3, 4), 9];
    this.#same("a player is as in its file, and as the server has made it", me.atReady, wanted);
    const all = this.#ofClients().map(({ atReady }) => atReady);
    this.#same(
      "so are the others",
      all,
      all.map(() => wanted),
    );
    await this.#soon("an inherited scene", () => this.#players.hasNode("Boss"));
    const boss = this.#players.getNode("Boss", Player);
    this.#same("is as in its file", boss.atReady, ["elite", 200, 1, new Vector2(3, 4), 50]);
    this.#score.rpcId(1).tell("joined");
    await this.#soon("states of the world", () => this.#score.clock === 2.5);
    me.aim = new Vector2(1, 2);
    me.rpcId(1).shoot(2);
    await this.#soon("all aim", () => this.#ofClients().every(({ aim }) => aim.equals(new Vector2(1, 2))));
    await this.#soon("all have shot", () => this.#ofClients().every(({ weapon }) => weapon.ammo === 7));
    await this.#soon("which is in the score", () => this.#score.points === 20 * this.#clients);
    this.#score.rpcId(1).tell("played");
    await this.#soon("the boss is gone", () => !this.#players.hasNode("Boss"));
    this.#score.rpcId(1).tell("won");
    await this.#soon("dismissed", () => this.#told.has("dismissed"));
    this.close();
  }

  #same(name: string, got: unknown, wanted: unknown): void {
    this.#check(name, isSame(got, wanted), JSON.stringify(got));
  }
}
