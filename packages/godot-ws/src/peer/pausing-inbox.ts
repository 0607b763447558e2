// An inbox that stops reading when more comes than its bounds and rates allow, so that TCP holds the sender back.

import type { Timer } from "../clock.ts";
import type { Connection } from "../transport/connection.ts";
import { Inbox } from "./inbox.ts";
import type { Packet } from "./packet-queue.ts";
import { RateLimit } from "./rate-limit.ts";

export class PausingInbox extends Inbox {
  #isPaused = false;
  #isFetching = false;
  #tellsLater = false;
  #rateLimit: RateLimit | undefined;
  #rateTimer: Timer | undefined;

  override get isPaused(): boolean {
    return this.#isPaused;
  }

  override open(connection: Connection): void {
    super.open(connection);
    const { limits } = this.owner;
    if (limits.maxMessagesPerSecond > 0 || limits.maxBytesPerSecond > 0) {
      this.#rateLimit = new RateLimit(this.clock, limits);
    }
  }

  override close(): void {
    super.close();
    this.#isPaused = false;
    this.#rateLimit = undefined;
    this.clock.clearTimer(this.#rateTimer);
    this.#rateTimer = undefined;
  }

  override pass(): boolean {
    return !this.#isPaused && !this.#isFetching && this.#rateLimit === undefined && super.pass();
  }

  override push(packet: Packet): void {
    super.push(packet);
    const waitMs = this.#rateLimit?.count(packet.bytes.length) ?? 0;
    if (waitMs > 0) this.#slowDown(waitMs);
  }

  override shift(): Packet | undefined {
    const packet = super.shift();
    if (this.#isPaused) {
      this.#isFetching = true;
      this.#resumeIfRoom();
      this.#isFetching = false;
    }
    return packet;
  }

  override tellOwner(): void {
    if (!this.#isFetching) return super.tellOwner();
    // The packet being fetched made room for more: whoever is told now could overtake it.
    if (this.#tellsLater) return;
    this.#tellsLater = true;
    this.clock.endOfTurn(() => {
      this.#tellsLater = false;
      super.tellOwner();
    });
  }

  #slowDown(waitMs: number): void {
    this.overflow("too many messages or octets a second");
    if (!this.#isPaused || this.#rateTimer !== undefined) return;
    this.#rateTimer = this.clock.setTimer(() => {
      this.#rateTimer = undefined;
      this.#resumeIfRoom();
    }, waitMs);
  }

  protected override overflow(reason: string): void {
    if (this.owner.inboundOverflow === "close") return super.overflow(reason);
    this.#isPaused = true;
    this.connection?.pauseReading();
  }

  #resumeIfRoom(): void {
    if (this.#rateTimer !== undefined || this.isFull) return;
    this.#isPaused = false;
    this.connection?.resumeReading();
  }
}
