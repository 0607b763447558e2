// Godot 3's WebSocketServer: numbered clients, told by signals. Knows nothing of rooms, nor of how messages travel.

import { type ConnectionSource, environment, type Listener, listen } from "#platform";
import { ConnectError, type LimitError, UsageError } from "../errors.ts";
import { opcodes } from "../protocol/frame.ts";
import { prepareFrame } from "../protocol/frame-writer.ts";
import { checkProtocols, parseHeaderLines } from "../protocol/handshake.ts";
import { Signal } from "../signal.ts";
import type { Environment } from "../transport/environment.ts";
import type { ByteStream } from "../transport/stream.ts";
import { OwnedPeer, type PeerOwner } from "./owned-peer.ts";
import type { Packet } from "./packet-queue.ts";
import type { TLSOptions } from "./tls-options.ts";
import { chooseLimits, type RequestHandler, type WebSocketPeerOptions } from "./websocket-options.ts";
import { WebSocketPeer } from "./websocket-peer.ts";

/** They apply to each client. A client that reads too slowly is always closed with code 1008. */
export interface WebSocketServerOptions
  extends Omit<WebSocketPeerOptions, "supportedProtocols" | "handshakeHeaders" | "outboundOverflow"> {
  /** Milliseconds for a client's TLS and HTTP, 0 for no limit. Over it: HTTP 408. Default 3000, as in Godot. */
  handshakeTimeoutMs?: number;
}

/** Options of `WebSocketServer.acceptStream`. */
export interface WebSocketServerAcceptOptions {
  /** Subprotocols supported: the client's first that is among them is agreed on. Default: none. */
  protocols?: readonly string[];
  /** Decides on each request, in place of that rule. */
  answer?: RequestHandler;
}

/** Options of `WebSocketServer.listen`. */
export interface WebSocketServerListenOptions extends WebSocketServerAcceptOptions {
  /** Default `"*"`: all. */
  bindAddress?: string;
  /** `TLSOptions.server(…)`: clients come by `wss://`. Default: without TLS. */
  tls?: TLSOptions | undefined;
  /** Sets the server's `maxClients`. */
  maxClients?: number;
}

interface Listening {
  listener: Listener | undefined;
}

const largestId = 0x7fffffff;

/** Connections beyond `maxClients` that may be given an answer at a time; more are cut without one. */
const maxTurnedAway = 64;

const encoder = new TextEncoder();

/**
 * A server by signals, whose clients have random ids from 2 to 2147483647. Event style: nothing else to do. Game-loop
 * style (`autoPoll: false`): call `poll()` each frame; signals come from there. Godot 3: WebSocketServer.
 */
export class WebSocketServer implements AsyncDisposable {
  /** `protocol` is the agreed subprotocol, or empty. Godot 3: WebSocketServer.client_connected. */
  readonly clientConnected = new Signal<[id: number, protocol: string]>();
  /**
   * The id is free again. `wasClean`: each side got the other's close frame; `peer` has code, reason and failure.
   * Godot 3: WebSocketServer.client_disconnected, without `peer`.
   */
  readonly clientDisconnected = new Signal<[id: number, wasClean: boolean, peer: WebSocketPeer]>();
  /**
   * A client began to close; the code is 1005 when it gave none. `clientDisconnected` follows.
   * Godot 3: WebSocketServer.client_close_request.
   */
  readonly clientCloseRequest = new Signal<[id: number, code: number, reason: string]>();
  /**
   * A packet arrived. While no slot is connected, packets wait in `getPeer(id)`, within its limits.
   * Godot 3: WebSocketServer.data_received, without `packet`.
   */
  readonly dataReceived = new Signal<[id: number, packet: Packet]>();
  /** A message was not sent, since that client reads too slowly: it is disconnected with close code 1008. */
  readonly clientOverflowed = new Signal<[id: number, error: LimitError]>();

  /** Connections at most, those in their handshake included. Over it: HTTP 503. Default 4095. */
  maxClients = 4095;

  readonly #options: WebSocketServerOptions;
  readonly #env: Environment;
  // With their ids; 0 until the handshake has succeeded.
  readonly #connections = new Map<OwnedPeer, number>();
  readonly #clients = new Map<number, OwnedPeer>();
  readonly #turnedAway = new Set<WebSocketPeer>();
  #extraHeaders: readonly string[] = [];
  #listening: Listening | undefined;
  #handshakeTimeoutMs = 3000;

