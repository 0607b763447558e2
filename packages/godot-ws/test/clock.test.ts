// What every Clock has to be: the one of the platform, and the one that moves only when a test tells it to.

import { describe, expect, it, test } from "vitest";
import { type Clock, setPatientTimer } from "../src/clock.ts";
import { environment } from "../src/transport/node.ts";
import { VirtualClock } from "./simulation/virtual-environment.ts";

interface Specimen {
  readonly clock: Clock;
  /** Lets at least so many milliseconds of the clock's own time pass, and all that is due happen. */
  pass(ms: number): Promise<void> | void;
}

const specimens: readonly [name: string, create: () => Specimen][] = [
  [
    "Node's",
    () => ({
      clock: environment.clock,
      pass: (ms) => new Promise((resolve) => setTimeout(() => setImmediate(resolve), ms + 5)),
    }),
  ],
  [
    "a virtual one",
    () => {
      const clock = new VirtualClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  ],
];

describe.each(specimens)("a clock: %s", (_, create) => {
  it("never goes back, and moves with time", async () => {
    const { clock, pass } = create();
    const start = clock.now();
    await pass(20);
    const later = clock.now();
    expect(later - start).toBeGreaterThanOrEqual(19);
    expect(clock.now()).toBeGreaterThanOrEqual(later);
  });

  it("calls back once, not at once and not before the time has passed", async () => {
    const { clock, pass } = create();
    const start = clock.now();
    const calls: number[] = [];
    clock.setTimer(() => calls.push(clock.now() - start), 10);
    clock.setTimer(() => calls.push(clock.now() - start), 0);
    expect(calls).toEqual([]);
    await pass(30);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toBeGreaterThanOrEqual(9);
    await pass(15);
    expect(calls).toHaveLength(2);
  });

  it("forgets a timer that is cleared, from another's callback too", async () => {
    const { clock, pass } = create();
    const calls: string[] = [];
    const cleared = clock.setTimer(() => calls.push("cleared"), 1);
    const later = clock.setTimer(() => calls.push("cleared later"), 40);
    clock.setTimer(() => clock.clearTimer(later), 1);
    clock.setTimer(() => calls.push("kept"), 1);
    clock.clearTimer(cleared);
    await pass(60);
    expect(calls).toEqual(["kept"]);
  });

  it("clearing nothing, or what has fired, does nothing", async () => {
    const { clock, pass } = create();
    const timer = clock.setTimer(() => {}, 0);
    await pass(5);
    expect(() => clock.clearTimer(timer)).not.toThrow();
    expect(() => clock.clearTimer(undefined)).not.toThrow();
  });

  it("ends the turn after what is going on, in the order of asking", async () => {
    const { clock, pass } = create();
    const calls: string[] = [];
    clock.endOfTurn(() => {
      calls.push("first");
      clock.endOfTurn(() => calls.push("asked for at the end"));
    });
    clock.endOfTurn(() => calls.push("second"));
    calls.push("going on");
    await pass(5);
    expect(calls).toEqual(["going on", "first", "second", "asked for at the end"]);
  });
});

describe("a patient timer", () => {
  /** A clock that stands still until it is told the time, and calls back only when told to. */
  class SleepyClock implements Clock {
    time = 0;
    timers: { callback: () => void; delayMs: number }[] = [];
    endOfTurn(): void {}
    now(): number {
      return this.time;
    }
    setTimer(callback: () => void, delayMs: number): object {
      const timer = { callback, delayMs };
      this.timers.push(timer);
      return timer;
    }
    clearTimer(timer: unknown): void {
      this.timers = this.timers.filter((other) => other !== timer);
    }
    /** Lets the next timer fire at this time. */
    fireAt(time: number): void {
      this.time = time;
      this.timers.shift()!.callback();
    }
  }

  function create() {
    const clock = new SleepyClock();
    const fired: number[] = [];
    const cancel = setPatientTimer(clock, () => fired.push(clock.time), 5000);
    return { clock, fired, cancel, delays: () => clock.timers.map(({ delayMs }) => delayMs) };
  }

  test("fires as any other, a second late too", () => {
    for (const time of [5000, 6000]) {
      const { clock, fired, delays } = create();
      expect(delays()).toEqual([5000]);
      clock.fireAt(time);
      expect([fired, delays()]).toEqual([[time], []]);
    }
  });

  test("that was held up waits a second for what came meanwhile, and when it was again", () => {
    const { clock, fired, delays } = create();
    clock.fireAt(6001);
    expect([fired, delays()]).toEqual([[], [1000]]);
    clock.fireAt(60_000);
    expect([fired, delays()]).toEqual([[], [1000]]);
    clock.fireAt(61_000);
    expect([fired, delays()]).toEqual([[61_000], []]);
  });

  test("that is always late, as in a tab that is long hidden, fires all the same", () => {
    const { clock, fired, delays } = create();
    for (const time of [60_000, 120_000, 180_000]) {
      clock.fireAt(time);
      expect([fired, delays()]).toEqual([[], [1000]]);
    }
    clock.fireAt(240_000);
    expect([fired, delays()]).toEqual([[240_000], []]);
  });

  test("is cancelled before and after it was held up", () => {
    const early = create();
    early.cancel();
    expect(early.delays()).toEqual([]);
    const late = create();
    late.clock.fireAt(60_000);
    late.cancel();
    expect([late.fired, late.delays()]).toEqual([[], []]);
  });
});
