import { expect, test } from "vitest";
import { GameLoop, mostStepsAtOnce, StepCounter, stepsPerSecond } from "../game-loop.ts";

const stepMs = 1000 / stepsPerSecond;

test("as many steps as the clock says, however often it is asked", () => {
  for (const intervalMs of [1, 8, 16.7, stepMs, 50]) {
    const counter = new StepCounter(5000);
    let steps = 0;
    for (let now = 5000 + intervalMs; now <= 15_000; now += intervalMs) steps += counter.take(now);
    expect(steps).toBeGreaterThanOrEqual(10 * stepsPerSecond - 2);
    expect(steps).toBeLessThanOrEqual(10 * stepsPerSecond);
  }
});

test("after a late timer it catches up, after a long sleep it does not", () => {
  const counter = new StepCounter(0);
  expect(counter.take(3.5 * stepMs)).toBe(3);
  expect(counter.take(4.1 * stepMs)).toBe(1);
  expect(counter.take(60_000)).toBe(mostStepsAtOnce);
  expect(counter.take(60_000 + 1.5 * stepMs)).toBeLessThanOrEqual(2);
});

test("the loop steps until it is stopped", async () => {
  let steps = 0;
  const loop = new GameLoop(() => steps++);
  await expect.poll(() => steps).toBeGreaterThan(2);
  loop.stop();
  const stopped = steps;
  await new Promise((resolve) => setTimeout(resolve, 4 * stepMs));
  expect(steps).toBe(stopped);
});
