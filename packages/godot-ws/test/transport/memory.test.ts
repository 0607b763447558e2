import { describe, expect, test } from "vitest";
import { createMemoryPair, type MemoryPairOptions } from "../../src/transport/memory.ts";
import { describeByteStream, type StreamPair } from "../contracts/byte-stream.contract.ts";
import { SeededRandom, VirtualClock } from "../simulation/virtual-environment.ts";
import { RawEnd } from "./raw-end.ts";

async function connect(options: MemoryPairOptions): Promise<StreamPair> {
  const clock = new VirtualClock();
  const [first, second] = createMemoryPair(clock, options);
  return {
    first,
    second,
    async until(condition) {
      clock.runUntilIdle();
      if (!condition()) throw new Error("everything has happened, and this has not");
    },
    async quiet() {
      clock.runUntilIdle();
    },
    async [Symbol.asyncDispose]() {
      clock.runUntilIdle();
    },
  };
}

describeByteStream({
  name: "two ends in memory",
  isEncrypted: false,
  connect: () => connect({}),
});

describeByteStream({
  name: "two ends in memory, slow and cut",
  isEncrypted: false,
  connect: () => {
    const random = new SeededRandom(7);
    return connect({
      latencyMs: () => random.below(50),
      pieceLength: (available) => 1 + random.below(Math.min(available, 3_000_000)),
    });
  },
});

describe("createMemoryPair", () => {
  test("delivers in a later turn, never within write", () => {
    const clock = new VirtualClock();
    const [first, second] = createMemoryPair(clock);
    const b = new RawEnd(second);
    first.attach(new RawEnd(first));
    first.write(Buffer.from("now?"));
    expect(b.received.length).toBe(0);
    expect(first.pendingBytes).toBe(4);
    clock.runTurns();
    expect(b.received.toString()).toBe("now?");
    expect(first.pendingBytes).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  test("asks for the latency of each piece and the length of each", () => {
    const clock = new VirtualClock();
    const offered: number[] = [];
    const arrivals: [at: number, length: number][] = [];
    const latencies = [10, 1, 5];
    const [first, second] = createMemoryPair(clock, {
      latencyMs: () => latencies.shift() ?? 0,
      pieceLength: (available) => {
        offered.push(available);
        return 4;
      },
    });
    new RawEnd(first);
    const b = new RawEnd(second);
    b.onData = (chunk) => arrivals.push([clock.now(), chunk.length]);
    first.write(Buffer.alloc(10));
    clock.runUntilIdle();
    expect(offered).toEqual([10, 6, 2]);
    expect(arrivals).toEqual([
      [10, 4],
      [11, 4],
      [16, 2],
    ]);
  });

  test("a piece has at least one octet and at most what there is", () => {
    const clock = new VirtualClock();
    const wanted = [-3, 1e9];
    const [first, second] = createMemoryPair(clock, { pieceLength: () => wanted.shift() ?? 1 });
    new RawEnd(first);
    const lengths: number[] = [];
    new RawEnd(second).onData = (chunk) => lengths.push(chunk.length);
    first.write(Buffer.alloc(5));
    clock.runUntilIdle();
    expect(lengths).toEqual([1, 4]);
  });

  test("the writer may change its memory afterwards", () => {
    const clock = new VirtualClock();
    const [first, second] = createMemoryPair(clock);
    new RawEnd(first);
    const b = new RawEnd(second);
    const bytes = Buffer.from("before");
    first.write(bytes);
    bytes.fill(0);
    clock.runTurns();
    expect(b.received.toString()).toBe("before");
  });

  test("pendingBytes counts what the far side has not been given, piece by piece", () => {
    const clock = new VirtualClock();
    const [first, second] = createMemoryPair(clock, { latencyMs: () => 1, pieceLength: () => 3 });
    const a = new RawEnd(first);
    new RawEnd(second);
    first.write(Buffer.alloc(7));
    expect(first.pendingBytes).toBe(7);
    clock.advance(1);
    expect([first.pendingBytes, a.drains]).toEqual([4, 0]);
    clock.advance(1);
    clock.advance(1);
    expect([first.pendingBytes, a.drains]).toEqual([0, 1]);
  });
});
