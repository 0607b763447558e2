// The host of the demo: the lobby, when a match begins and ends, and the match itself told to the players' nodes. Knows
// nothing of the command line.

import { SceneMultiplayer, SceneTree, Signal, Vector2, WebSocketMultiplayerPeer } from "godot-ws";
import { centerOf, startCells } from "./arena.ts";
import { Brain } from "./brain.ts";
import { GameLoop, stepSeconds } from "./game-loop.ts";
import { type BombState, Match } from "./match.ts";
import { addGameState, type Bomb, type GameState, Player, World } from "./nodes.ts";

/** How the demo's players are made at the clients: by a function, since 2026, or of a scene. */
export type SpawnKind = "function" | "scene";

export interface BomberHostOptions {
  /** The host's own name, for which it plays by itself; without one it only watches. */
  name?: string;
  /** A match begins a second after so many have joined. Default: only by `countdownMs` and `begin`. */
  players?: number;
  /** Milliseconds after the last one has joined. Default 10,000; not with `players`. */
  countdownMs?: number;
  /** Milliseconds from the end of a match until everybody is sent to the lobby. Default 10,000. */
  pauseMs?: number;
  /** Default: found out. */
  spawn?: SpawnKind;
  /** How many of the rocks there are. Default: all. */
  rocks?: number;
  /** Default: all addresses. */
  bindAddress?: string;
}

const hostId = 1;
/** Milliseconds for the players to tell each other their names: the demo's world takes in those known when it is loaded. */
const introductionMs = 1000;
/** Milliseconds in which a client has to use the player that it was given. */
const spawnPatienceMs = 2500;

export class BomberHost {
  /** What happens, line by line. */
  readonly logged = new Signal<[line: string]>();

  readonly #options: BomberHostOptions;
  readonly #peer: WebSocketMultiplayerPeer;
  readonly #multiplayer = new SceneMultiplayer({ autoPoll: false });
  readonly #tree = new SceneTree({ multiplayer: this.#multiplayer });
  readonly #gameState: GameState;
  readonly #loop: GameLoop;
  // Who has joined, in that order.
  readonly #names = new Map<number, string>();
  readonly #bombNodes = new Map<BombState, Bomb>();
  readonly #brain = new Brain();
  #spawn: SpawnKind | undefined;
  #match: Match | undefined;
  #world: World | undefined;
  #phase: "lobby" | "beginning" | "playing" | "over" = "lobby";
  #timer: NodeJS.Timeout | undefined;

  /** Listens on `port`, 0 for any. Rejects with ConnectError when it cannot be had. */
  static async listen(port: number, options: BomberHostOptions = {}): Promise<BomberHost> {
    const { bindAddress = "*" } = options;
    const maxPeers = startCells.length - (options.name === undefined ? 0 : 1);
    return new BomberHost(
      await WebSocketMultiplayerPeer.createServer(port, { bindAddress, maxPeers }),
      options,
    );
  }

