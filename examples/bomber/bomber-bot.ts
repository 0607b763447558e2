// A player of the demo that plays by itself: joins, waits for the world, walks and drops bombs until the host is gone.
// Knows nothing of the command line.

import { SceneMultiplayer, SceneTree, Signal, Vector2, WebSocketMultiplayerPeer } from "godot-ws";
import { rockCells } from "./arena.ts";
import { Brain } from "./brain.ts";
import { GameLoop, stepSeconds } from "./game-loop.ts";
import { rockLasts } from "./match.ts";
import { addGameState, type Bomb, type GameState, type Player, World } from "./nodes.ts";

export class BomberBot {
  /** What happens, line by line. */
  readonly logged = new Signal<[line: string]>();
  /** The host cannot be reached, or is gone; `isLost` when it was there. */
  readonly ended = new Signal<[isLost: boolean]>();

  /** Rocks blown up, by the id of whose bomb it was. */
  readonly scores = new Map<number, number>();
  bombsDropped = 0;
  timesHit = 0;

  readonly #multiplayer = new SceneMultiplayer({ autoPoll: false });
  readonly #tree = new SceneTree({ multiplayer: this.#multiplayer });
  readonly #gameState: GameState;
  readonly #names = new Map<number, string>();
  readonly #loop: GameLoop;
  readonly #brain = new Brain();
  #world: World | undefined;

  readonly #rocks: number;

  /** `rocks`: how many there are in the host's world, where these are not all. */
  constructor(url: string, name: string, { rocks = rockCells.length }: { rocks?: number } = {}) {
    this.#rocks = rocks;
    this.#names.set(0, name);
    this.#gameState = addGameState(this.#tree);
    this.#gameState.registered.connect((id, name) => this.#names.set(id, name));
    this.#gameState.worldLoaded.connect(() => this.#loadWorld());
    const multiplayer = this.#multiplayer;
    multiplayer.peerConnected.connect((id) => this.#gameState.rpcId(id).registerPlayer(name));
    multiplayer.peerDisconnected.connect((id) => this.#names.delete(id));
    multiplayer.connectedToServer.connect(() => this.logged.emit("In the lobby"));
    multiplayer.connectionFailed.connect(() => this.#end(false));
    multiplayer.serverDisconnected.connect(() => this.#end(true));
    multiplayer.replicationRejected.connect((id, { reason, detail }) =>
      this.logged.emit(`${id}: ${reason}, ${detail}`),
    );
    multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
    this.#loop = new GameLoop((steps) => this.#turn(steps));
  }

  get id(): number {
    return this.#multiplayer.uniqueId;
  }

  /** Its own player, while there is a match. */
  get player(): Player | undefined {
    return this.#world?.player(this.id);
  }

  /** Ids of all players. */
  get players(): number[] {
    return this.#world?.players.children.map((player) => Number(player.name)) ?? [];
  }

  get rocksLeft(): number {
    return this.#world?.rocks.childCount ?? this.#rocks;
  }

  leave(): void {
    const peer = this.#multiplayer.multiplayerPeer;
    this.#multiplayer.multiplayerPeer = undefined;
    peer?.close();
    this.#loop.stop();
  }

  #end(isLost: boolean): void {
    this.#loop.stop();
    this.ended.emit(isLost);
  }

  #loadWorld(): void {
    this.#world?.free();
    this.scores.clear();
    const world = new World(this.#rocks);
    this.#world = this.#tree.root.addChild(world);
    this.logged.emit("The world is loaded");
    world.playerSpawner.spawned.connect((node) => {
      const player = node as Player;
      if (player.id !== this.id) return;
      this.logged.emit(`I am at ${player.syncedPosition}`);
      player.hit.connect(() => {
        this.timesHit++;
        this.logged.emit("I am hit");
      });
    });
    world.bombSpawner.spawned.connect((bomb) => {
      if ((bomb as Bomb).droppedBy !== this.id) return;
      this.bombsDropped++;
      this.logged.emit(`My bomb is at ${(bomb as Bomb).position}`);
    });
    for (const number of world.rockNumbers) {
      const rock = world.rock(number);
      rock?.hit.connect((byWhom) => {
        this.scores.set(byWhom, (this.scores.get(byWhom) ?? 0) + 1);
        this.logged.emit(`Rock ${number} is hit by ${this.#nameOf(byWhom)}`);
        // Each peer takes it away by itself.
        setTimeout(() => rock.free(), rockLasts * 1000);
      });
    }
  }

  #nameOf(id: number): string {
    return this.#names.get(id === this.id ? 0 : id) ?? String(id);
  }

  #turn(steps: number): void {
    const { player } = this;
    if (player !== undefined) this.#decide(player, steps * stepSeconds);
    this.#tree.tick(steps * stepSeconds);
  }

  #decide(player: Player, seconds: number): void {
    const world = this.#world;
    if (world === undefined) return;
    const rocks = world.rockNumbers.map((number) => rockCells[number]!);
    const view = {
      position: player.syncedPosition,
      rocks,
      bombs: world.bombs.map(({ position }) => position),
    };
    if (rocks.length > 0) Object.assign(player.inputs, this.#brain.decide(view, seconds));
    else Object.assign(player.inputs, { motion: new Vector2(), bombing: false });
  }
}
