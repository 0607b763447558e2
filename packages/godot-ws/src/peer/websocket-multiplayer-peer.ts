// Godot's WebSocketMultiplayerPeer: numbered peers over WebSockets. On the wire it is one message, the server's first,
// with the client's id in four octets; every other message is a packet as it is. The server's half is in
// multiplayer-server.ts.

import { multiplayerServerOver } from "#opening";
import { environment } from "#platform";
import { type Clock, setPatientTimer } from "../clock.ts";
import { type LimitError, UsageError } from "../errors.ts";
import { Signal } from "../signal.ts";
import type { Random } from "../transport/environment.ts";
import { leave } from "./leave.ts";
import {
  type ConnectionStatus,
  connected,
  connecting,
  disconnected,
  MultiplayerPeer,
  serverId,
} from "./multiplayer-peer.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions, RequestHandler, WebSocketPeerOptions } from "./websocket-options.ts";
import { type ReadyState, WebSocketPeer } from "./websocket-peer.ts";

/** Those of `WebSocketPeer`, for each connection, and how many there may be. */
export interface WebSocketMultiplayerPeerOptions extends Omit<WebSocketPeerOptions, "autoPoll"> {
  /** Milliseconds for TCP, TLS, HTTP and, on a client, the id. Default 3000, as Godot's `handshake_timeout`. */
  handshakeTimeoutMs?: number;
  /** Peers admitted at most, pending ones included. Default 4095. */
  maxPeers?: number;
}

/** Options of `WebSocketMultiplayerPeer.createServer`. */
export interface CreateServerOptions extends WebSocketMultiplayerPeerOptions {
  /** Default `"*"`: all. */
  bindAddress?: string;
  /** `TLSOptions.server(…)`: clients come by `wss://`. Default: without TLS. */
  tls?: TLSOptions | undefined;
  /** Decides on each request, as with `acceptStream`. Default: by `supportedProtocols`. */
  answer?: RequestHandler | undefined;
}

const closed: ReadyState = 3;
const largestId = 0x7fffffff;

/** Godot: WebSocketMultiplayerPeer. Made by `createServer`, `createAcceptor` or `createClient`. */
export abstract class WebSocketMultiplayerPeer extends MultiplayerPeer implements AsyncDisposable {
  /** A packet for a peer was not sent, since that peer reads too slowly; it is disconnected with close code 1008. */
  readonly peerOverflowed = new Signal<[id: number, error: LimitError]>();
  readonly clock: Clock;
  readonly #random: Random;

  protected constructor(options: WebSocketMultiplayerPeerOptions) {
    super();
    const { clock, random } = options.environment ?? environment;
    this.clock = clock;
    this.#random = random;
  }

  /**
   * Listens on `port`, 0 for any. Rejects with ConnectError, or with UsageError for what is no port and for a `tls` that
   * cannot be used. Godot: WebSocketMultiplayerPeer.create_server.
   */
  static async createServer(
    port: number,
    options: CreateServerOptions = {},
  ): Promise<WebSocketMultiplayerPeer> {
    const server = new Server(settle(options));
    await server.listen(port, options);
    return server;
  }

  /** A server that does not listen: connections are handed to it with `acceptPeer`. */
  static createAcceptor(options: WebSocketMultiplayerPeerOptions = {}): WebSocketMultiplayerPeer {
    return new Server(settle(options));
  }

  /** Joins the server at `url`. Godot: WebSocketMultiplayerPeer.create_client. */
  static createClient(
    url: string,
    options: WebSocketMultiplayerPeerOptions & ConnectToUrlOptions = {},
  ): WebSocketMultiplayerPeer {
    return new Client(url, settle(options));
  }

  /**
   * Server: uses another certificate from the next connection on; those that are open go on. Throws UsageError when key
   * and certificate cannot be used, and for a server that was made without `tls`; then nothing changes.
   */
  setTlsOptions(_tls: TLSOptions): void {
    throw new UsageError("ERR_UNCONFIGURED", "this peer does not listen");
  }

  /**
   * Server: takes a connection that is CONNECTING or OPEN; it gets its id once it is OPEN. From now on this peer reads
   * from it. With `refuseNewConnections`, or when `maxPeers` are here, it is closed with 1013.
   */
  acceptPeer(_socket: WebSocketPeer): void {
    throw new UsageError("ERR_UNAVAILABLE", "a client takes no peers");
  }

  /** The port listened on; 0 where nobody listens. */
  get port(): number {
    return 0;
  }

  get isServerRelaySupported(): boolean {
    return true;
  }

  /** The connection of an admitted peer. Godot: WebSocketMultiplayerPeer.get_peer. */
  abstract getPeer(id: number): WebSocketPeer | undefined;
  /** Ids of the admitted peers. */
  abstract get peers(): number[];
  /** Connections, those in their handshake included. */
  abstract get connectionCount(): number;

