// Godot's WebSocketPeer: one connection, client or server, polled or by signals. Knows messages, not bytes: how they
// travel is the Connection's business.

import {
  answer,
  askedUrl,
  call,
  connectError,
  createHeartbeat,
  OwnInbox,
  prepare,
  receivePong,
  remoteAddress,
  remotePort,
  resolveDeflate,
  setNoDelay,
  shareLimits,
  take,
} from "#opening";
import { type ConnectionSource, clock, supports } from "#platform";
import type { Clock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { isSendableCloseCode, maxCloseReasonBytes, utf8Length } from "../protocol/close.ts";
import type { DeflateSettings } from "../protocol/deflate.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { UpgradeRequest } from "../protocol/handshake.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import { Signal } from "../signal.ts";
import type { Connection, ConnectionEvents, PlatformSupport } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import { startAttempt } from "./connect-attempt.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Inbox } from "./inbox.ts";
import { mustBeBytes, Outlet } from "./outlet.ts";
import { Packet } from "./packet-queue.ts";
import {
  type ConnectToUrlOptions,
  chooseLimits,
  type InboundOverflow,
  type OutboundOverflow,
  type RequestHandler,
  type WebSocketLimits,
  type WebSocketPeerOptions,
} from "./websocket-options.ts";

/** Godot: WebSocketPeer.State. */
export type ReadyState = 0 | 1 | 2 | 3;

/** Godot: WebSocketPeer.WriteMode. */
export type WriteMode = 0 | 1;

const none: readonly never[] = [];
const connecting = 0;
const open = 1;
const closing = 2;
const closed = 3;
const binary = 1;

const readyStates: Readonly<Record<ConnectionState, ReadyState>> = {
  connecting,
  open,
  closing,
  ending: closing,
  closed,
};

/**
 * A WebSocket connection. Event style: connect to the signals, or iterate. Game-loop style (`autoPoll: false`): call
 * `poll()` each frame, then read `readyState` and `getPacket()`. Godot: WebSocketPeer.
 */
export class WebSocketPeer implements ConnectionEvents, AsyncIterable<Packet>, AsyncDisposable {
  /** Godot: WebSocketPeer.State. */
  static readonly State = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
  /** Godot: WebSocketPeer.WriteMode. */
  static readonly WriteMode = { TEXT: 0, BINARY: 1 } as const;
  /** What this platform allows: all of it in Node, less in a browser. */
  static readonly supports: PlatformSupport = supports;

  // `declare`: the constructor makes them, and a page need not carry their names twice.
  /** Subprotocols offered (client) or supported (server) in the next handshake. Godot: WebSocketPeer.supported_protocols. */
  declare supportedProtocols: readonly string[];
  /** Additional `"Name: value"` lines of the next handshake. Godot: WebSocketPeer.handshake_headers. */
  declare handshakeHeaders: readonly string[];
  /**
   * Octets of the largest message taken (over it: close code 1009), and of unread packets. Godot:
   * WebSocketPeer.inbound_buffer_size.
   */
  declare inboundBufferSize: number;
  /** Octets that may wait to be sent; 0 for no limit. Godot: WebSocketPeer.outbound_buffer_size. */
  declare outboundBufferSize: number;
  /** Unread packets. Godot: WebSocketPeer.max_queued_packets. */
  declare maxQueuedPackets: number;
  /** What happens when more comes in than is fetched. */
  declare inboundOverflow: InboundOverflow;
  /** What happens when more is sent than may wait. */
  declare outboundOverflow: OutboundOverflow;
  /** Those without a property in Godot; they take effect at the next `connectToUrl` or `acceptStream`. */
  declare limits: Readonly<WebSocketLimits>;

  // Signals are made when somebody asks for them: thousands of peers have them, few have slots in all.
  #opened: Signal | undefined;
  #packetReceived: Signal<[packet: Packet]> | undefined;
  #closed: Signal<[code: number, reason: string]> | undefined;
  #pongReceived: Signal<[roundTripTimeMs: number]> | undefined;
  #packetsDropped: Signal<[count: number]> | undefined;

  /** Told when there is something to poll; in event style it polls. For owners of many peers. */
  declare whenReady: (peer: WebSocketPeer) => void;

  // The platform's when there is none.
  readonly #env: Environment | undefined;
  readonly #clock: Clock;
  readonly #deflate: DeflateSettings | undefined;
  #connection: Connection | undefined;
  #readyState: ReadyState = closed;
  #requestedUrl = "";
  #requestHandler: RequestHandler | undefined;
  #polling = false;
  #openedDue = false;
  #giveUpAttempt: (() => void) | undefined;
  #lastWasText = false;
  #heartbeat: Heartbeat | undefined;
  readonly #inbox: Inbox;
  readonly #outlet = new Outlet(this);
  #news: Signal | undefined;

  constructor(options: WebSocketPeerOptions = {}) {
    this.supportedProtocols = options.supportedProtocols ?? none;
    this.handshakeHeaders = options.handshakeHeaders ?? none;
    this.inboundBufferSize = options.inboundBufferSize ?? 65535;
    this.outboundBufferSize = options.outboundBufferSize ?? 65535;
    this.maxQueuedPackets = options.maxQueuedPackets ?? 4096;
    this.inboundOverflow = options.inboundOverflow ?? "pause";
    this.outboundOverflow = options.outboundOverflow ?? "refuse";
    this.limits = shareLimits(chooseLimits(options));
    this.#deflate = resolveDeflate(options.perMessageDeflate);
    this.whenReady = (options.autoPoll ?? true) ? poll : doNothing;
    this.#env = options.environment;
    this.#clock = this.#env?.clock ?? clock;
    this.#inbox = new OwnInbox(this, this.#clock);
    this.heartbeatInterval = options.heartbeatInterval ?? 0;
  }

  /** The handshake succeeded. */
  get opened(): Signal {
    this.#opened ??= new Signal();
    return this.#opened;
  }

  /** A packet arrived; while a slot is connected, packets go here and not to `getPacket()`. */
  get packetReceived(): Signal<[packet: Packet]> {
    this.#packetReceived ??= new Signal(() => this.#pollSoon());
    return this.#packetReceived;
  }

  /** The connection is gone; the code is -1 when it was not closed cleanly. */
  get closed(): Signal<[code: number, reason: string]> {
    this.#closed ??= new Signal();
    return this.#closed;
  }

  /** A pong answered our ping, so long after it. */
  get pongReceived(): Signal<[roundTripTimeMs: number]> {
    this.#pongReceived ??= new Signal();
    return this.#pongReceived;
  }

  /** Messages of `sendDroppable` gave way to fresher ones. */
  get packetsDropped(): Signal<[count: number]> {
    this.#packetsDropped ??= new Signal();
    return this.#packetsDropped;
  }

  // ---- beginning ----

  /**
   * Calls a server. The promise settles with the handshake; whoever polls may ignore it. It rejects with ConnectError,
   * which has the HTTP status if the server answered one. Throws UsageError at once while CONNECTING or OPEN, and for
   * a malformed URL, header, subprotocol or certificate. Godot: WebSocketPeer.connect_to_url.
   */
  connectToUrl(url: string, options: ConnectToUrlOptions = {}): Promise<void> {
    this.#mustBeIdle();
    const { signal } = options;
    signal?.throwIfAborted();
    const { connection, href } = call(url, options, this, this.#deflate, this.#env);
    this.#begin(connection, href);
    const attempt = startAttempt(
      {
        opened: this.opened,
        closed: this.closed,
        createError: () => connectError(href, connection.failure),
        onAbort: () => this.#connection === connection && this.close(-1),
      },
      signal,
    );
    this.#giveUpAttempt = attempt.giveUp;
    return attempt.settled;
  }

  /**
   * Takes a connection over as its server: a stream, a socket of Node's, or a request of `http.Server`'s "upgrade"
   * event. `handler` decides on the request; by default the first subprotocol of the client that is in
   * `supportedProtocols` is chosen. Throws UsageError while CONNECTING or OPEN, and for a malformed header or
   * subprotocol. Godot: WebSocketPeer.accept_stream.
   */
  acceptStream(source: ConnectionSource, handler?: RequestHandler | undefined): void {
    this.#mustBeIdle();
    const connection = take(source, this, this.#deflate, this.#env);
    this.#requestHandler = handler;
    this.#begin(connection, "");
  }

  #mustBeIdle(): void {
    const state = this.#connection?.state ?? "closed";
    if (state === "connecting" || state === "open") {
      throw new UsageError("ERR_ALREADY_IN_USE", `this peer is ${state}: close it first`);
    }
  }

  #begin(connection: Connection, href: string): void {
    this.#requestedUrl = href;
    // A connection still in its closing handshake is given up, as in Godot; it must not be heard any more.
    const previous = this.#connection;
    this.#connection = connection;
    this.#readyState = connecting;
    this.#inbox.clear();
    this.#openedDue = false;
    this.#outlet.close();
    previous?.terminate();
    this.#giveUpAttempt?.();
    this.#giveUpAttempt = undefined;
    connection.start();
  }

  // ---- state ----

  /** As of the last `poll()`. Godot: WebSocketPeer.get_ready_state. */
  get readyState(): ReadyState {
    return this.#readyState;
  }

  /** -1 unless the connection was closed cleanly; 1005 when the peer gave no code. Godot: WebSocketPeer.get_close_code. */
  get closeCode(): number {
    return this.#connection?.closeCode ?? -1;
  }

  /** Godot: WebSocketPeer.get_close_reason. */
  get closeReason(): string {
    return this.#connection?.closeReason ?? "";
  }

  /** Why the connection failed, if it did: more than Godot tells. */
  get failure(): Failure | undefined {
    return this.#connection?.failure;
  }

  /** The agreed subprotocol, or empty. Godot: WebSocketPeer.get_selected_protocol. */
  get selectedProtocol(): string {
    return this.#connection?.selectedProtocol ?? "";
  }

  /** The agreed extensions with their parameters, or empty: `permessage-deflate` or nothing. */
  get extensions(): string {
    return this.#connection?.extensions ?? "";
  }

  /** What the client asked for, or was asked by the client. Godot: WebSocketPeer.get_requested_url. */
  get requestedUrl(): string {
    return askedUrl(this.#connection) ?? this.#requestedUrl;
  }

  /** Server: the client's handshake, once it came. */
  get request(): UpgradeRequest | undefined {
    return this.#connection?.request;
  }

  /** The remote IP address. Godot: WebSocketPeer.get_connected_host. */
  get connectedHost(): string {
    return remoteAddress(this.#connection) ?? "";
  }

  /** Godot: WebSocketPeer.get_connected_port. */
  get connectedPort(): number {
    return remotePort(this.#connection) ?? 0;
  }

  /** Octets that wait to be sent, frame headers included. Godot: WebSocketPeer.get_current_outbound_buffered_amount. */
  get currentOutboundBufferedAmount(): number {
    return this.#readyState === open ? this.#connection!.bufferedAmount : 0;
  }

  /** TCP_NODELAY; on by default. Godot: WebSocketPeer.set_no_delay. */
  setNoDelay(enabled: boolean): void {
    setNoDelay(this.#connection, enabled);
  }

  // ---- sending ----

  /**
   * Sends one message; `message` is copied, and may be empty. False when the connection is CLOSING or CLOSED, which the
   * far side may bring about at any time: then nobody will get it. Throws UsageError before OPEN, LimitError when
   * `outboundBufferSize` does not allow it; then nothing was sent. Godot: WebSocketPeer.send.
   */
  send(message: Uint8Array, writeMode: WriteMode = binary): boolean {
    mustBeBytes(message);
    const connection = this.#outlet.admit(this.#connection, message.length);
    connection?.sendBytes(message, writeMode !== binary);
    return connection !== undefined;
  }

  /** As `send`, for text. Godot: WebSocketPeer.send_text. */
  sendText(message: string): boolean {
    if (typeof message !== "string") throw new UsageError("ERR_INVALID_PARAMETER", "a text is a string");
    // Counting octets costs a pass over the text: a short one is counted by its UTF-16 units.
    const connection = this.#outlet.admit(
      this.#connection,
      message.length <= 1024 ? message.length : utf8Length(message),
    );
    connection?.sendText(message);
    return connection !== undefined;
  }

  /** As `send`, binary. Godot: PacketPeer.put_packet (which does not send an empty one). */
  putPacket(packet: Uint8Array): boolean {
    return this.send(packet);
  }

  /** Encodes a binary message once, to be sent to many clients with `sendPrepared`. `packet` is copied. */
  static prepare(packet: Uint8Array, env?: Environment): PreparedFrame {
    mustBeBytes(packet);
    return prepare(packet, env);
  }

  /** Server: as `send`, without encoding the message again. */
  sendPrepared(frame: PreparedFrame): boolean {
    const connection = this.#outlet.admit(this.#connection, frame.payloadLength);
    connection?.sendPrepared(frame);
    return connection !== undefined;
  }

  /**
   * As `send`, for what only matters while it is fresh: while earlier messages wait for a slow consumer, it is kept
   * back, and within `outboundBufferSize` the oldest such message gives way; `packetsDropped` tells. Never throws
   * LimitError. May be overtaken by messages of `send`.
   */
  sendDroppable(message: Uint8Array, writeMode: WriteMode = binary): boolean {
    const connection = this.#connection;
    mustBeBytes(message);
    if (connection?.state !== "open") return this.send(message, writeMode);
    const dropped = this.#outlet.sendDroppable(connection, message, writeMode !== binary);
    if (dropped > 0) this.#packetsDropped?.emit(dropped);
    return true;
  }

  /** Resolves when nothing waits to be sent any more, or the connection is closed: back-pressure for whoever sends. */
  drained(): Promise<void> {
    return this.#outlet.drained(this.#connection);
  }

  // ---- receiving ----

  /** Godot: PacketPeer.get_available_packet_count. */
  get availablePacketCount(): number {
    return this.#inbox.length;
  }

  /** The next packet, undefined when there is none; also after the connection was closed. */
  nextPacket(): Packet | undefined {
    const packet = this.#inbox.shift();
    if (packet !== undefined) this.#lastWasText = packet.isText;
    return packet;
  }

  /** The next packet's bytes. Throws UsageError when there is none. Godot: PacketPeer.get_packet. */
  getPacket(): Uint8Array {
    const packet = this.nextPacket();
    if (packet === undefined) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    return packet.bytes;
  }

  /** Was the packet fetched last a text message? Godot: WebSocketPeer.was_string_packet. */
  wasStringPacket(): boolean {
    return this.#lastWasText;
  }

  /** The packets, until the connection is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, undefined> {
    for (;;) {
      const packet = this.nextPacket();
      if (packet !== undefined) yield packet;
      else if (this.#readyState === closed) return;
      else {
        this.#news ??= new Signal();
        await this.#news.next();
      }
    }
  }

  // ---- the loop ----

  /**
   * Brings `readyState` up to date and emits the signals that are due. In event style it calls itself.
   * Godot: WebSocketPeer.poll.
   */
  poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    const wasClosed = this.#readyState === closed;
    do {
      this.#readyState = this.#currentState();
      if (this.#openedDue) {
        this.#openedDue = false;
        this.#opened?.emit();
      }
      this.#emitPackets();
      // A slot may have closed the connection, or begun another.
    } while (this.#readyState !== this.#currentState() || this.#openedDue);
    this.#polling = false;
    if (this.#readyState === closed && !wasClosed) {
      this.#heartbeat?.stop();
      this.#inbox.close();
      this.#outlet.close();
      this.#closed?.emit(this.closeCode, this.closeReason);
    }
    this.#news?.emit();
  }

  #currentState(): ReadyState {
    return readyStates[this.#connection?.state ?? "closed"];
  }

  // A first slot that comes late must not wait for the next packet to get those that are here.
  #pollSoon(): void {
    if (this.#inbox.length > 0) this.#clock.endOfTurn(() => this.whenReady(this));
  }

  #emitPackets(): void {
    while (this.#packetReceived?.hasConnections) {
      const packet = this.nextPacket();
      if (packet === undefined) return;
      this.#packetReceived.emit(packet);
    }
  }

  // ---- closing ----

  /**
   * Starts the closing handshake; `readyState` turns CLOSED once the peer has answered or `closeTimeoutMs` has passed.
   * What was sent before still goes out. A negative code drops the connection at once, without a close frame.
   * Throws UsageError for a code that may not be sent and for a reason over 123 octets. Godot: WebSocketPeer.close.
   */
  close(code = 1000, reason = ""): void {
    if (code < 0) {
      this.#connection?.terminate();
      return;
    }
    if (!isSendableCloseCode(code)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `close code ${code} may not be sent`);
    }
    if (utf8Length(reason) > maxCloseReasonBytes) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `a close reason has at most ${maxCloseReasonBytes} octets`,
      );
    }
    this.#connection?.close(code, reason);
    // Seen at once, as in Godot, also by a game loop that has not polled since.
    if (this.#currentState() === closing) this.#readyState = closing;
    this.whenReady(this);
  }

  /** Closes with 1001 and waits until that is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#readyState === closed) return;
    const end = this.closed.next();
    // In game-loop style too: whoever waits here does not poll.
    this.whenReady = poll;
    this.close(1001);
    await end;
  }

  // ---- liveness ----

  /**
   * Seconds between pings, 0 for none; may change at any time. A peer that has not answered one when the next is due is
   * dropped, `toleratedSilence` permitting. Godot: WebSocketPeer.heartbeat_interval.
   */
  get heartbeatInterval(): number {
    return (this.#heartbeat?.intervalMs ?? 0) / 1000;
  }

  set heartbeatInterval(seconds: number) {
    if (!(seconds >= 0))
      throw new UsageError("ERR_INVALID_PARAMETER", `heartbeatInterval is a number from 0, not ${seconds}`);
    if (seconds === 0 && this.#heartbeat === undefined) return;
    this.#heartbeat ??= createHeartbeat(() => this.#connection, this.#inbox, this.#clock, this.limits);
    this.#heartbeat.intervalMs = seconds * 1000;
  }

  /** Milliseconds from the last answered ping to its pong; undefined before the first. */
  get roundTripTimeMs(): number | undefined {
    return this.#heartbeat?.roundTripTimeMs;
  }

  // ---- what the connection brings ----

  /** @internal */
  onRequest(request: UpgradeRequest): void {
    answer(this.#connection, request, this.#requestHandler, this);
  }

  /** @internal */
  onOpen(): void {
    this.#openedDue = true;
    this.#heartbeat?.start();
    this.#inbox.open(this.#connection!);
  }

  /** @internal */
  onMessage(payload: Uint8Array, isText: boolean): void {
    const packet = new Packet(payload, isText);
    if (!this.#deliverNow(packet)) this.#inbox.push(packet);
  }

  // In event style, and with nothing before it, a packet need not wait in the queue for the poll behind its chunk.
  #deliverNow(packet: Packet): boolean {
    if (this.whenReady !== poll || this.#polling || this.#openedDue) return false;
    const signal = this.#packetReceived;
    if (!signal?.hasConnections || this.#readyState !== open) return false;
    if (!this.#inbox.pass()) return false;
    // What a slot brings about is signalled by that poll, as ever.
    this.#polling = true;
    this.#lastWasText = packet.isText;
    signal.emit(packet);
    this.#polling = false;
    return true;
  }

  /** @internal */
  onPong(): void {
    receivePong(this.#heartbeat, this.#pongReceived);
  }

  /** @internal */
  onDrained(): void {
    if (this.#connection !== undefined) this.#outlet.onDrained(this.#connection);
  }

  /** @internal */
  onReady(): void {
    this.#inbox.tellOwner();
  }
}

function poll(peer: WebSocketPeer): void {
  peer.poll();
}

function doNothing(): void {}
