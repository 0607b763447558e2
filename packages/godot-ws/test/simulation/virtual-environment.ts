// Time and chance for tests: a clock that moves only when it is told to, and random numbers that a seed repeats.

import type { Clock } from "../../src/clock.ts";
import { createEnvironment, type Environment, type Random } from "../../src/transport/environment.ts";

interface VirtualTimer {
  readonly at: number;
  readonly callback: () => void;
}

/** More turns in a row than any test needs: something keeps asking for the next one. */
const mostTurns = 100_000;

export class VirtualClock implements Clock {
  // Sorted by time; timers of one moment in the order in which they were set.
  readonly #timers: VirtualTimer[] = [];
  #turn: (() => void)[] = [];
  #now = 0;

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): VirtualTimer {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.at <= timer.at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }

  clearTimer(timer: object | number | undefined): void {
    const index = this.#timers.indexOf(timer as VirtualTimer);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  endOfTurn(callback: () => void): void {
    this.#turn.push(callback);
  }

  /** Timers that are set and have not fired. */
  get timerCount(): number {
    return this.#timers.length;
  }

  /** Ends this turn and all that follow from it, at the same moment. */
  runTurns(): void {
    for (let turns = 0; this.#turn.length > 0; turns++) {
      if (turns > mostTurns) throw new Error("the turns do not end");
      const callbacks = this.#turn;
      this.#turn = [];
      for (const callback of callbacks) callback();
    }
  }

  /** Moves time on, past every timer that is due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.runTurns();
    while (this.#timers.length > 0 && this.#timers[0]!.at <= end) {
      const timer = this.#timers.shift()!;
      this.#now = timer.at;
      timer.callback();
      this.runTurns();
    }
    this.#now = end;
  }

  /** Moves time on until there is nothing left to happen. Throws when that takes more than `mostMs`. */
  runUntilIdle(mostMs = 3_600_000): void {
    const end = this.#now + mostMs;
    this.runTurns();
    while (this.#timers.length > 0) {
      const { at } = this.#timers[0]!;
      if (at > end) throw new Error(`${this.#timers.length} timers are left after ${mostMs} ms`);
      this.advance(at - this.#now);
    }
  }

  /** As `runTurns`, for code with promises in it: they settle too. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds === 0 || this.#turn.length > 0; rounds++) {
      if (rounds > mostTurns) throw new Error("the turns do not end");
      this.runTurns();
      await promisesSettled();
    }
  }
}

/** Every promise that can settle by itself has done so. */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  // Mulberry32. An own property, since whoever takes it takes it without its object.
  readonly uint32 = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };

  readonly bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.below(256));

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return this.uint32() % limit;
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

export interface VirtualEnvironment {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly environment: Environment;
}

export function createVirtualEnvironment(seed = 1): VirtualEnvironment {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  return { clock, random, environment: createEnvironment(clock, random) };
}