  /** An id that no peer has, 2 to 2147483647. Godot: MultiplayerPeer.generate_unique_id. */
  generateUniqueId(): number {
    for (;;) {
      const id = this.#random.uint32() & largestId;
      if (id > 1 && this.getPeer(id) === undefined) return id;
    }
  }

  /** Closes every connection with 1001 (Godot cuts them) and stops listening. No signals follow. */
  close(): void {
    void this[Symbol.asyncDispose]();
  }

  /** As `close`, and waits until the last connection is gone. */
  abstract [Symbol.asyncDispose](): Promise<void>;
}

const Server = multiplayerServerOver(WebSocketMultiplayerPeer, WebSocketPeer);

/** What the connections of a peer are made with. */
function settle<Options extends WebSocketMultiplayerPeerOptions>(options: Options) {
  return { handshakeTimeoutMs: 3000, ...options, autoPoll: false };
}

/** One connection, whose first message is our id. */
class Client extends WebSocketMultiplayerPeer {
  connectionStatus: ConnectionStatus = connecting;
  uniqueId = 0;
  needsPoll = false;
  readonly #socket: WebSocketPeer;
  readonly #stopTimer: (() => void) | undefined;

  /** Throws UsageError for what `connectToUrl` may not be given. */
  constructor(
    url: string,
    options: ConnectToUrlOptions & WebSocketPeerOptions & { readonly handshakeTimeoutMs: number },
  ) {
    super(options);
    const { handshakeTimeoutMs } = options;
    this.#socket = new WebSocketPeer(options);
    this.#socket.whenReady = () => {
      this.needsPoll = true;
      this.whenReady();
    };
    void this.#socket.connectToUrl(url, options);
    // Godot waits for the id for ever; here it is part of the handshake.
    if (handshakeTimeoutMs > 0) {
      const giveUp = (): void => {
        // An id that is here was in time, whenever a game loop fetches it.
        if (this.#socket.availablePacketCount === 0) void this.#leave(1002, "no peer id came in time");
      };
      this.#stopTimer = setPatientTimer(this.clock, giveUp, handshakeTimeoutMs);
    }
  }

  /** The server, once we have our id. */
  getPeer(id: number): WebSocketPeer | undefined {
    return id === serverId && this.connectionStatus === connected ? this.#socket : undefined;
  }

  get peers(): number[] {
    return this.getPeer(serverId) === undefined ? [] : [serverId];
  }

  get connectionCount(): number {
    return this.connectionStatus === disconnected ? 0 : 1;
  }

  get availablePacketCount(): number {
    return this.getPeer(serverId)?.availablePacketCount ?? 0;
  }

  get packetPeer(): number {
    return this.availablePacketCount > 0 ? serverId : 0;
  }

  poll(): void {
    this.needsPoll = false;
    this.#socket.poll();
    // The id may have come together with the end of the connection.
    if (this.connectionStatus === connecting) this.#takeId();
    if (this.#isOver && this.#end()) this.peerDisconnected.emit(serverId);
  }

  /** The last packets come before the end. */
  get #isOver(): boolean {
    return this.#socket.readyState === closed && this.availablePacketCount === 0;
  }

  // The opcode does not matter: Godot takes a text message as well.
  #takeId(): void {
    const message = this.#socket.nextPacket();
    if (message === undefined) return;
    const { buffer, byteOffset, length } = message.bytes;
    const id = length === 4 ? new DataView(buffer, byteOffset).getInt32(0, true) : 0;
    if (id < 2) return void this.#leave(1002, "the first message is not a peer id");
    this.#stopTimer?.();
    this.uniqueId = id;
    this.connectionStatus = connected;
    this.peerConnected.emit(serverId);
  }

  getPacket(): Uint8Array {
    if (this.availablePacketCount === 0) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    const packet = this.#socket.getPacket();
    // Its end, which waited for this, is for the next poll.
    this.needsPoll ||= this.#isOver;
    return packet;
  }

  putPacket(packet: Uint8Array): void {
    const server = this.getPeer(serverId);
    if (server === undefined) throw new UsageError("ERR_UNCONFIGURED", "not connected");
    server.putPacket(packet);
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    for (const id of targets) this.getPeer(id)?.putPacket(packet);
  }

  disconnectPeer(id: number, force = false): void {
    if (this.getPeer(id) === undefined)
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
    if (force) void this.#leave(1000);
    else this.#socket.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#leave(1001);
  }

  /** Without a signal. */
  #leave(code: number, reason?: string): Promise<void> {
    const gone = leave(this.#socket, code, reason);
    this.#end();
    this.whenReady();
    return gone;
  }

  /** True when we were connected. */
  #end(): boolean {
    const wasConnected = this.uniqueId > 0;
    this.#stopTimer?.();
    this.connectionStatus = disconnected;
    this.uniqueId = 0;
    this.needsPoll = false;
    return wasConnected;
  }
}
