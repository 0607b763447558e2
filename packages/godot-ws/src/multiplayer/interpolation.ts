// A remote value between two of its states, by the sender's stamps, so that it moves evenly however packets come. It must
// not know synchronizers.

/** Between two values: `(a, b, weight) => a.lerp(b, weight)`. */
export type Lerp<Value> = (from: Value, to: Value, weight: number) => Value;

/** Options of `Interpolation`. */
export interface InterpolationOptions {
  /** How far in the past it is shown, in milliseconds: a little more than an interval and the jitter. Default 100. */
  delayMs?: number;
  /** Milliseconds between two stamps, the length of the sender's frames, where it is known. Default: found out. */
  msPerStamp?: number;
}

interface Sample<Value> {
  readonly stamp: number;
  readonly time: number;
  readonly value: Value;
}

const mostSamples = 32;
const longestSilenceMs = 1000;

/**
 * `remote.add(synchronizer.stamp, player.position, now)` at each `synchronized`, `remote.at(now)` when it is drawn. Times
 * are milliseconds of one clock of ours.
 */
export class Interpolation<Value> {
  readonly #lerp: Lerp<Value>;
  readonly #delayMs: number;
  readonly #msPerStamp: number | undefined;
  #samples: Sample<Value>[] = [];

  constructor(lerp: Lerp<Value>, { delayMs = 100, msPerStamp }: InterpolationOptions = {}) {
    this.#lerp = lerp;
    this.#delayMs = delayMs;
    this.#msPerStamp = msPerStamp;
  }

  /** Stamps go up; one that does not begins anew, as does one behind a long silence, in which stamps may have stood still. */
  add(stamp: number, value: Value, now: number): void {
    const last = this.#samples.at(-1);
    const longest = Math.max(longestSilenceMs, 4 * this.#delayMs);
    if (last !== undefined && (stamp <= last.stamp || now - last.time > longest)) this.#samples = [];
    this.#samples.push({ stamp, time: now, value });
    if (this.#samples.length > mostSamples) this.#samples.shift();
  }

  /** What it was `delayMs` ago; undefined before the first state. Never beyond the last. */
  at(now: number): Value | undefined {
    const samples = this.#samples;
    const last = samples.at(-1);
    if (last === undefined) return undefined;
    const rate = this.#rate();
    // What came fastest tells best when it was sent.
    let offset = Number.POSITIVE_INFINITY;
    for (const { time, stamp } of samples) offset = Math.min(offset, time - stamp * rate);
    const wanted = now - this.#delayMs;
    for (let i = samples.length - 1; i > 0; i--) {
      const from = samples[i - 1]!;
      const to = samples[i]!;
      const start = from.stamp * rate + offset;
      if (wanted < start) continue;
      const length = (to.stamp - from.stamp) * rate;
      const weight = length > 0 ? Math.min(1, (wanted - start) / length) : 1;
      return this.#lerp(from.value, to.value, weight);
    }
    return samples[0]!.value;
  }

  /** Milliseconds for each stamp. */
  #rate(): number {
    if (this.#msPerStamp !== undefined) return this.#msPerStamp;
    const first = this.#samples[0]!;
    const last = this.#samples.at(-1)!;
    return last.stamp === first.stamp ? 0 : (last.time - first.time) / (last.stamp - first.stamp);
  }
}
