import { describe, expect, test } from "vitest";
import { RateLimit } from "../../src/peer/rate-limit.ts";
import { SeededRandom, VirtualClock } from "../simulation/virtual-environment.ts";

function create(maxMessagesPerSecond: number, maxBytesPerSecond: number) {
  const clock = new VirtualClock();
  return { clock, limit: new RateLimit(clock, { maxMessagesPerSecond, maxBytesPerSecond }) };
}

describe("RateLimit", () => {
  test("lets a second's worth of messages pass at once, then says how long to wait", () => {
    const { clock, limit } = create(10, 0);
    expect(Array.from({ length: 10 }, () => limit.count(1_000_000))).toEqual(Array(10).fill(0));
    expect([limit.count(0), limit.count(0)]).toEqual([100, 200]);
    clock.advance(300);
    expect(limit.count(0)).toBe(0);
    expect(limit.count(0)).toBe(100);
  });

  test("the same for octets", () => {
    const { clock, limit } = create(0, 1000);
    expect([limit.count(600), limit.count(400), limit.count(1)]).toEqual([0, 0, 1]);
    clock.advance(501);
    expect([limit.count(500), limit.count(500)]).toEqual([0, 500]);
  });

  test("the longer wait counts", () => {
    const { limit } = create(1, 1000);
    limit.count(1000);
    expect(limit.count(0)).toBe(1000);
    expect(limit.count(3000)).toBe(3000);
  });

  test("saves up one second's worth and no more", () => {
    const { clock, limit } = create(10, 0);
    clock.advance(1_000_000);
    for (let i = 0; i < 10; i++) expect(limit.count(0)).toBe(0);
    expect(limit.count(0)).toBeGreaterThan(0);
  });

  test("0 is no limit", () => {
    const { limit } = create(0, 0);
    for (let i = 0; i < 10_000; i++) expect(limit.count(1e9)).toBe(0);
  });

  test("whoever waits as told keeps the average", () => {
    const { clock, limit } = create(50, 10_000);
    const random = new SeededRandom(3);
    let [messages, octets] = [0, 0];
    while (clock.now() < 60_000) {
      const length = random.below(1000);
      const waitMs = limit.count(length);
      messages++;
      octets += length;
      clock.advance(waitMs);
    }
    const seconds = clock.now() / 1000;
    expect(messages).toBeLessThanOrEqual(50 * (seconds + 1) + 1);
    expect(octets).toBeLessThanOrEqual(10_000 * (seconds + 1) + 1000);
    expect(octets).toBeGreaterThan(9_000 * seconds);
  });
});
