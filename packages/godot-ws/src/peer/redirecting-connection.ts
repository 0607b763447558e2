// A client's Connection that goes where HTTP redirects send it, until one is open or failed for good (RFC 9110 §15.4).
// To its owner it is one connection that takes a little longer.

import type { Clock } from "../clock.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Acceptance, Refusal, UpgradeRequest } from "../protocol/handshake.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import type { Connection, ConnectionEvents, ConnectionOptions } from "../transport/connection.ts";
import { redirectTarget, type UrlTarget } from "./client-target.ts";

export type Connect = (target: UrlTarget, events: ConnectionEvents, options: ConnectionOptions) => Connection;

export class RedirectingConnection implements Connection, ConnectionEvents {
  readonly #events: ConnectionEvents;
  readonly #options: ConnectionOptions;
  readonly #connect: Connect;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #target: UrlTarget;
  #current: Connection;
  #left: number;
  #followed = 0;
  #switching = false;

  constructor(
    target: UrlTarget,
    maxRedirects: number,
    events: ConnectionEvents,
    options: ConnectionOptions,
    connect: Connect,
    clock: Clock,
  ) {
    this.#target = target;
    this.#left = maxRedirects;
    this.#events = events;
    this.#options = options;
    this.#connect = connect;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#current = connect(target, this, options);
  }

  get failure(): Failure | undefined {
    const { failure } = this.#current;
    if (failure?.kind !== "handshake" || this.#followed === 0) return failure;
    const count = this.#followed === 1 ? "a redirect" : `${this.#followed} redirects`;
    return { ...failure, reason: `after ${count}, at ${this.#target.href}: ${failure.reason}` };
  }

  onReady(): void {
    if (this.#switching) return;
    const location = this.#current.failure?.location;
    const next =
      this.#left > 0 && location !== undefined ? redirectTarget(this.#target, location) : undefined;
    if (next === undefined) this.#events.onReady();
    else this.#follow(next);
  }

  #follow(next: UrlTarget): void {
    const previous = this.#current;
    this.#left--;
    this.#followed++;
    this.#target = next;
    this.#current = this.#connect(next, this, { ...this.#options, handshakeTimeoutMs: this.#timeLeftMs() });
    this.#switching = true;
    previous.terminate();
    this.#switching = false;
    this.#current.start();
  }

  /** The limit is for all attempts together. */
  #timeLeftMs(): number {
    const { handshakeTimeoutMs } = this.#options;
    if (handshakeTimeoutMs === 0) return 0;
    return Math.max(1, handshakeTimeoutMs - (this.#clock.now() - this.#startedAt));
  }

  // ---- the same as the connection of the moment ----

  get state(): ConnectionState {
    return this.#current.state;
  }
  get closeCode(): number {
    return this.#current.closeCode;
  }
  get closeReason(): string {
    return this.#current.closeReason;
  }
  get selectedProtocol(): string {
    return this.#current.selectedProtocol;
  }
  get extensions(): string {
    return this.#current.extensions;
  }
  get request(): UpgradeRequest | undefined {
    return this.#current.request;
  }
  get remoteAddress(): string {
    return this.#current.remoteAddress;
  }
  get remotePort(): number {
    return this.#current.remotePort;
  }
  get isEncrypted(): boolean {
    return this.#current.isEncrypted;
  }
  get bufferedAmount(): number {
    return this.#current.bufferedAmount;
  }
  start(): void {
    this.#current.start();
  }
  accept(acceptance: Acceptance): void {
    this.#current.accept(acceptance);
  }
  reject(refusal: Refusal): void {
    this.#current.reject(refusal);
  }
  sendText(text: string): void {
    this.#current.sendText(text);
  }
  sendBytes(payload: Uint8Array, isText: boolean): void {
    this.#current.sendBytes(payload, isText);
  }
  sendPrepared(frame: PreparedFrame): void {
    this.#current.sendPrepared(frame);
  }
  ping(payload: Uint8Array): void {
    this.#current.ping(payload);
  }
  flush(): void {
    this.#current.flush();
  }
  close(code: number, reason: string): void {
    this.#current.close(code, reason);
  }
  terminate(): void {
    this.#left = 0;
    this.#current.terminate();
  }
  pauseReading(): void {
    this.#current.pauseReading();
  }
  resumeReading(): void {
    this.#current.resumeReading();
  }
  setNoDelay(enabled: boolean): void {
    this.#current.setNoDelay(enabled);
  }

  // ---- what it brings ----

  onRequest(request: UpgradeRequest): void {
    this.#events.onRequest(request);
  }
  onOpen(): void {
    this.#events.onOpen();
  }
  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#events.onMessage(payload, isText);
  }
  onPong(payload: Uint8Array): void {
    this.#events.onPong(payload);
  }
  onDrained(): void {
    this.#events.onDrained();
  }
}
