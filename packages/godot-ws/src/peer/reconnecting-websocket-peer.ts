// A WebSocketPeer that calls again when its connection is lost or does not come to be, on every platform. Knows when to
// try, not how: that is the WebSocketPeer's business.

import { environment } from "#platform";
import type { Clock, Timer } from "../clock.ts";
import { ConnectError, UsageError } from "../errors.ts";
import type { Failure } from "../protocol/protocol.ts";
import { reportUncaught, Signal } from "../signal.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { connectError } from "./connect-error.ts";
import type { ConnectToUrlOptions, WebSocketPeerOptions } from "./websocket-options.ts";
import { WebSocketPeer } from "./websocket-peer.ts";

/** How often to look whether all has been fetched, for somebody who does not want to wait. */
const soonMs = 16;

/** How a connection, or an attempt at one, ended. */
export interface ConnectionEnd {
  /** Of a clean end; -1 otherwise, as for attempts. */
  readonly code: number;
  /** The close reason; empty where there was none. */
  readonly reason: string;
  /** Why it failed, where that is known. */
  readonly failure: Failure | undefined;
}

/** Those of `WebSocketPeer`, the waits, and when to give up. */
export interface ReconnectingWebSocketPeerOptions extends WebSocketPeerOptions, BackoffOptions {
  /** Attempts in a row that may fail after the first. Default: no limit. */
  maxAttempts?: number;
  /** Milliseconds that a connection has to last for the waits to begin anew with the shortest. Default 5000. */
  stableAfterMs?: number;
  /**
   * Is it worth another attempt? Default: yes for what may pass, which is a lost connection, an attempt that failed
   * without an HTTP status from 400 to 499 (408, 425 and 429 do pass) and not by a permanent redirect (301, 308), no
   * close code, and 1001, 1011 to 1014 and 3001. One that throws says no, and is reported as uncaught.
   */
  shouldReconnect?: (end: ConnectionEnd) => boolean;
}

/**
 * As a WebSocketPeer, but after `connectToUrl` it stays connected as well as it can until `close`. Each connection is
 * told by `opened` and `closed`, each wait by `reconnecting`. What is sent while there is no connection is not kept.
 */
export class ReconnectingWebSocketPeer extends WebSocketPeer {
  /** Waits for so many milliseconds before another attempt; the first after a connection is number 1. */
  readonly reconnecting = new Signal<[attempt: number, delayMs: number]>();
  /** There will be no other attempt, and nobody called `close` or aborted. */
  readonly gaveUp = new Signal<[error: ConnectError]>();

  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #maxAttempts: number;
  readonly #stableAfterMs: number;
  readonly #shouldReconnect: (end: ConnectionEnd) => boolean;
  /** What to do again; undefined when nothing is. */
  #goal: Goal | undefined;
  #openedAt: number | undefined;
  #timer: Timer | undefined;

