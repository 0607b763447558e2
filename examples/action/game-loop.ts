// Steps of one length: those that are due by the clock, also when the timer comes late. Knows nothing of the game.

export const stepsPerSecond = 30;
export const stepSeconds = 1 / stepsPerSecond;

/** After a longer gap the program was asleep: time goes on from there, without all the steps that were missed. */
export const mostStepsAtOnce = 5;

/** How many steps are due, asked again and again. */
export class StepCounter {
  #last: number;
  #due = 0;

  /** Milliseconds of any clock. */
  constructor(now: number) {
    this.#last = now;
  }

  take(now: number): number {
    this.#due += ((now - this.#last) / 1000) * stepsPerSecond;
    this.#last = now;
    const steps = Math.floor(this.#due);
    this.#due -= steps;
    return Math.min(steps, mostStepsAtOnce);
  }
}

export class GameLoop {
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(step: () => void) {
    const counter = new StepCounter(performance.now());
    this.#timer = setInterval(
      () => {
        for (let steps = counter.take(performance.now()); steps > 0; steps--) step();
      },
      1000 / stepsPerSecond / 4,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
