// What a peer has received and its owner has not fetched, where reading cannot be stopped: a tab may sleep. More than the
// bounds allow ends the connection; nothing is ever dropped.

import { type Clock, setPatientTimer } from "../clock.ts";
import type { Connection } from "../transport/connection.ts";
import { type Packet, PacketQueue } from "./packet-queue.ts";
import type { InboundOverflow, WebSocketLimits } from "./websocket-options.ts";

/** What is kept unread, whatever the peer's own bounds, unless they are to end the connection. */
const maxKeptPackets = 128 * 1024;
const maxKeptBytes = 16 * 1024 * 1024;

/** Whose packets they are: it sets the bounds. */
export interface InboxOwner {
  readonly inboundBufferSize: number;
  readonly maxQueuedPackets: number;
  readonly inboundOverflow: InboundOverflow;
  readonly limits: WebSocketLimits;
  whenReady(owner: this): void;
}

export class Inbox {
  protected readonly owner: InboxOwner;
  protected readonly clock: Clock;
  protected connection: Connection | undefined;
  // Made for the first packet that nobody takes at once.
  #queue: PacketQueue | undefined;
  #hasOverflowed = false;
  #stopIdleTimer: (() => void) | undefined;
  #lastMessageAt = 0;

  constructor(owner: InboxOwner, clock: Clock) {
    this.owner = owner;
    this.clock = clock;
  }

  get length(): number {
    return this.#queue?.length ?? 0;
  }

  /** True while nothing is read, so that silence proves nothing. */
  get isPaused(): boolean {
    return false;
  }

  /** A connection is open: its messages will come. */
  open(connection: Connection): void {
    this.connection = connection;
    if (this.owner.limits.idleTimeoutMs > 0) {
      this.#lastMessageAt = this.clock.now();
      this.#watchIdleness();
    }
  }

  /** The connection is gone; what has arrived stays. */
  close(): void {
    this.connection = undefined;
    this.#hasOverflowed = false;
    this.#stopIdleTimer?.();
    this.#stopIdleTimer = undefined;
  }

  clear(): void {
    this.close();
    this.#queue = undefined;
  }

  /** For a packet whose owner can take it now: false when it has to be queued. */
  pass(): boolean {
    if (this.length > 0 || this.#hasOverflowed) return false;
    this.#noteMessage();
    return true;
  }

  push(packet: Packet): void {
    // What was on its way before the peer could know; keeping it would have no bound, and this connection has failed.
    if (this.#hasOverflowed) return;
    this.#queue ??= new PacketQueue();
    this.#queue.push(packet);
    this.#noteMessage();
    if (this.isFull) this.overflow("too many unread packets");
  }

  shift(): Packet | undefined {
    return this.#queue?.shift();
  }

  /** Something has come that the owner may want to fetch. */
  tellOwner(): void {
    this.owner.whenReady(this.owner);
  }

  protected get isFull(): boolean {
    return this.#queue?.isFull(this.owner.maxQueuedPackets, this.owner.inboundBufferSize) ?? false;
  }

  /** More has come than the bounds allow. */
  protected overflow(reason: string): void {
    if (this.owner.inboundOverflow === "pause" && !this.#queue?.isFull(maxKeptPackets, maxKeptBytes)) return;
    this.#hasOverflowed = true;
    this.connection?.close(1008, reason);
  }

  #noteMessage(): void {
    if (this.#stopIdleTimer !== undefined) this.#lastMessageAt = this.clock.now();
  }

  #watchIdleness(): void {
    const silentMs = this.isPaused ? 0 : this.clock.now() - this.#lastMessageAt;
    const waitMs = this.owner.limits.idleTimeoutMs - silentMs;
    if (waitMs > 0) {
      this.#stopIdleTimer = setPatientTimer(this.clock, () => this.#watchIdleness(), waitMs);
    } else {
      this.#stopIdleTimer = undefined;
      this.connection?.close(1001, "idle for too long");
    }
  }
}
