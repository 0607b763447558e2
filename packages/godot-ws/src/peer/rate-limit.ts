// How much a peer may send a second, on average, with a second's worth at once: a token bucket for each of messages and
// octets.

import type { Clock } from "../clock.ts";

export interface Rates {
  /** 0 for no limit. */
  readonly maxMessagesPerSecond: number;
  /** Octets of payload; 0 for no limit. */
  readonly maxBytesPerSecond: number;
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #rates: Rates;
  #messages: number;
  #bytes: number;
  #filledAt: number;

  constructor(clock: Clock, rates: Rates) {
    this.#clock = clock;
    this.#rates = rates;
    this.#messages = rates.maxMessagesPerSecond;
    this.#bytes = rates.maxBytesPerSecond;
    this.#filledAt = clock.now();
  }

  /** Takes note of one message; returns the milliseconds to wait until the average is kept again, 0 for none. */
  count(byteLength: number): number {
    const { maxMessagesPerSecond, maxBytesPerSecond } = this.#rates;
    const now = this.#clock.now();
    const seconds = (now - this.#filledAt) / 1000;
    this.#filledAt = now;
    this.#messages = Math.min(maxMessagesPerSecond, this.#messages + seconds * maxMessagesPerSecond) - 1;
    this.#bytes = Math.min(maxBytesPerSecond, this.#bytes + seconds * maxBytesPerSecond) - byteLength;
    return Math.max(debtMs(this.#messages, maxMessagesPerSecond), debtMs(this.#bytes, maxBytesPerSecond));
  }
}

function debtMs(tokens: number, perSecond: number): number {
  return perSecond > 0 && tokens < 0 ? (-tokens / perSecond) * 1000 : 0;
}