  private constructor(peer: WebSocketMultiplayerPeer, options: BomberHostOptions) {
    this.#peer = peer;
    this.#options = options;
    this.#spawn = options.spawn;
    this.#gameState = addGameState(this.#tree);
    this.#gameState.registered.connect((id, name) => this.#joined(id, name));
    const multiplayer = this.#multiplayer;
    multiplayer.peerConnected.connect((id) => {
      const { name } = this.#options;
      if (name !== undefined) this.#gameState.rpcId(id).registerPlayer(name);
    });
    multiplayer.peerDisconnected.connect((id) => this.#left(id));
    multiplayer.rpcRejected.connect((id, { reason, detail }) =>
      this.logged.emit(`${id}: ${reason}, ${detail}`),
    );
    multiplayer.replicationRejected.connect((id, { reason, detail }) =>
      this.logged.emit(`${id}: ${reason}, ${detail}`),
    );
    multiplayer.multiplayerPeer = peer;
    this.#loop = new GameLoop((steps) => this.#turn(steps));
  }

  get port(): number {
    return this.#peer.port;
  }

  /** Names of those who have joined, by id. */
  get joined(): ReadonlyMap<number, string> {
    return this.#names;
  }

  /** What is played; undefined in the lobby. */
  get match(): Match | undefined {
    return this.#match;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#loop.stop();
    this.#peer.close();
  }

  // ---- the lobby ----

  #joined(id: number, name: string): void {
    if (this.#names.has(id) || this.#phase !== "lobby") return;
    this.#names.set(id, name || "Somebody");
    this.logged.emit(`${this.#nameOf(id)} is here`);
    const { players, countdownMs = 10_000 } = this.#options;
    if (players === undefined) this.#beginIn(countdownMs);
    else if (this.#names.size === players) this.#beginIn(introductionMs);
  }

  #beginIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.logged.emit(`It begins in ${Math.round(milliseconds / 1000)} s`);
    this.#timer = setTimeout(() => this.begin(), milliseconds);
  }

  #left(id: number): void {
    if (!this.#names.has(id)) return;
    this.logged.emit(`${this.#nameOf(id)} is gone`);
    this.#names.delete(id);
    this.#match?.heroes.delete(id);
    this.#world?.player(id)?.free();
    if (this.#names.size > 0) return;
    if (this.#phase === "lobby") clearTimeout(this.#timer);
    else this.#toLobby();
  }

  #nameOf(id: number): string {
    return this.#names.get(id) ?? this.#options.name ?? "Somebody";
  }

  // ---- a match ----

  /** Begins with those who are here; with nobody, or while there is a match, it does nothing. */
  begin(): void {
    clearTimeout(this.#timer);
    if (this.#names.size === 0 || this.#phase !== "lobby") return;
    this.#phase = "beginning";
    // Who comes now cannot be told what there is already: the demo's worlds are loaded once.
    this.#multiplayer.refuseNewConnections = true;
    this.#gameState.rpc.loadWorld();
    const match = new Match(this.#options.rocks === undefined ? {} : { rocks: this.#options.rocks });
    this.#match = match;
    this.#world = this.#tree.root.addChild(new World(this.#options.rocks));
    const ids = [...(this.#options.name === undefined ? [] : [hostId]), ...this.#names.keys()];
    for (const [place, id] of ids.entries())
      match.addHero(id, this.#nameOf(id), centerOf(startCells[place]!));
    this.#findSpawnKind(match, this.#spawn ?? "function");
  }

  /**
   * A client that was given its player the right way says what it wants with it; one that is slow in loading the world is
   * asked again.
   */
  #findSpawnKind(match: Match, kind: SpawnKind, patienceMs = spawnPatienceMs): void {
    if (this.#spawn !== undefined) return this.#play(match, this.#spawn);
    const [probe] = this.#names.keys();
    const player = probe === undefined ? undefined : this.#addPlayer(match, probe, kind);
    player?.inputsSync.synchronized.connect(
      () => {
        clearTimeout(this.#timer);
        this.#spawn = kind;
        this.#play(match, kind);
      },
      { once: true },
    );
    this.#timer = setTimeout(() => {
      player?.free();
      const isFirst = kind === "function";
      this.#findSpawnKind(match, isFirst ? "scene" : "function", isFirst ? patienceMs : 2 * patienceMs);
    }, patienceMs);
  }

  #play(match: Match, kind: SpawnKind): void {
    const world = this.#world;
    if (world === undefined) return;
    for (const id of match.heroes.keys()) this.#addPlayer(match, id, kind);
    for (const { id, name } of match.heroes.values()) world.player(id)?.rpc.setPlayerName(name);
    this.#phase = "playing";
    this.#tell(match, world);
    this.logged.emit(`A match of ${[...match.heroes.values()].map(({ name }) => name).join(", ")}`);
  }

  /** Unless it is there. */
  #addPlayer(match: Match, id: number, kind: SpawnKind): Player | undefined {
    const world = this.#world;
    const hero = match.heroes.get(id);
    if (world === undefined || hero === undefined || world.player(id) !== undefined) return undefined;
    if (kind === "function") {
      return world.playerSpawner.spawn([hero.position, id]) as Player;
    }
    const player = new Player();
    player.name = String(id);
    player.syncedPosition = hero.position;
    player.label.text = hero.name;
    return world.players.addChild(player);
  }

  /** What happens in the match, in the players' worlds. */
  #tell(match: Match, world: World): void {
    match.bombPlaced.connect((bomb) => {
      const node = world.bombSpawner.spawn([bomb.position, bomb.owner]) as Bomb;
      this.#bombNodes.set(bomb, node);
    });
    match.bombGone.connect((bomb) => {
      this.#bombNodes.get(bomb)?.free();
      this.#bombNodes.delete(bomb);
    });
    match.heroHit.connect((hero, byWhom) => {
      world.player(hero.id)?.rpc.exploded(byWhom);
      this.logged.emit(`${hero.name} is hit by ${match.heroes.get(byWhom)?.name ?? "somebody who is gone"}`);
    });
    match.rockHit.connect((rock, byWhom) => world.rock(rock.number)?.rpc.exploded(byWhom));
    match.rockGone.connect((rock) => world.rock(rock.number)?.free());
  }

  #turn(steps: number): void {
    const isRunning = this.#phase === "playing" || this.#phase === "over";
    const match = isRunning ? this.#match : undefined;
    for (let i = 0; i < steps && match !== undefined; i++) this.#step(match);
    this.#tree.tick(steps * stepSeconds);
    if (match?.isOver && this.#phase === "playing") this.#end(match);
  }

  #step(match: Match): void {
    const world = this.#world;
    const own = match.heroes.get(hostId);
    const ownInputs = world?.player(hostId)?.inputs;
    if (own !== undefined && ownInputs !== undefined)
      Object.assign(ownInputs, this.#decide(match, own.position));
    for (const hero of match.heroes.values()) {
      const inputs = world?.player(hero.id)?.inputs;
      if (inputs === undefined) continue;
      hero.motion = inputs.motion;
      hero.bombing = inputs.bombing;
    }
    match.step(stepSeconds);
    for (const hero of match.heroes.values()) {
      const player = world?.player(hero.id);
      if (player !== undefined) player.syncedPosition = hero.position;
    }
  }

  #decide(match: Match, position: Vector2): { motion: Vector2; bombing: boolean } {
    if (match.isOver) return { motion: new Vector2(), bombing: false };
    const view = {
      position,
      rocks: match.rocks.map(({ cell }) => cell),
      bombs: match.bombs.map((bomb) => bomb.position),
    };
    return this.#brain.decide(view, stepSeconds);
  }

  #end(match: Match): void {
    this.#phase = "over";
    for (const { name, score } of match.heroes.values()) this.logged.emit(`${name}: ${score}`);
    this.logged.emit(`The winner is ${match.winner?.name ?? "nobody"}`);
    this.#timer = setTimeout(() => this.#toLobby(), this.#options.pauseMs ?? 10_000);
  }

  /** The demo's clients leave a match only by themselves, or when the host goes: so it goes. */
  #toLobby(): void {
    clearTimeout(this.#timer);
    for (const id of this.#multiplayer.peers) this.#multiplayer.disconnectPeer(id);
    this.#names.clear();
    this.#bombNodes.clear();
    this.#world?.free();
    this.#world = undefined;
    this.#match = undefined;
    this.#phase = "lobby";
    this.#multiplayer.refuseNewConnections = false;
    this.logged.emit("Waiting for players");
  }
}
