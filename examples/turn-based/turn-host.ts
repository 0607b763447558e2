// The host of the demo: who sits at the table, whose turn it is, and what each player is told. It takes its own turns by
// itself. Who asks by plain HTTP gets the page. Knows nothing of the command line.

import { Site } from "example-site";
import { type HttpUpgrade, SceneTree, Signal, WebSocketMultiplayerPeer, WebSocketPeer } from "godot-ws";
import { addGames, Game, protocol } from "./game.ts";

export interface TurnHostOptions {
  /** The host's own name; without one it only watches. */
  name?: string;
  /** Milliseconds until the host takes its turn. Default 1000. */
  thinkingMs?: number;
  /** Default: all addresses. */
  bindAddress?: string;
}

interface Seat {
  readonly id: number;
  name: string;
  /** Its way in: the node that the player knows us by. The host itself has none. */
  readonly game: Game | undefined;
}

const hostId = 1;
const actions = ["roll", "pass"];
const longestName = 40;
const handshakeTimeoutMs = 3000;

/** A player says its name as soon as it is connected, and so by which path it knows us. Milliseconds to wait for it. */
const introductionMs = 500;

export class TurnHost {
  /** What happens at the table, line by line. */
  readonly logged = new Signal<[line: string]>();

  readonly #tree = new SceneTree();
  readonly #defaultGame: HostGame;
  readonly #thinkingMs: number;
  readonly #peer = WebSocketMultiplayerPeer.createAcceptor({ maxPeers: 32 });
  readonly #seats: Seat[] = [];
  // Connected, and not yet at the table.
  readonly #arriving = new Map<number, NodeJS.Timeout>();
  #turn = 0;
  #thinking: NodeJS.Timeout | undefined;
  #site!: Site;

  /** Listens on `port`, 0 for any. Rejects with Node's own error when it cannot be had. */
  static async listen(port: number, options: TurnHostOptions = {}): Promise<TurnHost> {
    const host = new TurnHost(options);
    const { bindAddress = "*" } = options;
    host.#site = await Site.listen({
      example: "turn-based",
      port,
      bindAddress,
      onUpgrade: (upgrade) => host.#take(upgrade),
    });
    return host;
  }

  private constructor({ name, thinkingMs = 1000 }: TurnHostOptions) {
    this.#thinkingMs = thinkingMs;
    if (name !== undefined) this.#seats.push({ id: hostId, name, game: undefined });
    [this.#defaultGame] = addGames(this.#tree, () => new HostGame(this));
    const { multiplayer } = this.#tree;
    multiplayer.peerConnected.connect((id) => this.#arrived(id));
    multiplayer.peerDisconnected.connect((id) => this.#left(id));
    multiplayer.rpcRejected.connect((id, { reason, detail }) =>
      this.logged.emit(`${id}: ${reason}, ${detail}`),
    );
    multiplayer.multiplayerPeer = this.#peer;
  }

  /** A game's connection, on the port that the page is on, too. */
  #take(upgrade: HttpUpgrade): void {
    const socket = new WebSocketPeer({ supportedProtocols: [protocol], handshakeTimeoutMs, autoPoll: false });
    socket.acceptStream(upgrade);
    this.#peer.acceptPeer(socket);
  }

  get port(): number {
    return this.#site.port;
  }

  /** In the order of their turns. */
  get players(): { id: number; name: string }[] {
    return this.#seats.map(({ id, name }) => ({ id, name }));
  }

  /** Whose turn it is, as a place in `players`. */
  get turn(): number {
    return this.#turn;
  }

  /** Sends everybody home. */
  close(): void {
    clearTimeout(this.#thinking);
    for (const timer of this.#arriving.values()) clearTimeout(timer);
    void this.#site.close();
    this.#peer.close();
  }

  // ---- coming and going ----

  #arrived(id: number): void {
    const timer = setTimeout(() => this.#sitDown(id, this.#defaultGame), introductionMs);
    this.#arriving.set(id, timer);
  }

  #sitDown(id: number, game: Game): void {
    clearTimeout(this.#arriving.get(id));
    this.#arriving.delete(id);
    for (const { id: other, name } of this.#seats) game.rpcId(id).addPlayer(other, name);
    this.#seats.push({ id, name: "", game });
    this.#tellAll((game, player) => game.rpcId(player).addPlayer(id));
    game.rpcId(id).setTurn(this.#turn);
    this.#think();
  }

  /** A player said its name, by this node. */
  named(id: number, game: Game, name: string): void {
    if (this.#arriving.has(id)) this.#sitDown(id, game);
    const seat = this.#seats.find((seat) => seat.id === id);
    if (seat === undefined) return;
    seat.name = name.slice(0, longestName);
    this.logged.emit(`${seat.name} is here`);
    this.#tellAll((game, player) => game.rpcId(player).updatePlayerName(id, seat.name));
  }

  #left(id: number): void {
    clearTimeout(this.#arriving.get(id));
    this.#arriving.delete(id);
    const place = this.#seats.findIndex((seat) => seat.id === id);
    if (place < 0) return;
    const [seat] = this.#seats.splice(place, 1);
    this.logged.emit(`${nameOf(seat)} is gone`);
    this.#tellAll((game, player) => game.rpcId(player).delPlayer(id));
    // The demo goes on behind the last player's place when that one leaves in its own turn, and nobody is next.
    const next = this.#turn > place ? this.#turn - 1 : this.#turn;
    this.#setTurn(next < this.#seats.length ? next : 0);
  }

  // ---- taking turns ----

  /** A player wants to do something. */
  requested(id: number, action: string): void {
    const seat = this.#seats[this.#turn];
    if (seat?.id !== id) {
      this.#log(`${nameOf(this.#seats.find((seat) => seat.id === id))} tries to cheat: it is not their turn`);
    } else if (!actions.includes(action)) {
      this.#log(`${nameOf(seat)} cannot do that`);
    } else this.#act(action);
  }

  #act(action: string): void {
    this.#log(`${nameOf(this.#seats[this.#turn])}: ${action}s ${Math.floor(Math.random() * 100)}`);
    this.#setTurn((this.#turn + 1) % this.#seats.length);
  }

  #setTurn(turn: number): void {
    this.#turn = turn;
    this.#tellAll((game, player) => game.rpcId(player).setTurn(turn));
    this.#think();
  }

  /** The host's own turn, once there is somebody to play with. */
  #think(): void {
    clearTimeout(this.#thinking);
    if (this.#seats[this.#turn]?.id !== hostId || this.#seats.length < 2) return;
    this.#thinking = setTimeout(() => this.#act("roll"), this.#thinkingMs);
  }

  // ---- telling ----

  #log(line: string): void {
    this.logged.emit(line);
    this.#tellAll((game, player) => game.rpcId(player).log(line));
  }

  /** One by one, each by the path that it knows us by. */
  #tellAll(tell: (game: Game, player: number) => void): void {
    for (const { id, game } of this.#seats) if (game !== undefined) tell(game, id);
  }
}

/** What the players may call. */
class HostGame extends Game {
  readonly #host: TurnHost;

  constructor(host: TurnHost) {
    super("Game");
    this.#host = host;
  }

  override setPlayerName(name: string): void {
    this.#host.named(this.multiplayer.remoteSenderId, this, name);
  }

  override requestAction(action: string): void {
    this.#host.requested(this.multiplayer.remoteSenderId, action);
  }
}

function nameOf(seat: Seat | undefined): string {
  return seat === undefined || seat.name === "" ? "Somebody" : seat.name;
}
