// One timer for many deadlines: the earliest counts. It must not know what the deadlines are for.

import type { Clock, Timer } from "../clock.ts";

/** Rings once, at the earliest of the times it was set for. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #time = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** `time` is one of the clock's, in milliseconds. */
  setFor(time: number): void {
    if (time >= this.#time) return;
    this.clear();
    this.#time = time;
    this.#timer = this.#clock.setTimer(
      () => {
        this.clear();
        this.#ring();
      },
      Math.max(0, time - this.#clock.now()),
    );
  }

  clear(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#time = Number.POSITIVE_INFINITY;
  }
}
