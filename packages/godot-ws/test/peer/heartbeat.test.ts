import { describe, expect, test } from "vitest";
import { Heartbeat } from "../../src/peer/heartbeat.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

function create(toleratedSilence = 0) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const ears = { deaf: false };
  const heartbeat = new Heartbeat(
    clock,
    {
      ping: () => log.push(`ping ${clock.now()}`),
      isDeaf: () => ears.deaf,
      giveUp: () => log.push(`dead ${clock.now()}`),
    },
    toleratedSilence,
  );
  return { clock, log, ears, heartbeat };
}

describe("Heartbeat", () => {
  test("pings at its interval, from the start on", () => {
    const { clock, log, heartbeat } = create();
    heartbeat.intervalMs = 100;
    clock.advance(1000);
    expect(log).toEqual([]);
    heartbeat.start();
    for (let beat = 0; beat < 3; beat++) {
      clock.advance(100);
      heartbeat.receivePong();
    }
    expect(log).toEqual(["ping 1100", "ping 1200", "ping 1300"]);
  });

  test("gives up, once, when a ping is unanswered as the next is due", () => {
    const { clock, log, heartbeat } = create();
    heartbeat.intervalMs = 100;
    heartbeat.start();
    clock.runUntilIdle();
    expect(log).toEqual(["ping 100", "dead 200"]);
  });

  test("puts up with so many", () => {
    const { clock, log, heartbeat } = create(2);
    heartbeat.intervalMs = 100;
    heartbeat.start();
    clock.advance(300);
    heartbeat.receivePong();
    clock.runUntilIdle();
    expect(log.at(-1)).toBe("dead 700");
    expect(log).toHaveLength(7);
  });

  test("does not count while it is deaf", () => {
    const { clock, log, ears, heartbeat } = create();
    heartbeat.intervalMs = 100;
    heartbeat.start();
    ears.deaf = true;
    clock.advance(1000);
    expect(log).not.toContain("dead 200");
    ears.deaf = false;
    clock.runUntilIdle();
    expect(log.at(-1)).toBe("dead 1100");
  });

  test("can change its interval at any time", () => {
    const { clock, log, heartbeat } = create();
    heartbeat.start();
    expect([heartbeat.intervalMs, clock.timerCount]).toEqual([0, 0]);
    heartbeat.intervalMs = 100;
    clock.advance(50);
    heartbeat.intervalMs = 200;
    clock.advance(199);
    expect([log, clock.timerCount]).toEqual([[], 1]);
    clock.advance(1);
    expect(log).toEqual(["ping 250"]);
    heartbeat.intervalMs = 0;
    clock.advance(10_000);
    expect([log.length, clock.timerCount]).toEqual([1, 0]);
  });

  test("stops, and begins anew", () => {
    const { clock, log, heartbeat } = create();
    heartbeat.intervalMs = 100;
    heartbeat.start();
    clock.advance(100);
    heartbeat.stop();
    expect(clock.timerCount).toBe(0);
    heartbeat.intervalMs = 50;
    expect(clock.timerCount).toBe(0);
    heartbeat.start();
    heartbeat.start();
    expect(clock.timerCount).toBe(1);
    clock.advance(50);
    expect(log).toEqual(["ping 100", "ping 150"]);
  });

  test("measures the round trip of a ping that is out, and no other", () => {
    const { clock, heartbeat } = create();
    expect(heartbeat.receivePong()).toBeUndefined();
    heartbeat.intervalMs = 100;
    heartbeat.start();
    clock.advance(130);
    expect(heartbeat.roundTripTimeMs).toBeUndefined();
    expect([heartbeat.receivePong(), heartbeat.receivePong()]).toEqual([30, undefined]);
    expect(heartbeat.roundTripTimeMs).toBe(30);
  });
});
