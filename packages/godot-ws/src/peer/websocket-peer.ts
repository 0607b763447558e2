// Godot's WebSocketPeer: one connection, client or server, polled or by signals. Knows messages, not bytes: how they
// travel is the Connection's business.

import { accept, type ConnectionSource, connect, connectOver, environment } from "#platform";
import type { Timer } from "../clock.ts";
import { ConnectError, LimitError, UsageError } from "../errors.ts";
import { isSendableCloseCode, maxCloseReasonBytes, utf8Length } from "../protocol/close.ts";
import { opcodes } from "../protocol/frame.ts";
import { type PreparedFrame, prepareFrame } from "../protocol/frame-writer.ts";
import {
  type Acceptance,
  checkProtocols,
  parseHeaderLines,
  type Refusal,
  type UpgradeRequest,
} from "../protocol/handshake.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import { reportUncaught, Signal } from "../signal.ts";
import type { Connection, ConnectionEvents } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import type { ByteStream } from "../transport/stream.ts";
import { Packet, PacketQueue } from "./packet-queue.ts";
import { parseWebSocketUrl } from "./websocket-url.ts";

/** Godot: WebSocketPeer.State. */
export type ReadyState = 0 | 1 | 2 | 3;

/** Godot: WebSocketPeer.WriteMode. */
export type WriteMode = 0 | 1;

/**
 * A server's answer to a request: take it, perhaps with a subprotocol and headers, or refuse it with an HTTP status.
 * May take its time; the handshake's time limit goes on.
 */
export type RequestHandler = (
  request: UpgradeRequest,
) => Acceptance | Refusal | Promise<Acceptance | Refusal>;

export interface WebSocketPeerOptions {
  /** Subprotocols offered (client) or supported (server). Default: none. */
  supportedProtocols?: readonly string[];
  /** Additional `"Name: value"` lines of the handshake. Default: none. */
  handshakeHeaders?: readonly string[];
  /** Octets of the largest message taken, and of unread packets until reading stops. Default 65535. */
  inboundBufferSize?: number;
  /** Octets that may wait to be sent. Default 65535; 0 for no limit. */
  outboundBufferSize?: number;
  /** Unread packets until reading stops. Default 4096. */
  maxQueuedPackets?: number;
  /** Seconds between pings, 0 for none. Default 0. */
  heartbeatInterval?: number;
  /** Milliseconds for TCP, TLS and HTTP together, 0 for no limit. Default 10000. */
  handshakeTimeoutMs?: number;
  /** Milliseconds for the peer to answer a close frame. Default 5000. */
  closeTimeoutMs?: number;
  /** True (the default) for event style; false when a game loop calls `poll()`. */
  autoPoll?: boolean;
  /** The clock and the randomness to use. Default: the platform's. */
  environment?: Environment;
}

export interface ConnectToUrlOptions {
  /** Gives the attempt up. */
  signal?: AbortSignal;
  /** A stream to speak over, in place of a new socket. */
  stream?: ByteStream;
}

const maxHeadBytes = 16 * 1024;
const maxHeaderCount = 128;
const maxFragments = 16 * 1024;
const noBytes = new Uint8Array(0);

