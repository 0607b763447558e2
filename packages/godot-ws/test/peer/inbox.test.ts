import { describe, expect, test, vi } from "vitest";
import { Inbox } from "../../src/peer/inbox.ts";
import { Packet } from "../../src/peer/packet-queue.ts";
import { chooseLimits, type InboundOverflow } from "../../src/peer/websocket-options.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { FakeConnection } from "./fake-connection.ts";

function create(inboundOverflow: InboundOverflow = "pause", idleTimeoutMs = 0) {
  const clock = new VirtualClock();
  const connection = new FakeConnection();
  const whenReady = vi.fn();
  const limits = chooseLimits({ idleTimeoutMs });
  const owner = { inboundBufferSize: 100, maxQueuedPackets: 3, inboundOverflow, limits, whenReady };
  const inbox = new Inbox(owner, clock);
  inbox.open(connection);
  const push = (text: string): void => inbox.push(new Packet(Buffer.from(text), true));
  return { clock, connection, owner, inbox, push };
}

describe("Inbox, which cannot stop the reading", () => {
  test("keeps packets in order", () => {
    const { inbox, push, connection } = create();
    push("a");
    inbox.push(new Packet(Uint8Array.of(1), false));
    expect(inbox.length).toBe(2);
    expect([inbox.shift()?.text, inbox.shift()?.isText, inbox.shift()]).toEqual(["a", false, undefined]);
    expect(connection.news()).toEqual([]);
  });

  test("lets a packet pass that its owner can take now, unless others wait", () => {
    const { inbox, push } = create();
    expect(inbox.pass()).toBe(true);
    push("a");
    expect(inbox.pass()).toBe(false);
    inbox.shift();
    expect([inbox.pass(), inbox.length]).toEqual([true, 0]);
  });

  test("keeps more than the bounds, which are for who can be told to wait", () => {
    const { inbox, push, connection } = create();
    for (let i = 0; i < 1000; i++) push(`${i}`);
    expect([inbox.length, inbox.isPaused, connection.news()]).toEqual([1000, false, []]);
    expect(Array.from({ length: 1000 }, () => inbox.shift()?.text)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `${i}`),
    );
  });

  test.each([
    ["131,072 packets", 0, 128 * 1024],
    ["16 MiB", 2 ** 20, 16],
  ])("%s are the end, and are kept", (_, length, most) => {
    const { inbox, connection } = create();
    const add = (): void => inbox.push(new Packet(new Uint8Array(length), false));
    for (let i = 1; i < most; i++) add();
    expect(connection.news()).toEqual([]);
    add();
    add();
    expect([connection.news(), inbox.length]).toEqual([["close 1008"], most]);
  });

  test("or its owner's bounds are, if it wants so", () => {
    const { inbox, push, connection } = create("close");
    for (const text of ["a", "b", "c", "d"]) push(text);
    expect([inbox.length, connection.news()]).toEqual([3, ["close 1008"]]);
    while (inbox.length > 0) inbox.shift();
    expect(inbox.pass()).toBe(false);
    inbox.clear();
    expect(inbox.pass()).toBe(true);
  });

  test("tells its owner at once", () => {
    const { inbox, owner } = create();
    inbox.tellOwner();
    expect(owner.whenReady.mock.calls).toEqual([[owner]]);
  });

  test("closes an idle peer with 1001; a packet that passes is a sign of life", () => {
    const { inbox, connection, clock } = create("pause", 100);
    clock.advance(90);
    expect(inbox.pass()).toBe(true);
    clock.advance(99);
    expect(connection.news()).toEqual([]);
    clock.advance(1);
    expect([connection.news(), clock.timerCount]).toEqual([["close 1001"], 0]);
  });

  test("a timer that was held up gives what came meanwhile a second to be delivered", () => {
    const { inbox, connection, owner } = create();
    let now = 0;
    const timers: { callback: () => void; delayMs: number }[] = [];
    const sleepy = {
      now: () => now,
      setTimer: (callback: () => void, delayMs: number) => timers.push({ callback, delayMs }),
      clearTimer: () => {},
      endOfTurn: () => {},
    };
    const limits = chooseLimits({ idleTimeoutMs: 5000 });
    inbox.close();
    const slept = new Inbox({ ...owner, limits }, sleepy);
    slept.open(connection);
    now = 60_000;
    timers.shift()!.callback();
    expect([connection.news(), timers.map(({ delayMs }) => delayMs)]).toEqual([[], [1000]]);
    slept.push(new Packet(Uint8Array.of(1), false));
    now = 61_000;
    timers.shift()!.callback();
    expect([connection.news(), timers.map(({ delayMs }) => delayMs)]).toEqual([[], [4000]]);
    now = 65_000;
    timers.shift()!.callback();
    expect([connection.news(), timers]).toEqual([["close 1001"], []]);
  });

  test("close keeps the packets and drops the timer; clear drops all", () => {
    const { inbox, push, clock } = create("pause", 1000);
    push("a");
    expect(clock.timerCount).toBe(1);
    inbox.close();
    expect([inbox.length, clock.timerCount]).toEqual([1, 0]);
    inbox.clear();
    expect([inbox.length, inbox.shift()]).toEqual([0, undefined]);
  });
});
