import { describe, expect, test } from "vitest";
import { HeldCalls } from "../../src/multiplayer/held-calls.ts";

const limits = { maxMs: 100, maxPerPeer: 3, maxBytesPerPeer: 10 };
const packet = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
const contents = (calls: readonly { peer: number; packet: Uint8Array }[]): string[] =>
  calls.map(({ peer, packet: bytes }) => `${peer}:${[...bytes]}`);

describe("HeldCalls", () => {
  test("gives back what waits for a path, once, in order", () => {
    const held = new HeldCalls(limits);
    expect(held.isEmpty).toBe(true);
    held.hold(2, "A", packet(1), 0);
    held.hold(3, "A", packet(2), 1);
    held.hold(2, "B", packet(3), 2);
    expect([contents(held.take("C")), held.isEmpty]).toEqual([[], false]);
    expect(contents(held.take("A"))).toEqual(["2:1", "3:2"]);
    expect([contents(held.take("A")), contents(held.take("B")), held.isEmpty]).toEqual([[], ["2:3"], true]);
  });

  test("keeps a copy, of a Buffer too", () => {
    const held = new HeldCalls(limits);
    const bytes = Buffer.from([1, 2]);
    held.hold(2, "A", bytes, 0);
    bytes.fill(9);
    expect(contents(held.take("A"))).toEqual(["2:1,2"]);
  });

  test("takes so many of each peer, and so many octets", () => {
    const held = new HeldCalls(limits);
    expect([1, 2, 3, 4].map((i) => held.hold(2, "A", packet(i), i))).toEqual([101, 102, 103, undefined]);
    expect(held.hold(3, "A", new Uint8Array(8), 0)).toBe(100);
    expect(held.hold(3, "B", new Uint8Array(3), 0)).toBeUndefined();
    expect(held.hold(3, "B", new Uint8Array(2), 0)).toBe(100);
    held.take("A");
    expect(held.hold(2, "A", packet(1), 0)).toBe(100);
    expect(held.hold(3, "A", new Uint8Array(8), 0)).toBe(100);
  });

  test("holds nothing when told so", () => {
    expect(new HeldCalls({ ...limits, maxMs: 0 }).hold(2, "A", packet(1), 0)).toBeUndefined();
  });

  test("gives up those whose time is over, and says when the next one's is", () => {
    const held = new HeldCalls(limits);
    held.hold(2, "A", packet(1), 0);
    held.hold(2, "A", packet(2), 50);
    held.hold(3, "B", packet(3), 20);
    const at = (now: number) => {
      const { expired, next } = held.takeExpired(now);
      return [contents(expired), next];
    };
    expect(at(99)).toEqual([[], 100]);
    expect(at(100)).toEqual([["2:1"], 120]);
    expect(at(120)).toEqual([["3:3"], 150]);
    expect(at(200)).toEqual([["2:2"], Number.POSITIVE_INFINITY]);
    expect(held.isEmpty).toBe(true);
  });

  test("gives up those of a peer that leaves, and the others not", () => {
    const held = new HeldCalls(limits);
    held.hold(2, "A", packet(1), 0);
    held.hold(3, "A", packet(2), 0);
    held.hold(2, "B", packet(3), 0);
    expect(contents(held.takeOf(2))).toEqual(["2:1", "2:3"]);
    expect([held.takeOf(2), held.take("B"), contents(held.take("A"))]).toEqual([[], [], ["3:2"]]);
    held.hold(3, "A", packet(1), 0);
    held.clear();
    expect([held.isEmpty, held.takeOf(3)]).toEqual([true, []]);
  });
});
