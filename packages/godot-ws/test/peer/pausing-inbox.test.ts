import { describe, expect, test, vi } from "vitest";
import { Packet } from "../../src/peer/packet-queue.ts";
import { PausingInbox } from "../../src/peer/pausing-inbox.ts";
import {
  chooseLimits,
  type InboundOverflow,
  type WebSocketLimits,
} from "../../src/peer/websocket-options.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { FakeConnection } from "./fake-connection.ts";

function create(options: Partial<WebSocketLimits> & { inboundOverflow?: InboundOverflow } = {}) {
  const clock = new VirtualClock();
  const connection = new FakeConnection();
  const { inboundOverflow = "pause" } = options;
  const limits = chooseLimits(options);
  const whenReady = vi.fn();
  const owner = { inboundBufferSize: 100, maxQueuedPackets: 3, inboundOverflow, limits, whenReady };
  const inbox = new PausingInbox(owner, clock);
  inbox.open(connection);
  const push = (text: string): void => inbox.push(new Packet(Buffer.from(text), true));
  return { clock, connection, inbox, push, whenReady };
}

describe("PausingInbox", () => {
  test("lets no packet pass while rates are kept, or nothing is read", () => {
    expect(create().inbox.pass()).toBe(true);
    expect(create({ maxMessagesPerSecond: 5 }).inbox.pass()).toBe(false);
    const { inbox, push } = create();
    for (const text of ["a", "b", "c", "d"]) push(text);
    inbox.shift();
    expect([inbox.isPaused, inbox.pass()]).toEqual([true, false]);
  });

  test("pauses when full, by count or octets, and resumes with room", () => {
    const { inbox, push, connection } = create();
    for (const text of ["a", "b", "c"]) push(text);
    expect([connection.news(), inbox.isPaused]).toEqual([["pause"], true]);
    inbox.shift();
    expect([connection.news(), inbox.isPaused]).toEqual([["resume"], false]);
    push("x".repeat(98));
    expect(inbox.isPaused).toBe(true);
    inbox.shift();
    inbox.shift();
    expect(inbox.isPaused).toBe(false);
  });

  test("what was on its way when it paused is kept all the same", () => {
    const { inbox, push } = create();
    for (const text of ["a", "b", "c", "d", "e"]) push(text);
    expect(inbox.length).toBe(5);
    inbox.shift();
    inbox.shift();
    expect(inbox.isPaused).toBe(true);
    inbox.shift();
    expect(inbox.isPaused).toBe(false);
  });

  test("or closes with 1008, once, and takes nothing more", () => {
    const { inbox, push, connection } = create({ inboundOverflow: "close" });
    for (const text of ["a", "b", "c", "d", "e"]) push(text);
    expect(connection.news()).toEqual(["close 1008"]);
    expect([inbox.length, inbox.isPaused]).toEqual([3, false]);
  });

  test("slows a peer down to its rate", () => {
    const { inbox, push, connection, clock } = create({ maxMessagesPerSecond: 2 });
    const receive = (): unknown => {
      push("x");
      return inbox.shift()?.text;
    };
    expect([receive(), receive(), connection.news()]).toEqual(["x", "x", []]);
    expect([receive(), connection.news()]).toEqual(["x", ["pause"]]);
    clock.advance(499);
    expect([inbox.isPaused, connection.news()]).toEqual([true, []]);
    clock.advance(1);
    expect([inbox.isPaused, connection.news()]).toEqual([false, ["resume"]]);
  });

  test("resumes only when both rate and room allow it", () => {
    const { inbox, push, connection, clock } = create({ maxMessagesPerSecond: 2 });
    for (const text of ["a", "b", "c"]) push(text);
    clock.advance(10_000);
    expect(connection.news().filter((call) => call === "resume")).toEqual([]);
    inbox.shift();
    expect(connection.news()).toEqual(["resume"]);
  });

  test("closes an idle peer with 1001, but not one that it does not read from", () => {
    const idle = create({ idleTimeoutMs: 1000 });
    idle.clock.advance(500);
    idle.push("x");
    idle.clock.advance(999);
    expect(idle.connection.news()).toEqual([]);
    idle.clock.advance(1);
    expect([idle.connection.news(), idle.clock.timerCount]).toEqual([["close 1001"], 0]);

    const paused = create({ idleTimeoutMs: 1000 });
    for (const text of ["a", "b", "c"]) paused.push(text);
    paused.clock.advance(10_000);
    expect(paused.connection.news()).toEqual(["pause"]);
  });

  test("close keeps the packets and drops timers and pause; clear drops all", () => {
    const { inbox, push, connection, clock } = create({ idleTimeoutMs: 1000, maxMessagesPerSecond: 1 });
    for (const text of ["a", "b", "c"]) push(text);
    expect(clock.timerCount).toBe(2);
    inbox.close();
    connection.news();
    expect([inbox.length, inbox.isPaused, clock.timerCount]).toEqual([3, false, 0]);
    expect([inbox.shift()?.text, connection.news()]).toEqual(["a", []]);
    inbox.clear();
    expect([inbox.length, inbox.shift()]).toEqual([0, undefined]);
  });

  test("serves another connection after that as if new", () => {
    const { inbox, push, connection } = create({ inboundOverflow: "close" });
    for (const text of ["a", "b", "c", "d"]) push(text);
    inbox.clear();
    const next = new FakeConnection();
    inbox.open(next);
    for (const text of ["e", "f"]) push(text);
    expect([inbox.length, connection.news(), next.news()]).toEqual([2, ["close 1008"], []]);
  });

  test("tells its owner at once, but of what a fetched packet made room for only behind that packet", () => {
    const { inbox, push, connection, clock, whenReady } = create();
    inbox.tellOwner();
    expect(whenReady).toHaveBeenCalledTimes(1);
    for (const text of ["a", "b", "c"]) push(text);
    connection.resumeReading = () => {
      expect(inbox.pass()).toBe(false);
      push("d");
      inbox.tellOwner();
      inbox.tellOwner();
    };
    expect(inbox.shift()?.text).toBe("a");
    expect(whenReady).toHaveBeenCalledTimes(1);
    clock.runTurns();
    expect(whenReady).toHaveBeenCalledTimes(2);
    expect(inbox.length).toBe(3);
  });
});