  /** Throws UsageError for an option that is out of range. */
  constructor(options: WebSocketServerOptions = {}) {
    this.#options = { ...options };
    this.#env = options.environment ?? environment;
    if (options.handshakeTimeoutMs !== undefined) this.handshakeTimeoutMs = options.handshakeTimeoutMs;
    // A wrong option is the caller's to hear of, now, and not at the first client's expense.
    new WebSocketPeer(options);
  }

  /**
   * Milliseconds for the handshake of clients to come, 0 for no limit. Throws UsageError for what is no number from 0.
   * Godot 3: WebSocketServer.handshake_timeout, which is in seconds.
   */
  get handshakeTimeoutMs(): number {
    return this.#handshakeTimeoutMs;
  }

  set handshakeTimeoutMs(handshakeTimeoutMs: number) {
    this.#handshakeTimeoutMs = chooseLimits({ handshakeTimeoutMs }).handshakeTimeoutMs;
  }

  // ---- listening ----

  /**
   * Listens on `port`, 0 for any. Rejects with ConnectError, or with UsageError for what is no port and for a `tls` that
   * cannot be used. Throws UsageError at once while it listens already and for a malformed subprotocol.
   * Godot 3: WebSocketServer.listen.
   */
  listen(port: number, options: WebSocketServerListenOptions = {}): Promise<void> {
    if (this.#listening !== undefined) {
      throw new UsageError("ERR_ALREADY_IN_USE", "this server listens already: stop it first");
    }
    // Copies: what is checked now must still hold when the clients come.
    const protocols = [...(options.protocols ?? [])];
    checkProtocols(protocols);
    if (options.maxClients !== undefined) this.maxClients = options.maxClients;
    const listening: Listening = { listener: undefined };
    this.#listening = listening;
    return this.#listen(port, { ...options, protocols }, listening);
  }

