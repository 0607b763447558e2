import { describe, expect, test } from "vitest";
import { Interpolation } from "../../src/multiplayer/interpolation.ts";

const lerp = (a: number, b: number, weight: number): number => a + (b - a) * weight;

describe("Interpolation", () => {
  test("shows what was, between two states, and never more than the last", () => {
    const remote = new Interpolation(lerp, { delayMs: 100, msPerStamp: 10 });
    expect(remote.at(0)).toBeUndefined();
    remote.add(100, 0, 1000);
    remote.add(110, 50, 1100);
    expect([1000, 1100, 1150, 1200, 5000].map((now) => remote.at(now))).toEqual([0, 0, 25, 50, 50]);
  });

  test("goes by the stamps, not by when packets came", () => {
    const remote = new Interpolation(lerp, { delayMs: 100 });
    // One state every 50 ms; the third was held up.
    for (const [stamp, time] of [
      [3, 1050],
      [6, 1100],
      [9, 1190],
      [12, 1200],
    ] as const)
      remote.add(stamp, stamp, time);
    expect(remote.at(1225)).toBeCloseTo(7.5);
    expect(remote.at(1250)).toBeCloseTo(9);
  });

  test("begins anew with a stamp that does not go up", () => {
    const remote = new Interpolation(lerp);
    remote.add(5, 1, 0);
    remote.add(2, 7, 10);
    expect(remote.at(10)).toBe(7);
  });

  test("begins anew behind a long silence, in which stamps need not have gone on", () => {
    const remote = new Interpolation(lerp, { delayMs: 100 });
    for (let i = 0; i < 10; i++) remote.add(i, i, i * 20);
    remote.add(10, 100, 60_000);
    expect(remote.at(60_000)).toBe(100);
    for (let i = 1; i < 10; i++) remote.add(10 + i, 100 + i, 60_000 + i * 20);
    expect(remote.at(60_180)).toBeCloseTo(104);
  });

  test("keeps no more than it needs", () => {
    const remote = new Interpolation(lerp, { delayMs: 1_000_000, msPerStamp: 1 });
    for (let i = 0; i < 1000; i++) remote.add(i, i, i);
    expect(remote.at(1000)).toBe(1000 - 32);
  });
});