const readyStates: Readonly<Record<ConnectionState, ReadyState>> = {
  connecting: 0,
  open: 1,
  closing: 2,
  ending: 2,
  closed: 3,
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

  supportedProtocols: readonly string[];
  handshakeHeaders: readonly string[];
  inboundBufferSize: number;
  outboundBufferSize: number;
  maxQueuedPackets: number;
  handshakeTimeoutMs: number;
  closeTimeoutMs: number;

  /** The handshake succeeded. */
  readonly opened = new Signal();
  /** A packet arrived; while a slot is connected, packets go here and not to `getPacket()`. */
  readonly packetReceived = new Signal<[packet: Packet]>();
  /** The connection is gone; the code is -1 when it was not closed cleanly. */
  readonly closed = new Signal<[code: number, reason: string]>();

  /** Told when there is something to poll; in event style it polls. For owners of many peers. */
  whenReady: (peer: WebSocketPeer) => void;

  readonly #env: Environment;
  readonly #queue = new PacketQueue();
  #connection: Connection | undefined;
  #readyState: ReadyState = WebSocketPeer.State.CLOSED;
  #requestedUrl = "";
  #requestHandler: RequestHandler | undefined;
  #polling = false;
  #openedDue = false;
  #readingPaused = false;
  #lastWasText = false;
  #heartbeatInterval = 0;
  #heartbeatTimer: Timer | undefined;
  #pongAwaited = false;
  #waiting: (() => void)[] = [];

  constructor(options: WebSocketPeerOptions = {}) {
    this.supportedProtocols = options.supportedProtocols ?? [];
    this.handshakeHeaders = options.handshakeHeaders ?? [];
    this.inboundBufferSize = options.inboundBufferSize ?? 65535;
    this.outboundBufferSize = options.outboundBufferSize ?? 65535;
    this.maxQueuedPackets = options.maxQueuedPackets ?? 4096;
    this.handshakeTimeoutMs = options.handshakeTimeoutMs ?? 10_000;
    this.closeTimeoutMs = options.closeTimeoutMs ?? 5_000;
    this.whenReady = (options.autoPoll ?? true) ? poll : () => {};
    this.#env = options.environment ?? environment;
    this.heartbeatInterval = options.heartbeatInterval ?? 0;
  }

  // ---- beginning ----

  /**
   * Calls a server. The promise settles with the handshake; whoever polls may ignore it. It rejects with ConnectError,
   * which has the HTTP status if the server answered one. Throws UsageError at once while CONNECTING or OPEN, and for
   * a malformed URL, header or subprotocol. Godot: WebSocketPeer.connect_to_url.
   */
  connectToUrl(url: string, { signal, stream }: ConnectToUrlOptions = {}): Promise<void> {
    this.#mustBeIdle();
    signal?.throwIfAborted();
    const address = parseWebSocketUrl(url);
    const headers = parseHeaderLines(this.handshakeHeaders);
    if (address.credentials !== "") headers.push(["Authorization", `Basic ${btoa(address.credentials)}`]);
    checkProtocols(this.supportedProtocols);
    const target = { ...address, protocols: this.supportedProtocols, headers };
    this.#requestedUrl = address.href;
    this.#begin(
      stream === undefined
        ? connect(target, this, this.#connectionOptions())
        : connectOver(stream, target, this, this.#connectionOptions(), this.#env),
    );
    const settled = this.#settled(this.#connection!, signal);
    settled.catch(() => {}); // For polled use: nobody is obliged to look at the promise.
    return settled;
  }

  /**
   * Takes a connection over as its server: a stream, a socket of Node's, or a request of `http.Server`'s "upgrade"
   * event. `answer` decides on the request; by default the first subprotocol of the client that is in
   * `supportedProtocols` is chosen. Throws UsageError while CONNECTING or OPEN. Godot: WebSocketPeer.accept_stream.
   */
  acceptStream(source: ConnectionSource, answer?: RequestHandler | undefined): void {
    this.#mustBeIdle();
    checkProtocols(this.supportedProtocols);
    this.#requestHandler = answer;
    this.#requestedUrl = "";
    this.#begin(accept(source, this, this.#connectionOptions(), this.#env));
  }

  #mustBeIdle(): void {
    const state = this.#connection?.state ?? "closed";
    if (state === "connecting" || state === "open") {
      throw new UsageError("ERR_ALREADY_IN_USE", `this peer is ${state}: close it first, or use another`);
    }
  }

  #connectionOptions() {
    const limits = { maxMessageBytes: this.inboundBufferSize, maxFragments, maxHeadBytes, maxHeaderCount };
    return { limits, handshakeTimeoutMs: this.handshakeTimeoutMs, closeTimeoutMs: this.closeTimeoutMs };
  }

  #begin(connection: Connection): void {
    // A connection still in its closing handshake is given up, as in Godot; it must not be heard any more.
    const previous = this.#connection;
    this.#connection = undefined;
    previous?.terminate();
    this.#queue.clear();
    this.#readingPaused = false;
    this.#pongAwaited = false;
    this.#openedDue = false;
    this.#readyState = WebSocketPeer.State.CONNECTING;
    this.#connection = connection;
    connection.start();
  }

  #settled(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        disconnectOpened();
        disconnectClosed();
        signal?.removeEventListener("abort", aborted);
      };
      const disconnectOpened = this.opened.connect(() => {
        done();
        resolve();
      });
      const disconnectClosed = this.closed.connect(() => {
        done();
        reject(connectError(this.#requestedUrl, connection.failure));
      });
      const aborted = (): void => {
        done();
        if (this.#connection === connection) this.close(-1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", aborted, { once: true });
    });
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

  /** What the client asked for, or was asked by the client. Godot: WebSocketPeer.get_requested_url. */
  get requestedUrl(): string {
    const request = this.#connection?.request;
    if (request === undefined) return this.#requestedUrl;
    return `${this.#connection?.isEncrypted ? "wss" : "ws"}://${request.headers.get("host")}${request.target}`;
  }

  /** Server: the client's handshake, once it came. */
  get request(): UpgradeRequest | undefined {
    return this.#connection?.request;
  }

  /** The remote IP address. Godot: WebSocketPeer.get_connected_host. */
  get connectedHost(): string {
    return this.#connection?.remoteAddress ?? "";
  }

  /** Godot: WebSocketPeer.get_connected_port. */
  get connectedPort(): number {
    return this.#connection?.remotePort ?? 0;
  }

  /** Octets that wait to be sent, frame headers included. Godot: WebSocketPeer.get_current_outbound_buffered_amount. */
  get currentOutboundBufferedAmount(): number {
    return this.#readyState === WebSocketPeer.State.OPEN ? this.#connection!.bufferedAmount : 0;
  }

  /** TCP_NODELAY; on by default. Godot: WebSocketPeer.set_no_delay. */
  setNoDelay(enabled: boolean): void {
    this.#connection?.setNoDelay(enabled);
  }

  // ---- sending ----

  /**
   * Sends one message; `message` is copied, and may be empty. False when the connection is CLOSING or CLOSED, which the
   * far side may bring about at any time: then nobody will get it. Throws UsageError before OPEN, LimitError when
   * `outboundBufferSize` does not allow it; then nothing was sent. Godot: WebSocketPeer.send.
   */
  send(message: Uint8Array, writeMode: WriteMode = WebSocketPeer.WriteMode.BINARY): boolean {
    const connection = this.#ableToSend(message.length);
    connection?.sendBytes(message, writeMode === WebSocketPeer.WriteMode.TEXT);
    return connection !== undefined;
  }

  /** As `send`, for text. Godot: WebSocketPeer.send_text. */
  sendText(message: string): boolean {
    // Counting octets costs a pass over the text: a short one is counted by its UTF-16 units.
    const connection = this.#ableToSend(message.length <= 1024 ? message.length : utf8Length(message));
    connection?.sendText(message);
    return connection !== undefined;
  }

  /** As `send`, binary. Godot: PacketPeer.put_packet (which does not send an empty one). */
  putPacket(packet: Uint8Array): boolean {
    return this.send(packet);
  }

  /** Encodes a binary message once, to be sent to many clients with `sendPrepared`. `packet` is copied. */
  static prepare(packet: Uint8Array, env: Environment = environment): PreparedFrame {
    return prepareFrame(env.arena, opcodes.binary, packet);
  }

  /** Server: as `send`, without encoding the message again. */
  sendPrepared(frame: PreparedFrame): boolean {
    const connection = this.#ableToSend(frame.payloadLength);
    connection?.sendPrepared(frame);
    return connection !== undefined;
  }

  #ableToSend(length: number): Connection | undefined {
    const connection = this.#connection;
    if (connection?.state !== "open") {
      if (connection !== undefined && connection.state !== "connecting") return undefined;
      throw new UsageError("FAILED", "cannot send: the connection is not OPEN yet");
    }
    const limit = this.outboundBufferSize;
    if (limit > 0 && connection.bufferedAmount + length > limit) {
      // What a burst within one turn has piled up may well fit the system's buffers.
      connection.flush();
      if (connection.bufferedAmount + length > limit) throw this.#outboundLimitReached(connection, length);
    }
    return connection;
  }

  #outboundLimitReached({ bufferedAmount }: Connection, length: number): LimitError {
    const waiting = `${bufferedAmount} are waiting already, outboundBufferSize is ${this.outboundBufferSize}`;
    return new LimitError("ERR_OUT_OF_MEMORY", `cannot send ${length} octets: ${waiting}`);
  }

  // ---- receiving ----

  /** Godot: PacketPeer.get_available_packet_count. */
  get availablePacketCount(): number {
    return this.#queue.length;
  }

  /** The next packet, undefined when there is none; also after the connection was closed. */
  nextPacket(): Packet | undefined {
    const packet = this.#queue.shift();
    if (packet !== undefined) this.#lastWasText = packet.isText;
    if (this.#readingPaused && !this.#queue.isFull(this.maxQueuedPackets, this.inboundBufferSize)) {
      this.#readingPaused = false;
      this.#connection?.resumeReading();
    }
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
      else if (this.#readyState === WebSocketPeer.State.CLOSED) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
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
    const wasClosed = this.#readyState === WebSocketPeer.State.CLOSED;
    do {
      this.#readyState = this.#currentState();
      if (this.#openedDue) {
        this.#openedDue = false;
        this.opened.emit();
      }
      this.#emitPackets();
      // A slot may have closed the connection, or begun another.
    } while (this.#readyState !== this.#currentState() || this.#openedDue);
    this.#polling = false;
    if (this.#readyState === WebSocketPeer.State.CLOSED && !wasClosed) {
      this.#stopHeartbeat();
      this.closed.emit(this.closeCode, this.closeReason);
    }
    this.#wakeWaiting();
  }

  #currentState(): ReadyState {
    return readyStates[this.#connection?.state ?? "closed"];
  }

  #emitPackets(): void {
    while (this.packetReceived.hasConnections) {
      const packet = this.nextPacket();
      if (packet === undefined) return;
      this.packetReceived.emit(packet);
    }
  }

  #wakeWaiting(): void {
    if (this.#waiting.length === 0) return;
    if (this.#queue.length === 0 && this.#readyState !== WebSocketPeer.State.CLOSED) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
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
      throw new UsageError("ERR_INVALID_PARAMETER", `close code ${code} may not be sent (RFC 6455 §7.4)`);
    }
    if (utf8Length(reason) > maxCloseReasonBytes) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `a close reason has at most ${maxCloseReasonBytes} octets of UTF-8`,
      );
    }
    this.#connection?.close(code, reason);
    this.whenReady(this);
  }

  /** Closes with 1001 and waits until that is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#readyState === WebSocketPeer.State.CLOSED) return;
    const closed = this.closed.next();
    this.close(1001);
    await closed;
  }

  // ---- heartbeat ----

  /**
   * Seconds between pings, 0 for none; may change at any time. A peer that has not answered one when the next is due is
   * dropped. Godot: WebSocketPeer.heartbeat_interval.
   */
  get heartbeatInterval(): number {
    return this.#heartbeatInterval;
  }

  set heartbeatInterval(seconds: number) {
    if (!(seconds >= 0))
      throw new UsageError("ERR_INVALID_PARAMETER", "heartbeatInterval is 0 or more seconds");
    this.#heartbeatInterval = seconds;
    this.#stopHeartbeat();
    if (this.#connection?.state === "open") this.#startHeartbeat();
  }

  #startHeartbeat(): void {
    if (this.#heartbeatInterval === 0) return;
    this.#pongAwaited = false;
    this.#heartbeatTimer = this.#env.clock.setTimer(this.#beat, this.#heartbeatInterval * 1000);
  }

  #stopHeartbeat(): void {
    this.#env.clock.clearTimer(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }

  readonly #beat = (): void => {
    this.#heartbeatTimer = undefined;
    const connection = this.#connection;
    if (connection?.state !== "open") return;
    // While we do not read, we cannot see the answer: only silence that we listen to counts.
    if (this.#pongAwaited && !this.#readingPaused) return connection.terminate();
    connection.ping(noBytes);
    this.#pongAwaited = true;
    this.#heartbeatTimer = this.#env.clock.setTimer(this.#beat, this.#heartbeatInterval * 1000);
  };

  // ---- what the connection brings ----

  /** @internal */
  onRequest(request: UpgradeRequest): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    let answer: ReturnType<RequestHandler>;
    try {
      answer = (this.#requestHandler ?? this.#chooseProtocol)(request);
    } catch (error) {
      return this.#requestHandlerFailed(connection, error);
    }
    if (answer instanceof Promise) {
      answer.then(
        (later) => this.#answerRequest(connection, later),
        (error: unknown) => this.#requestHandlerFailed(connection, error),
      );
    } else {
      this.#answerRequest(connection, answer);
    }
  }

  /** @internal */
  onOpen(): void {
    this.#openedDue = true;
    this.#startHeartbeat();
  }

  /** @internal */
  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#queue.push(new Packet(payload, isText));
    if (this.#queue.isFull(this.maxQueuedPackets, this.inboundBufferSize)) {
      this.#readingPaused = true;
      this.#connection?.pauseReading();
    }
  }

  /** @internal */
  onPong(): void {
    this.#pongAwaited = false;
  }

  /** @internal */
  onReady(): void {
    this.whenReady(this);
  }

  #answerRequest(connection: Connection, answer: Acceptance | Refusal): void {
    if (connection.state !== "connecting") return;
    if ("status" in answer) return connection.reject(answer);
    const headers = [...parseHeaderLines(this.handshakeHeaders), ...(answer.headers ?? [])];
    connection.accept({ protocol: answer.protocol, headers });
  }

  #requestHandlerFailed(connection: Connection, error: unknown): void {
    connection.reject({ status: 500, reason: "the server failed to decide" });
    reportUncaught(error);
  }

  // Godot's rule, but for a client that offers what a server without a list does not know: it decides for itself.
  readonly #chooseProtocol = ({ protocols }: UpgradeRequest): Acceptance | Refusal => {
    if (this.supportedProtocols.length === 0) return {};
    const protocol = protocols.find((offered) => this.supportedProtocols.includes(offered));
    if (protocol !== undefined) return { protocol };
    return { status: 400, reason: `a subprotocol is needed: ${this.supportedProtocols.join(", ")}` };
  };
}

function poll(peer: WebSocketPeer): void {
  peer.poll();
}

function connectError(url: string, failure: Failure | undefined): ConnectError {
  const reason = failure?.reason ?? "the connection was closed during the handshake";
  return new ConnectError("ERR_CANT_CONNECT", `cannot connect to ${url}: ${reason}`, {
    status: failure?.status,
  });
}
