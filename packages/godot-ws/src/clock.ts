// Time as an argument: what a connection or a peer needs of it. The platform has the real one, a test a virtual one.

/** What `Clock.setTimer` returns, to undo it by. */
export type Timer = object | number;

/** Where time comes from: the platform's, or in a test a virtual one. */
export interface Clock {
  /** Milliseconds from some fixed moment, never going back. */
  now(): number;
  /** Calls back once, after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): Timer;
  /** Undoes `setTimer`; does nothing for a timer that has called, and for undefined. */
  clearTimer(timer: Timer | undefined): void;
  /** Calls back when what is going on now, incoming data above all, has been dealt with. */
  endOfTurn(callback: () => void): void;
}

/** A timer so late was held up, and so was all that came meanwhile: a tab slept. It gets so much time to be delivered. */
const oversleptMs = 1000;

/**
 * A timer that does not overtake what came while it was held up, three times over: those of a tab that is long hidden
 * always come late. Returns what cancels it.
 */
export function setPatientTimer(
  clock: Clock,
  callback: () => void,
  delayMs: number,
  patience = 3,
): () => void {
  const latest = clock.now() + delayMs + oversleptMs;
  let cancel = (): void => clock.clearTimer(timer);
  const timer = clock.setTimer(() => {
    if (patience === 0 || clock.now() <= latest) callback();
    else cancel = setPatientTimer(clock, callback, oversleptMs, patience - 1);
  }, delayMs);
  return () => cancel();
}
