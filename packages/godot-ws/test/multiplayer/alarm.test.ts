import { expect, test } from "vitest";
import { Alarm } from "../../src/multiplayer/alarm.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

function createAlarm() {
  const clock = new VirtualClock();
  const rings: number[] = [];
  const alarm = new Alarm(clock, () => rings.push(clock.now()));
  return { clock, rings, alarm };
}

test("rings once, at the earliest time, with one timer", () => {
  const { clock, rings, alarm } = createAlarm();
  alarm.setFor(500);
  alarm.setFor(200);
  alarm.setFor(300);
  expect(clock.timerCount).toBe(1);
  clock.advance(1000);
  expect(rings).toEqual([200]);
});

test("can be set again, also while it rings, and for what is past", () => {
  const clock = new VirtualClock();
  const rings: number[] = [];
  const alarm = new Alarm(clock, () => {
    rings.push(clock.now());
    if (rings.length < 3) alarm.setFor(clock.now() + 10);
  });
  clock.advance(100);
  alarm.setFor(50);
  clock.advance(100);
  expect(rings).toEqual([100, 110, 120]);
});

test("does not ring when it was cleared", () => {
  const { clock, rings, alarm } = createAlarm();
  alarm.setFor(10);
  alarm.clear();
  clock.advance(100);
  expect([rings, clock.timerCount]).toEqual([[], 0]);
  alarm.setFor(200);
  clock.advance(100);
  expect(rings).toEqual([200]);
});
