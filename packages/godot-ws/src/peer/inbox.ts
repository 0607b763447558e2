// What a peer has received and its owner has not fetched, and every bound on it: count, octets, memory, rates, silence.
// More than that stops the reading, or ends the connection; nothing is ever dropped.

import { supports } from "#platform";
import type { Clock, Timer } from "../clock.ts";
import type { Connection } from "../transport/connection.ts";
import { type Packet, PacketQueue } from "./packet-queue.ts";
import { RateLimit } from "./rate-limit.ts";
import type { InboundOverflow, WebSocketLimits } from "./websocket-options.ts";

/** A timer so late was held up, and so was what came meanwhile: a tab slept. It gets so much time to be delivered. */
const oversleptMs = 1000;

/** What is kept unread where reading cannot be stopped, whatever the peer's own bounds: a tab may sleep. */
const maxKeptPackets = 128 * 1024;
const maxKeptBytes = 16 * 1024 * 1024;

export interface InboxBounds {
  readonly inboundBufferSize: number;
  readonly maxQueuedPackets: number;
  readonly inboundOverflow: InboundOverflow;
  readonly limits: WebSocketLimits;
}

export class Inbox {
  // Made for the first packet that nobody takes at once.
  #queue: PacketQueue | undefined;
  readonly #bounds: InboxBounds;
  readonly #clock: Clock;
  #connection: Connection | undefined;
  #isPaused = false;
  #hasOverflowed = false;
  #rateLimit: RateLimit | undefined;
  #rateTimer: Timer | undefined;
  #idleTimer: Timer | undefined;
  #lastMessageAt = 0;

  constructor(bounds: InboxBounds, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  get length(): number {
    return this.#queue === undefined ? 0 : this.#queue.length;
  }

  /** True while nothing is read, so that silence proves nothing. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A connection is open: its messages will come. */
  open(connection: Connection): void {
    this.#connection = connection;
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.#bounds.limits;
    if (maxMessagesPerSecond > 0 || maxBytesPerSecond > 0) {
      this.#rateLimit = new RateLimit(this.#clock, this.#bounds.limits);
    }
    if (this.#bounds.limits.idleTimeoutMs > 0) {
      this.#lastMessageAt = this.#clock.now();
      this.#watchIdleness();
    }
  }

  /** The connection is gone; what has arrived stays. */
  close(): void {
    this.#connection = undefined;
    this.#isPaused = false;
    this.#hasOverflowed = false;
    this.#rateLimit = undefined;
    this.#clock.clearTimer(this.#rateTimer);
    this.#clock.clearTimer(this.#idleTimer);
    this.#rateTimer = undefined;
    this.#idleTimer = undefined;
  }

  clear(): void {
    this.close();
    this.#queue = undefined;
  }

  /** For a packet whose owner can take it now: false when it has to be queued, since there are others or rates to keep. */
  pass(): boolean {
    if (this.length > 0 || this.#isPaused || this.#hasOverflowed) return false;
    if (this.#rateLimit !== undefined) return false;
    this.#noteMessage();
    return true;
  }

  push(packet: Packet): void {
    // What was on its way before the peer could know; keeping it would have no bound, and this connection has failed.
    if (this.#hasOverflowed) return;
    this.#queue ??= new PacketQueue();
    this.#queue.push(packet);
    this.#noteMessage();
    if (this.#rateLimit !== undefined) this.#checkRate(this.#rateLimit.count(packet.bytes.length));
    if (this.#isFull) this.#overflow("too many unread packets");
  }

  shift(): Packet | undefined {
    const packet = this.#queue?.shift();
    if (this.#isPaused) this.#resumeIfRoom();
    return packet;
  }

  #noteMessage(): void {
    if (this.#idleTimer !== undefined) this.#lastMessageAt = this.#clock.now();
  }

  get #isFull(): boolean {
    return this.#queue?.isFull(this.#bounds.maxQueuedPackets, this.#bounds.inboundBufferSize) ?? false;
  }

  #checkRate(waitMs: number): void {
    if (waitMs === 0) return;
    this.#overflow("too many messages or octets a second");
    if (!this.#isPaused || this.#rateTimer !== undefined) return;
    this.#rateTimer = this.#clock.setTimer(() => {
      this.#rateTimer = undefined;
      this.#resumeIfRoom();
    }, waitMs);
  }

  #overflow(reason: string): void {
    const pauses = this.#bounds.inboundOverflow === "pause";
    if (pauses && supports.backPressure) {
      this.#isPaused = true;
      this.#connection?.pauseReading();
    } else if (!pauses || this.#queue?.isFull(maxKeptPackets, maxKeptBytes)) {
      this.#hasOverflowed = true;
      this.#connection?.close(1008, reason);
    }
  }

  #resumeIfRoom(): void {
    if (this.#rateTimer !== undefined || this.#isFull) return;
    this.#isPaused = false;
    this.#connection?.resumeReading();
  }

  #watchIdleness(dueAt = this.#clock.now()): void {
    const { idleTimeoutMs } = this.#bounds.limits;
    const now = this.#clock.now();
    const silentMs = this.#isPaused ? 0 : now - this.#lastMessageAt;
    const overslept = now - dueAt > oversleptMs;
    if (silentMs >= idleTimeoutMs && !overslept) {
      this.#idleTimer = undefined;
      this.#connection?.close(1001, "idle for too long");
      return;
    }
    const waitMs = overslept ? oversleptMs : idleTimeoutMs - silentMs;
    this.#idleTimer = this.#clock.setTimer(() => this.#watchIdleness(now + waitMs), waitMs);
  }
}
