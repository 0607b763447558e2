// Time as an argument: what a connection or a peer needs of it. The platform has the real one, a test a virtual one.

export type Timer = object | number;

export interface Clock {
  /** Milliseconds from some fixed moment, never going back. */
  now(): number;
  /** Calls back once, after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): Timer;
  clearTimer(timer: Timer | undefined): void;
  /** Calls back when what is going on now, incoming data above all, has been dealt with. */
  endOfTurn(callback: () => void): void;
}
