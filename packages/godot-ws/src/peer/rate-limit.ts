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
  // Until when what has come is paid for; a second ago is a full bucket.
  #messagesPaid = Number.NEGATIVE_INFINITY;
  #bytesPaid = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, rates: Rates) {
    this.#clock = clock;
    this.#rates = rates;
  }

  /** Takes note of one message; returns the milliseconds to wait until the average is kept again, 0 for none. */
  count(byteLength: number): number {
    const now = this.#clock.now();
    this.#messagesPaid = pay(this.#messagesPaid, now, 1, this.#rates.maxMessagesPerSecond);
    this.#bytesPaid = pay(this.#bytesPaid, now, byteLength, this.#rates.maxBytesPerSecond);
    return Math.max(0, this.#messagesPaid - now, this.#bytesPaid - now);
  }
}

function pay(paid: number, now: number, count: number, perSecond: number): number {
  return perSecond > 0 ? Math.max(paid, now - 1000) + (count * 1000) / perSecond : paid;
}
