import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { Backoff, type BackoffOptions } from "../../src/peer/backoff.ts";
import { SeededRandom } from "../simulation/virtual-environment.ts";

const waits = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

test("grows by the factor up to the longest wait, and begins anew after a reset", () => {
  const backoff = new Backoff({ initialDelayMs: 100, maxDelayMs: 1000, factor: 3, jitter: 0 });
  expect(waits(backoff, 5)).toEqual([100, 300, 900, 1000, 1000]);
  expect(backoff.attempts).toBe(5);
  backoff.reset();
  expect([backoff.attempts, backoff.next()]).toEqual([0, 100]);
});

test("stays at the longest wait, however many attempts there are", () => {
  const backoff = new Backoff({ jitter: 0 });
  expect(waits(backoff, 5000).at(-1)).toBe(30_000);
  expect(waits(new Backoff({ initialDelayMs: 0, jitter: 0 }), 2000).at(-1)).toBe(0);
});

describe("chance", () => {
  test.each([0.25, 1])("takes up to its share of a wait: %d", (jitter) => {
    const options: BackoffOptions = { initialDelayMs: 1000, factor: 1, jitter };
    const drawn = waits(new Backoff(options, new SeededRandom(5)), 1000);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1000);
    expect(Math.max(...drawn)).toBeGreaterThan(1000 - 20 * jitter);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1000 * (1 - jitter));
    expect(Math.min(...drawn)).toBeLessThan(1000 * (1 - jitter) + 20);
  });

  test("is the platform's by default", () => {
    expect(new Set(waits(new Backoff({ factor: 1 }), 20)).size).toBeGreaterThan(15);
  });
});

test.each([
  { initialDelayMs: -1 },
  { maxDelayMs: Number.NaN },
  { factor: 0.5 },
  { jitter: 1.1 },
  { jitter: -0.1 },
])("%o is a UsageError", (options) => {
  expect(() => new Backoff(options)).toThrow(UsageError);
});
