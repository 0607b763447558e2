// How long to wait before the next attempt: longer each time, and not as long as everybody else. Knows no clock.

import { environment } from "#platform";
import { UsageError } from "../errors.ts";
import type { Random } from "../transport/environment.ts";

/** Options of `Backoff`, in milliseconds. */
export interface BackoffOptions {
  /** Milliseconds before the first attempt, at most. Default 500. */
  initialDelayMs?: number;
  /** Milliseconds that no wait exceeds. Default 30000. */
  maxDelayMs?: number;
  /** Each wait is so many times the one before; from 1. Default 2. */
  factor?: number;
  /** What share of a wait is left to chance, 0 to 1, so that the clients of a server that restarts come spread out. Default 0.5. */
  jitter?: number;
}

/** The waits between attempts, each longer than the one before. Only counts; whoever waits has the timer. */
export class Backoff {
  readonly #initialDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #factor: number;
  readonly #jitter: number;
  readonly #random: Random;
  #attempts = 0;

  /** Throws UsageError for what is out of range. */
  constructor(options: BackoffOptions = {}, random: Random = environment.random) {
    this.#initialDelayMs = options.initialDelayMs ?? 500;
    this.#maxDelayMs = options.maxDelayMs ?? 30_000;
    this.#factor = options.factor ?? 2;
    this.#jitter = options.jitter ?? 0.5;
    this.#random = random;
    const isValid =
      this.#initialDelayMs >= 0 && this.#maxDelayMs >= 0 && this.#factor >= 1 && this.#jitter >= 0;
    if (!isValid || this.#jitter > 1) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        "initialDelayMs and maxDelayMs are from 0, factor from 1, jitter from 0 to 1",
      );
    }
  }

  /** Waits since the last `reset`. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Milliseconds to wait before the attempt that is next. */
  next(): number {
    // Finite, since 0 times infinity is no wait at all.
    const growth = Math.min(this.#factor ** this.#attempts++, Number.MAX_VALUE);
    const chance = this.#random.uint32() / 2 ** 32;
    return Math.min(this.#maxDelayMs, this.#initialDelayMs * growth) * (1 - this.#jitter * chance);
  }

  /** It went well: the next wait is the first again. */
  reset(): void {
    this.#attempts = 0;
  }
}
