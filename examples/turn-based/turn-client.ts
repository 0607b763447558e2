// A player of the demo: what the host tells it, and the two things that it can say. Knows nothing of the command line.

import { SceneTree, Signal, WebSocketMultiplayerPeer } from "godot-ws";
import { addGames, Game, protocol } from "./game.ts";

export interface Player {
  readonly id: number;
  name: string;
}

const hostId = 1;

/** The demo's host speaks at once; ours waits to hear by which path. Milliseconds until we speak first. */
const patienceMs = 100;

export class TurnClient {
  /** What happens at the table, line by line. */
  readonly logged = new Signal<[line: string]>();
  /** It is somebody else's turn, or somebody came, left, or has a name now. */
  readonly changed = new Signal();
  /** The host cannot be reached, or is gone; `isLost` when it was there. */
  readonly ended = new Signal<[isLost: boolean]>();

  /** In the order of their turns. */
  readonly players: Player[] = [];

  readonly #tree = new SceneTree();
  readonly #name: string;
  // The node that the host knows us by: the one that it calls.
  #game: Game | undefined;
  #patience: NodeJS.Timeout | undefined;
  #turn = 0;

  constructor(url: string, name: string) {
    this.#name = name;
    const [usual] = addGames(this.#tree, () => new ClientGame(this));
    const { multiplayer } = this.#tree;
    multiplayer.connectedToServer.connect(() => {
      this.#patience = setTimeout(() => this.#introduce(usual), patienceMs);
    });
    multiplayer.connectionFailed.connect(() => this.ended.emit(false));
    multiplayer.serverDisconnected.connect(() => {
      clearTimeout(this.#patience);
      this.ended.emit(true);
    });
    multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url, {
      supportedProtocols: [protocol],
    });
  }

  get id(): number {
    return this.#tree.multiplayer.uniqueId;
  }

  /** Whose turn it is. */
  get playerInTurn(): Player | undefined {
    return this.players[this.#turn];
  }

  get isMyTurn(): boolean {
    return this.playerInTurn?.id === this.id;
  }

  /** Asks the host for it; what comes of it is told to all. */
  roll(): void {
    this.#game?.rpcId(hostId).requestAction("roll");
  }

  leave(): void {
    clearTimeout(this.#patience);
    const peer = this.#tree.multiplayer.multiplayerPeer;
    // First of all: what follows is no loss.
    this.#tree.multiplayer.multiplayerPeer = undefined;
    peer?.close();
  }

  #introduce(game: Game): void {
    clearTimeout(this.#patience);
    this.#game = game;
    game.rpcId(hostId).setPlayerName(this.#name);
  }

  // ---- what the host says ----

  added(game: Game, id: number, name: string): void {
    // Its first word: now we know by which path to answer.
    if (game !== this.#game) this.#introduce(game);
    this.players.push({ id, name });
    this.changed.emit();
  }

  removed(id: number): void {
    const place = this.players.findIndex((player) => player.id === id);
    if (place < 0) return;
    this.players.splice(place, 1);
    if (this.#turn > place) this.#turn--;
    this.changed.emit();
  }

  renamed(id: number, name: string): void {
    const player = this.players.find((player) => player.id === id);
    if (player !== undefined) player.name = name;
    this.changed.emit();
  }

  turned(turn: number): void {
    this.#turn = turn;
    this.changed.emit();
  }
}

/** What the host may call. */
class ClientGame extends Game {
  readonly #client: TurnClient;

  constructor(client: TurnClient) {
    super("Game");
    this.#client = client;
  }

  override log(message: string): void {
    this.#client.logged.emit(message);
  }

  override addPlayer(id: number, name = ""): void {
    this.#client.added(this, id, name);
  }

  override delPlayer(id: number): void {
    this.#client.removed(id);
  }

  override setTurn(turn: number): void {
    this.#client.turned(turn);
  }

  override updatePlayerName(id: number, name: string): void {
    this.#client.renamed(id, name);
  }
}
