import { describe, expect, test } from "vitest";
import { createEnvironment, type Flushable, FlushQueue } from "../../src/transport/environment.ts";
import { SeededRandom, VirtualClock } from "../simulation/virtual-environment.ts";

function recorder(log: string[], name: string): Flushable {
  return { flush: () => log.push(name), flushDue: () => log.push(`${name} due`) };
}

describe("FlushQueue", () => {
  test("flushes at the end of the turn, in the order of asking, with one call of the clock", () => {
    const clock = new VirtualClock();
    let calls = 0;
    const counting = {
      ...clockOf(clock),
      endOfTurn: (callback: () => void) => {
        calls++;
        clock.endOfTurn(callback);
      },
    };
    const queue = new FlushQueue(counting);
    const log: string[] = [];
    for (const name of ["b", "a", "c"]) queue.add(recorder(log, name));
    expect(log).toEqual([]);
    clock.runTurns();
    expect(log).toEqual(["b", "a", "c"]);
    expect(calls).toBe(1);
  });

  test("who asks during a flush gets the next turn", () => {
    const clock = new VirtualClock();
    const queue = new FlushQueue(clock);
    const log: string[] = [];
    queue.add({
      flush() {
        log.push("first");
        queue.add(recorder(log, "later"));
      },
      flushDue() {},
    });
    queue.add(recorder(log, "second"));
    clock.runTurns();
    expect(log).toEqual(["first", "second", "later"]);
  });

  test("is ready again after a turn", () => {
    const clock = new VirtualClock();
    const queue = new FlushQueue(clock);
    const log: string[] = [];
    for (const round of ["1", "2", "3"]) {
      queue.add(recorder(log, round));
      clock.runTurns();
    }
    expect(log).toEqual(["1", "2", "3"]);
  });
});

describe("FlushQueue, later", () => {
  test("who waits for an interval is flushed when it is over, all of one millisecond by one timer", () => {
    const clock = new VirtualClock();
    const queue = new FlushQueue(clock);
    const log: string[] = [];
    queue.addLater(recorder(log, "a"), 8);
    queue.addLater(recorder(log, "b"), 8);
    expect(clock.timerCount).toBe(1);
    clock.advance(7);
    expect(log).toEqual([]);
    clock.advance(1);
    expect([log, clock.timerCount]).toEqual([["a due", "b due"], 0]);
  });

  test("nobody waits longer than its interval, whoever shares the millisecond", () => {
    const clock = new VirtualClock();
    const queue = new FlushQueue(clock);
    const log: string[] = [];
    queue.addLater(recorder(log, "slow"), 10);
    clock.advance(6);
    queue.addLater(recorder(log, "quick"), 4);
    clock.advance(1);
    queue.addLater(recorder(log, "other"), 4);
    expect(clock.timerCount).toBe(2);
    clock.advance(3);
    expect(log).toEqual(["slow due", "quick due"]);
    clock.advance(1);
    expect(log).toEqual(["slow due", "quick due", "other due"]);
  });

  test("who asks again while it is flushed gets an interval of its own", () => {
    const clock = new VirtualClock();
    const queue = new FlushQueue(clock);
    let times = 0;
    const again: Flushable = {
      flush() {},
      flushDue: () => {
        if (++times < 3) queue.addLater(again, 5);
      },
    };
    queue.addLater(again, 5);
    clock.advance(14);
    expect(times).toBe(2);
    clock.advance(1);
    expect([times, clock.timerCount]).toEqual([3, 0]);
  });
});

describe("createEnvironment", () => {
  test("keeps the clock and the randomness, and flushes by that clock", () => {
    const clock = new VirtualClock();
    const random = new SeededRandom(1);
    const environment = createEnvironment(clock, random);
    expect(environment.clock).toBe(clock);
    expect(environment.random).toBe(random);
    const log: string[] = [];
    environment.flushQueue.add(recorder(log, "x"));
    clock.runTurns();
    expect(log).toEqual(["x"]);
  });

  test("two environments share no memory", () => {
    const [one, two] = [1, 2].map((seed) => createEnvironment(new VirtualClock(), new SeededRandom(seed)));
    one!.arena.reserve(16);
    two!.arena.reserve(16);
    expect(one!.arena.buffer.buffer === two!.arena.buffer.buffer).toBe(false);
  });
});

function clockOf(clock: VirtualClock) {
  return {
    now: () => clock.now(),
    setTimer: (callback: () => void, delayMs: number) => clock.setTimer(callback, delayMs),
    clearTimer: (timer: object | number | undefined) => clock.clearTimer(timer),
  };
}
