// Sixty steps a second, as Godot's physics: those that are due by the clock, also when the timer comes late. Knows nothing
// of the game.

export const stepSeconds = 1 / 60;

/** After a longer gap, the program was asleep: time goes on from there. */
const mostSteps = 15;

export class GameLoop {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #due = 0;

  /** `turn` is called with the number of steps that are due, when there are any. */
  constructor(turn: (steps: number) => void) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#due += (now - this.#last) / 1000 / stepSeconds;
      this.#last = now;
      const steps = Math.floor(this.#due);
      this.#due -= steps;
      if (steps > 0) turn(Math.min(steps, mostSteps));
    }, 8);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
