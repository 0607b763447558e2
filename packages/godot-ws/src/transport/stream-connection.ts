// A Connection over any ByteStream: Protocol does the thinking, this moves its bytes, keeps its time limits and makes
// one write of all that a turn of the event loop brought.

import type { Timer } from "../clock.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Acceptance, Refusal, RequestOptions, UpgradeRequest } from "../protocol/handshake.ts";
import type { HttpHead } from "../protocol/http-head.ts";
import { type DeflateEvents, type Failure, Protocol, type ProtocolEvents } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import type { Connection, ConnectionEvents, ConnectionOptions } from "./connection.ts";
import type { Environment, Flushable } from "./environment.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";

/** How it begins: a client's request, or a server's wait for one, which may have been read, or received, already. */
export type Opening =
  | { readonly role: "client"; readonly request: RequestOptions }
  | { readonly role: "server"; readonly head?: HttpHead; readonly received?: Uint8Array };

/** As soon as so many octets wait for the peer to read them, its pings are no longer answered one by one. */
const holdPongsAt = 64 * 1024;

/** As soon as so many octets wait to leave, the flush interval is not waited for. */
const flushAtOnceFrom = 16 * 1024;

/** A client was closed before it was open, by its own program. */
const givenUp: Failure = { kind: "handshake", reason: "it was given up" };