  /** Throws UsageError for what is out of range. */
  constructor(options: ReconnectingWebSocketPeerOptions = {}) {
    super(options);
    const { clock, random } = options.environment ?? environment;
    this.#clock = clock;
    this.#backoff = new Backoff(options, random);
    this.#maxAttempts = options.maxAttempts ?? Number.POSITIVE_INFINITY;
    this.#stableAfterMs = options.stableAfterMs ?? 5000;
    this.#shouldReconnect = options.shouldReconnect ?? mayPass;
    if (!(this.#maxAttempts >= 0 && this.#stableAfterMs >= 0))
      throw new UsageError("ERR_INVALID_PARAMETER", "maxAttempts and stableAfterMs are from 0");
    this.opened.connect(() => {
      this.#openedAt = clock.now();
      this.#goal?.resolve();
    });
    // Behind all slots that are told of the end: one of them may close, or call somebody else.
    this.closed.connect(() => clock.endOfTurn(() => this.#timer === undefined && this.#decide()));
  }

  /**
   * Calls a server, again and again until `close`, or until it is not worth it. The promise settles with the first
   * connection; it rejects with ConnectError when this peer gives up before. `signal` ends all of it: the waiting, an
   * attempt, the connection. Throws UsageError as WebSocketPeer does, and for a `stream`, which is there only once.
   */
  override connectToUrl(url: string, options: ConnectToUrlOptions = {}): Promise<void> {
    const { signal, ...rest } = options;
    signal?.throwIfAborted();
    if (rest.stream !== undefined) {
      throw new UsageError("ERR_INVALID_PARAMETER", "a stream cannot be connected to again");
    }
    void super.connectToUrl(url, rest);
    this.#stop();
    this.#backoff.reset();
    const { promise, goal } = createGoal(url, rest, signal, () => this.#abort(signal));
    this.#goal = goal;
    return promise;
  }

  /** As WebSocketPeer's, and whoever was called is not called any more. */
  override acceptStream(...args: Parameters<WebSocketPeer["acceptStream"]>): void {
    super.acceptStream(...args);
    this.#stop();
  }

  /** Attempts since the last connection that lasted; 0 when it is connected, or is not to be. */
  get reconnectAttempt(): number {
    const isIdle = this.#goal === undefined || this.readyState === WebSocketPeer.State.OPEN;
    return isIdle ? 0 : this.#backoff.attempts;
  }

  /** Ends a wait: for a page, say, that hears that it is online again. What has come is to be fetched first. */
  reconnectNow(): void {
    if (this.#timer === undefined) return;
    this.#stopTimer();
    this.#waited(soonMs);
  }

  /** As WebSocketPeer's, and nothing is tried again. */
  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    this.#stop();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await super[Symbol.asyncDispose]();
  }

  #abort(signal: AbortSignal | undefined): void {
    this.#goal?.reject(signal?.reason);
    this.close();
  }

  #stop(): void {
    const goal = this.#goal;
    this.#goal = undefined;
    this.#stopTimer();
    goal?.reject(connectError(goal.url, { kind: "handshake", reason: "it was given up" }));
    goal?.forget();
  }

  #stopTimer(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #decide(): void {
    const goal = this.#goal;
    if (goal === undefined || this.readyState !== WebSocketPeer.State.CLOSED) return;
    const openedAt = this.#openedAt;
    this.#openedAt = undefined;
    if (openedAt !== undefined && this.#clock.now() - openedAt >= this.#stableAfterMs) this.#backoff.reset();
    const end = { code: this.closeCode, reason: this.closeReason, failure: this.failure };
    if (this.#backoff.attempts >= this.#maxAttempts || !this.#isWorthIt(end)) {
      return this.#giveUp(
        goal,
        openedAt === undefined ? connectError(goal.url, end.failure) : endError(goal.url, end),
      );
    }
    const delayMs = this.#backoff.next();
    this.#timer = this.#clock.setTimer(() => this.#waited(delayMs), delayMs);
    this.reconnecting.emit(this.#backoff.attempts, delayMs);
  }

  /** A rule that throws is one that says no: nobody shall wait for what does not come. */
  #isWorthIt(end: ConnectionEnd): boolean {
    try {
      return this.#shouldReconnect(end);
    } catch (error) {
      reportUncaught(error);
      return false;
    }
  }

  #giveUp(goal: Goal, error: ConnectError): void {
    goal.reject(error);
    this.#stop();
    this.gaveUp.emit(error);
  }

  #waited(delayMs: number): void {
    this.#timer = undefined;
    // Another connection would clear what the last one brought; a game loop may need its time.
    if (this.availablePacketCount === 0) return this.#callAgain();
    this.#timer = this.#clock.setTimer(() => this.#waited(delayMs), Math.max(delayMs, 1));
  }

  #callAgain(): void {
    const { url, options } = this.#goal!;
    void super.connectToUrl(url, options);
  }
}

interface Goal {
  readonly url: string;
  readonly options: ConnectToUrlOptions;
  resolve(): void;
  reject(reason: unknown): void;
  /** Does not listen to the AbortSignal any more. */
  forget(): void;
}

function createGoal(
  url: string,
  options: ConnectToUrlOptions,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): { promise: Promise<void>; goal: Goal } {
  let resolve = (): void => {};
  let reject = (_: unknown): void => {};
  const promise = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  promise.catch(() => {}); // Whoever uses the signals is not obliged to look at it.
  signal?.addEventListener("abort", onAbort, { once: true });
  const forget = () => signal?.removeEventListener("abort", onAbort);
  return { promise, goal: { url, options, resolve, reject, forget } };
}

function endError(url: string, { code, reason, failure }: ConnectionEnd): ConnectError {
  const why =
    failure?.reason ?? (code === -1 ? "it was lost" : `the server closed it with ${code} ${reason}`);
  return new ConnectError("ERR_CONNECTION_ERROR", `no connection to ${url} any more: ${why.trimEnd()}`);
}

const movedStatuses: readonly number[] = [301, 308];
const passingStatuses: readonly number[] = [408, 425, 429];
const passingCodes: readonly number[] = [-1, 1001, 1005, 1011, 1012, 1013, 1014, 3001];

function mayPass({ code, failure }: ConnectionEnd): boolean {
  if (failure?.kind === "violation") return false;
  const { status = 0 } = failure ?? {};
  if (movedStatuses.includes(status)) return false;
  if (status >= 400 && status < 500) return passingStatuses.includes(status);
  return passingCodes.includes(code);
}