  async #listen(port: number, options: WebSocketServerListenOptions, listening: Listening): Promise<void> {
    try {
      const take = (stream: ByteStream): void => {
        if (this.#listening === listening) this.acceptStream(stream, options);
        else stream.destroy();
      };
      listening.listener = await listen(port, options.bindAddress ?? "*", take, options.tls);
    } catch (error) {
      if (this.#listening === listening) this.#listening = undefined;
      throw error;
    }
    if (this.#listening === listening) return;
    await listening.listener.close();
    throw new ConnectError("ERR_SKIP", "the server was stopped before it listened");
  }

  /** Godot 3: WebSocketServer.is_listening. */
  get isListening(): boolean {
    return this.#listening?.listener !== undefined;
  }

  /** The port listened on; 0 where nobody listens. */
  get port(): number {
    return this.#listening?.listener?.port ?? 0;
  }

  /**
   * Uses another certificate from the next connection on. Throws UsageError when key and certificate cannot be used, and
   * where TLS is not spoken; then nothing changes. Godot 3: WebSocketServer.private_key and ssl_certificate.
   */
  setTlsOptions(tls: TLSOptions): void {
    const listener = this.#listening?.listener;
    if (listener === undefined) throw new UsageError("ERR_UNCONFIGURED", "this server does not listen");
    listener.setTls(tls);
  }

  /**
   * Sets further `"Name: value"` lines of the answer to clients to come. Throws UsageError for what is none.
   * Godot 3: WebSocketServer.set_extra_headers.
   */
  setExtraHeaders(headers: readonly string[] = []): void {
    parseHeaderLines(headers);
    this.#extraHeaders = [...headers];
  }

  /**
   * Takes a connection that somebody else accepted: a stream, a socket of Node's, or what `takeUpgrades` or the "upgrade"
   * event of an `http.Server` bring, so that web pages and clients share a port. Needs no `listen`. Throws UsageError for
   * a malformed subprotocol.
   */
  acceptStream(
    source: ConnectionSource,
    { protocols = [], answer }: WebSocketServerAcceptOptions = {},
  ): void {
    // Said so that NaN is no way round the bound.
    if (!(this.#connections.size < this.maxClients)) return this.#turnAway(source);
    const peer = new OwnedPeer(this.#owner, {
      ...this.#options,
      handshakeTimeoutMs: this.handshakeTimeoutMs,
      supportedProtocols: protocols,
      handshakeHeaders: this.#extraHeaders,
    });
    this.#connections.set(peer, 0);
    try {
      peer.acceptStream(source, answer);
    } catch (error) {
      this.#connections.delete(peer);
      throw error;
    }
  }

  #turnAway(source: ConnectionSource): void {
    if (this.#turnedAway.size >= maxTurnedAway) {
      ("socket" in source ? source.socket : source).destroy();
      return;
    }
    const peer = new WebSocketPeer({
      handshakeTimeoutMs: this.handshakeTimeoutMs,
      environment: this.#env,
    });
    this.#turnedAway.add(peer);
    peer.closed.connect(() => this.#turnedAway.delete(peer));
    peer.acceptStream(source, () => ({ status: 503, reason: "the server is full" }));
  }

  // ---- the clients ----

  /** Their ids, in the order of joining. */
  get peers(): number[] {
    return [...this.#clients.keys()];
  }

  /** Connections, those in their handshake included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Godot 3: WebSocketServer.has_peer. */
  hasPeer(id: number): boolean {
    return this.#clients.has(id);
  }

  /**
   * A client's connection, to send by: its methods never throw LimitError, but return false and report the client by
   * `clientOverflowed`. Undefined when there is no such client any more. Godot 3: WebSocketMultiplayerPeer.get_peer.
   */
  getPeer(id: number): WebSocketPeer | undefined {
    return this.#clients.get(id);
  }

  /** A client's IP address, empty when there is no such client. Godot 3: WebSocketServer.get_peer_address. */
  getPeerAddress(id: number): string {
    return this.#clients.get(id)?.connectedHost ?? "";
  }

  /** A client's port, 0 when there is no such client. Godot 3: WebSocketServer.get_peer_port. */
  getPeerPort(id: number): number {
    return this.#clients.get(id)?.connectedPort ?? 0;
  }

  /**
   * Starts the closing handshake with a client; `clientDisconnected` follows. A negative code drops it at once. False
   * when there is no such client any more. Throws UsageError for a code that may not be sent and for a reason over 123
   * octets. Godot 3: WebSocketServer.disconnect_peer.
   */
  disconnectPeer(id: number, code = 1000, reason = ""): boolean {
    const peer = this.#clients.get(id);
    peer?.close(code, reason);
    return peer !== undefined;
  }

  /**
   * Sends one message to every client, but for the one with the id `except`; encoded once. A string goes as text. Who
   * reads too slowly for it is reported by `clientOverflowed`; the others get it.
   */
  broadcast(message: Uint8Array | string, except = 0): void {
    const frame =
      typeof message === "string"
        ? prepareFrame(this.#env.arena, opcodes.text, encoder.encode(message))
        : WebSocketPeer.prepare(message, this.#env);
    for (const [id, peer] of this.#clients) {
      if (id !== except) peer.sendPrepared(frame);
    }
  }

  /** Emits the signals that are due; in event style it calls itself. Godot 3: NetworkedMultiplayerPeer.poll. */
  poll(): void {
    for (const peer of this.#connections.keys()) peer.poll();
  }

  readonly #owner: PeerOwner = {
    onOpened: (peer) => {
      const id = this.#generateUniqueId();
      this.#connections.set(peer, id);
      this.#clients.set(id, peer);
      this.clientConnected.emit(id, peer.selectedProtocol);
    },
    takesPackets: () => this.dataReceived.hasConnections,
    onPacket: (peer, packet) => this.dataReceived.emit(this.#idOf(peer), packet),
    onCloseRequest: (peer, code, reason) => this.clientCloseRequest.emit(this.#idOf(peer), code, reason),
    onClosed: (peer, wasClean) => {
      const id = this.#idOf(peer);
      this.#connections.delete(peer);
      if (this.#clients.delete(id)) this.clientDisconnected.emit(id, wasClean, peer);
    },
    onOverflow: (peer, error) => this.clientOverflowed.emit(this.#idOf(peer), error),
  };

  #idOf(peer: OwnedPeer): number {
    return this.#connections.get(peer) ?? 0;
  }

  #generateUniqueId(): number {
    for (;;) {
      const id = this.#env.random.uint32() & largestId;
      if (id > 1 && !this.#clients.has(id)) return id;
    }
  }

  // ---- the end ----

  /**
   * Stops listening, closes every client with 1001 and waits until all are gone; in game-loop style too it needs no
   * `poll()` for that. Afterwards the server may listen again. Godot 3: WebSocketServer.stop, which does not wait.
   */
  async stop(): Promise<void> {
    const notListening = this.#listening?.listener?.close();
    this.#listening = undefined;
    for (const peer of this.#turnedAway) peer.close(-1);
    await Promise.all([...this.#connections.keys()].map((peer) => peer[Symbol.asyncDispose]()));
    await notListening;
  }

  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