export class StreamConnection
  implements Connection, ProtocolEvents, DeflateEvents, ByteStreamEvents, Flushable
{
  readonly #protocol: Protocol;
  readonly #stream: ByteStream;
  readonly #events: ConnectionEvents;
  readonly #env: Environment;
  #opening: Opening | undefined;
  readonly #options: ConnectionOptions;
  #timer: Timer | undefined;
  #awaitsAnswer = false;
  #flushAsked = false;
  #flushLaterAsked = false;
  #endingStarted = false;
  #endSent = false;
  // Seen while a message was being decompressed, to be acted upon behind it.
  #peerEnded = false;
  #streamClosed = false;
  #pausedByOwner = false;
  #closeCode = -1;
  #closeReason = "";
  #failure: Failure | undefined;

  constructor(
    stream: ByteStream,
    opening: Opening,
    events: ConnectionEvents,
    env: Environment,
    options: ConnectionOptions,
  ) {
    this.#stream = stream;
    this.#opening = opening;
    this.#events = events;
    this.#env = env;
    this.#options = options;
    const { createCodec } = env;
    const settings = options.deflate;
    this.#protocol = new Protocol({
      role: opening.role,
      events: this,
      arena: env.arena,
      limits: options.limits,
      maskKey: env.random.uint32,
      digest: env.digest,
      deflate: settings && createCodec && { settings, createCodec, events: this },
    });
  }

  get state(): ConnectionState {
    return this.#protocol.state;
  }

  get closeCode(): number {
    return this.#closeCode;
  }

  get closeReason(): string {
    return this.#closeReason;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  get selectedProtocol(): string {
    return this.#protocol.selectedProtocol;
  }

  get extensions(): string {
    return this.#protocol.extensions;
  }

  get request(): UpgradeRequest | undefined {
    return this.#protocol.request;
  }

  get remoteAddress(): string {
    return this.#stream.remoteAddress;
  }

  get remotePort(): number {
    return this.#stream.remotePort;
  }

  get isEncrypted(): boolean {
    return this.#stream.isEncrypted;
  }

  get bufferedAmount(): number {
    return this.#protocol.queuedBytes + this.#stream.pendingBytes;
  }

  // ---- what the owner asks for ----

  start(): void {
    this.#stream.attach(this);
    const opening = this.#opening!;
    // It may hold much more memory than an open connection needs.
    this.#opening = undefined;
    if (opening.role === "client") this.#protocol.sendRequest(opening.request);
    else if (opening.head !== undefined) this.#protocol.receiveRequest(opening.head);
    else if (opening.received !== undefined) this.#protocol.receiveData(opening.received);
    // What was there whole, and has its answer, needs no time.
    if (this.state === "connecting") {
      this.#startTimer(this.#options.handshakeTimeoutMs, () => this.#handshakeTimedOut());
    }
    this.#afterEvents();
  }

  accept(acceptance: Acceptance): void {
    this.#protocol.accept(acceptance);
    this.#askFlush();
    this.#endWaitForAnswer();
    this.#afterEvents();
  }

  reject(refusal: Refusal): void {
    this.#protocol.reject(refusal);
    this.#endWaitForAnswer();
    this.#afterEvents();
  }

  sendText(text: string): void {
    this.#protocol.sendText(text);
    this.#askMessageFlush();
  }

  sendBytes(payload: Uint8Array, isText: boolean): void {
    this.#protocol.sendMessage(payload, isText);
    this.#askMessageFlush();
  }

  sendPrepared(frame: PreparedFrame): void {
    this.#protocol.sendPrepared(frame);
    this.#askMessageFlush();
  }

  ping(payload: Uint8Array): void {
    this.#protocol.sendPing(payload);
    this.#askFlush();
  }

  close(code: number, reason: string): void {
    if (this.state === "connecting") return this.terminate();
    if (this.state !== "open") return;
    this.#protocol.sendClose(code, reason);
    // What waits unread must not keep the peer's answer from being seen.
    this.resumeReading();
    this.#startTimer(this.#options.closeTimeoutMs, () => this.terminate());
    this.#askFlush();
  }

  terminate(): void {
    if (this.state === "connecting" && this.#protocol.role === "client") this.#failure ??= givenUp;
    this.#cut();
  }

  #cut(): void {
    if (this.state === "closed") return;
    this.#stream.destroy();
    this.#finish();
  }

  pauseReading(): void {
    this.#pausedByOwner = true;
    this.#protocol.pauseReading();
    this.#stream.pause();
  }

  resumeReading(): void {
    if (!this.#pausedByOwner) return;
    this.#pausedByOwner = false;
    this.#protocol.resumeReading();
    this.#resumeStream();
    this.#afterEvents();
    this.#endIfPeerHas();
  }

  /** Unless one of the reasons not to read still holds. */
  #resumeStream(): void {
    if (this.#pausedByOwner || this.#protocol.isInflating) return;
    this.#stream.resume();
  }

  setNoDelay(enabled: boolean): void {
    this.#stream.setNoDelay(enabled);
  }

  // ---- what the stream brings ----

  onData(chunk: Uint8Array): void {
    this.#protocol.receiveData(chunk);
    this.#afterEvents();
    // Without what is being compressed: that is no sign of a slow peer, and brings no drain event by itself.
    const backlog = this.#protocol.outbox.byteLength + this.#stream.pendingBytes;
    if (backlog > holdPongsAt) this.#protocol.holdPongs();
  }

  onDrain(): void {
    if (this.#protocol.releasePong()) this.#askFlush();
    this.#endWhenDone();
    this.#checkDrained();
  }

  onEnd(): void {
    this.#peerEnded = true;
    // What came before, perhaps a close frame, has to be read first.
    if (this.#protocol.isInflating || this.#pausedByOwner) return;
    // Without a close frame no more can come, and nobody would read what we still had to say.
    if (this.state !== "ending") return this.#cut();
    this.flush();
  }

  onClose(error: Error | undefined): void {
    if (error !== undefined && this.#failure === undefined && this.state === "connecting") {
      this.#failure = { kind: "handshake", reason: error.message };
    }
    // An orderly end comes behind what was received before it.
    this.#streamClosed = true;
    if (error === undefined && (this.#protocol.isInflating || this.#pausedByOwner)) return;
    this.#finish();
  }

  // ---- what the protocol finds ----

  onRequest(request: UpgradeRequest): void {
    this.#events.onRequest(request);
    if (this.state !== "connecting") return;
    // Until it is answered the peer has no reason to send more; what it sent already is kept.
    this.#awaitsAnswer = true;
    this.#stream.pause();
  }

  #endWaitForAnswer(): void {
    if (!this.#awaitsAnswer) return;
    this.#awaitsAnswer = false;
    this.#resumeStream();
  }

  onOpen(): void {
    this.#stopTimer();
    this.#events.onOpen();
  }

  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#events.onMessage(payload, isText);
  }

  onPing(): void {
    if (this.#protocol.outbox.byteLength > 0) this.#askFlush();
  }

  onPong(payload: Uint8Array): void {
    this.#events.onPong(payload);
  }

  onCloseFrame(code: number, reason: string): void {
    this.#closeCode = code;
    this.#closeReason = reason;
  }

  onFailure(failure: Failure): void {
    this.#failure = failure;
    if (failure.closeCode === undefined) return;
    this.#closeCode = failure.closeCode;
    this.#closeReason = failure.reason;
  }

  onInflateDelayed(): void {
    this.#stream.pause();
  }

  onDeflateDone(): void {
    if (this.state === "closed") return;
    this.#resumeStream();
    this.#afterEvents();
    this.#endIfPeerHas();
  }

  #endIfPeerHas(): void {
    if (this.#streamClosed && !this.#protocol.isInflating) this.#finish();
    else if (this.#peerEnded && this.state !== "closed") this.onEnd();
  }

  // ---- bytes out, and the end ----

  flush(): void {
    this.#flushAsked = false;
    if (this.state === "closed") return;
    const stream = this.#stream;
    this.#protocol.outbox.drain(this.#env.arena, (piece) => {
      // A peer that reads slowly must not keep whole arenas alive: it gets a copy of its own.
      // (`slice` of a Node Buffer would share its memory.)
      stream.write(stream.pendingBytes > 0 ? new Uint8Array(piece) : piece);
    });
    // What the system took at once brings no event of its own.
    if (stream.pendingBytes === 0) this.onDrain();
    else this.#endWhenDone();
  }

  #checkDrained(): void {
    if (this.state === "open" && this.bufferedAmount === 0) this.#events.onDrained();
  }

  flushDue(): void {
    this.#flushLaterAsked = false;
    this.flush();
  }

  /** For what may wait for company; a large backlog gains nothing by it. */
  #askMessageFlush(): void {
    const { flushIntervalMs = 0 } = this.#options;
    if (flushIntervalMs === 0 || this.#protocol.outbox.byteLength > flushAtOnceFrom) return this.#askFlush();
    if (this.#flushAsked || this.#flushLaterAsked) return;
    this.#flushLaterAsked = true;
    this.#env.flushQueue.addLater(this, flushIntervalMs);
  }

  #askFlush(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    this.#env.flushQueue.add(this);
  }

  #afterEvents(): void {
    if (this.state === "ending") this.#startEnding();
    if (this.#protocol.outbox.byteLength > 0) {
      if (this.state === "open") this.#askMessageFlush();
      else this.#askFlush();
    }
    this.#events.onReady();
  }

  /** Says the last word, then leaves the peer `closeTimeoutMs` to let go of TCP. */
  #startEnding(): void {
    // Once: whatever else the peer sends must not give it more time.
    if (this.#endingStarted) return;
    this.#endingStarted = true;
    this.#startTimer(this.#options.closeTimeoutMs, () => this.terminate());
    this.flush();
  }

  // The server ends TCP first (RFC 6455 §7.1.1); whoever fails the connection does so too, and who is left alone.
  #endWhenDone(): void {
    if (this.state !== "ending" || this.#protocol.queuedBytes > 0 || this.#protocol.isDeflating) return;
    if (this.#protocol.role === "server" || this.#failure !== undefined || this.#peerEnded) this.#endStream();
  }

  #endStream(): void {
    if (this.#endSent) return;
    this.#endSent = true;
    this.#stream.end();
  }

  #finish(): void {
    if (this.state === "closed") return;
    this.#stopTimer();
    this.#protocol.receiveEnd();
    this.#events.onReady();
  }

  #handshakeTimedOut(): void {
    if (this.state !== "connecting") return;
    if (this.#protocol.role === "server") {
      this.reject({ status: 408, reason: "the handshake took too long" });
    } else {
      this.#failure = { kind: "handshake", reason: "the handshake took too long" };
      this.terminate();
    }
  }

  #startTimer(delayMs: number, callback: () => void): void {
    this.#stopTimer();
    if (delayMs > 0) this.#timer = this.#env.clock.setTimer(callback, delayMs);
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#env.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
