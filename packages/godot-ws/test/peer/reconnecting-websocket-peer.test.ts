// On the browser's platform, whose network a test plays by hand, and on a virtual clock.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectError, UsageError } from "../../src/errors.ts";
import {
  type ConnectionEnd,
  ReconnectingWebSocketPeer,
  type ReconnectingWebSocketPeerOptions,
} from "../../src/peer/reconnecting-websocket-peer.ts";
import type { WebSocketServer } from "../../src/peer/websocket-server.ts";
import type { Acceptance, Refusal } from "../../src/protocol/handshake.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import {
  createVirtualEnvironment,
  promisesSettled,
  type VirtualEnvironment,
} from "../simulation/virtual-environment.ts";
import { FakeWebSocket, installFakeWebSocket } from "../transport/fake-websocket.ts";
import { uncaughtDuring } from "./memory-peers.ts";

vi.mock("#platform", () => import("../../src/transport/browser.ts"));
vi.mock("#opening", () => import("../../src/peer/opening-browser.ts"));

installFakeWebSocket();

let env: VirtualEnvironment;
let log: unknown[][];

beforeEach(() => {
  env = createVirtualEnvironment();
  log = [];
});

const url = "ws://example.com/path";
const steady = { initialDelayMs: 100, maxDelayMs: 1000, factor: 2, jitter: 0 };

function newPeer(options: ReconnectingWebSocketPeerOptions = {}): ReconnectingWebSocketPeer {
  const peer = new ReconnectingWebSocketPeer({ environment: env.environment, ...steady, ...options });
  peer.opened.connect(() => log.push(["opened"]));
  peer.closed.connect((code) => log.push(["closed", code]));
  peer.reconnecting.connect((attempt, delayMs) => log.push(["reconnecting", attempt, delayMs]));
  peer.gaveUp.connect((error) => log.push(["gave up", error.message]));
  return peer;
}

const news = () => log.splice(0);
const newest = () => FakeWebSocket.made.at(-1)!;
const attempts = () => FakeWebSocket.made.length;

/** The connection of the moment ends, and the turn with it. */
function end(code?: number, reason?: string): void {
  newest().end(code, reason);
  env.clock.runTurns();
}

/** Nothing is tried any more, whatever time passes. */
function expectRest(): void {
  const before = attempts();
  env.clock.runUntilIdle();
  expect([attempts(), env.clock.timerCount, news()]).toEqual([before, 0, []]);
}

describe("a lost connection", () => {
  let peer: ReconnectingWebSocketPeer;
  beforeEach(async () => {
    peer = newPeer();
    const connected = peer.connectToUrl(url);
    newest().open();
    await connected;
    news();
  });
  afterEach(() => {
    peer.close(-1);
    news();
    expectRest();
  });

  test("is told, waited for and called again, to the same place", () => {
    end();
    expect(news()).toEqual([
      ["closed", -1],
      ["reconnecting", 1, 100],
    ]);
    expect([peer.readyState, peer.reconnectAttempt]).toEqual([3, 1]);
    env.clock.advance(99);
    expect(attempts()).toBe(1);
    env.clock.advance(1);
    expect([attempts(), newest().url, peer.readyState]).toEqual([2, url, 0]);
    newest().open();
    expect([news(), peer.readyState, peer.reconnectAttempt]).toEqual([[["opened"]], 1, 0]);
  });

  test("waits longer each time, up to the longest wait", () => {
    for (const delayMs of [100, 200, 400, 800, 1000, 1000]) {
      end();
      expect(news().at(-1)?.at(-1)).toBe(delayMs);
      env.clock.advance(delayMs);
    }
  });

  test("waits longer each time for as long as nobody answers", () => {
    const waits: unknown[] = [];
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 1000) {
      end();
      waits.push(news().at(-1)?.at(-1));
      env.clock.advance(1000);
    }
    expect(waits).toEqual([100, 200, 400, 800, ...Array.from({ length: 16 }, () => 1000)]);
  });

  test("begins with the shortest wait again only when a connection lasted", () => {
    end();
    env.clock.advance(100);
    newest().open();
    env.clock.advance(4999);
    end();
    expect(news().at(-1)).toEqual(["reconnecting", 2, 200]);
    env.clock.advance(200);
    newest().open();
    env.clock.advance(5000);
    end();
    expect(news().at(-1)).toEqual(["reconnecting", 1, 100]);
  });

  test("reconnectNow ends the wait, and does nothing otherwise", () => {
    peer.reconnectNow();
    expect(attempts()).toBe(1);
    end();
    peer.reconnectNow();
    expect([attempts(), peer.readyState]).toEqual([2, 0]);
    peer.reconnectNow();
    env.clock.advance(1000);
    expect(attempts()).toBe(2);
  });

  test("a slot that closes, even when told of the end, has the last word", () => {
    peer.closed.connect(() => peer.close(), { once: true });
    end();
    expect(news()).toEqual([["closed", -1]]);
    expectRest();
  });

  test("a slot may call somebody else", () => {
    peer.closed.connect(() => void peer.connectToUrl("ws://other.example/"), { once: true });
    end();
    expect([news(), newest().url, attempts()]).toEqual([[["closed", -1]], "ws://other.example/", 2]);
    newest().open();
    end();
    env.clock.advance(100);
    expect(newest().url).toBe("ws://other.example/");
  });

  test("closing while it waits ends it", () => {
    end();
    news();
    peer.close();
    expect(peer.reconnectAttempt).toBe(0);
    expectRest();
  });

  test("closing an open one ends it", () => {
    peer.close(1000, "enough");
    end(1000, "enough");
    expect(news()).toEqual([["closed", 1000]]);
    expectRest();
  });

  test("a close code that may not be sent changes nothing", () => {
    expect(() => peer.close(1005)).toThrow(UsageError);
    end();
    expect(news().at(-1)?.[0]).toBe("reconnecting");
  });

  test("another call begins with the shortest wait", () => {
    end();
    env.clock.advance(100);
    end();
    peer.close();
    news();
    void peer.connectToUrl(url);
    end();
    expect(news().at(-1)).toEqual(["reconnecting", 1, 100]);
  });

  test("disposing of it while it waits ends it", async () => {
    end();
    news();
    await peer[Symbol.asyncDispose]();
    expectRest();
  });
});

describe("the first connection", () => {
  test("is tried again too, and the promise settles with it", async () => {
    const peer = newPeer();
    const settled = peer.connectToUrl(url);
    end();
    env.clock.advance(100);
    end();
    env.clock.advance(200);
    newest().open();
    await settled;
    expect(attempts()).toBe(3);
    peer.close(-1);
  });

  test("after so many attempts it gives up", async () => {
    const peer = newPeer({ maxAttempts: 2 });
    const settled = peer.connectToUrl(url);
    for (const delayMs of [100, 200, 0]) {
      end();
      env.clock.advance(delayMs);
    }
    await expect(settled).rejects.toThrow(ConnectError);
    expect(news().at(-1)).toEqual(["gave up", `cannot connect to ${url}: the browser does not say why`]);
    expect([attempts(), peer.reconnectAttempt]).toEqual([3, 0]);
    expectRest();
  });

  test("a rule that throws says no: nobody waits for what does not come, and the error is told", async () => {
    const fault = new Error("the rule's");
    const peer = newPeer({
      shouldReconnect() {
        throw fault;
      },
    });
    const settled = peer.connectToUrl(url);
    expect(await uncaughtDuring(() => end())).toEqual([fault]);
    await expect(settled).rejects.toThrow(ConnectError);
    expect(news().map(([what]) => what)).toEqual(["closed", "gave up"]);
    expectRest();
  });

  test.each([
    { maxAttempts: Number.NaN },
    { maxAttempts: -1 },
    { stableAfterMs: Number.NaN },
    { stableAfterMs: -1 },
  ])("%j is a UsageError", (options) => {
    expect(() => newPeer(options)).toThrow(UsageError);
  });

  test("closing rejects the promise", async () => {
    const peer = newPeer();
    const settled = peer.connectToUrl(url);
    end();
    peer.close();
    await expect(settled).rejects.toThrow(ConnectError);
    await expect(settled).rejects.toThrow(/: it was given up$/);
    news();
    expectRest();
  });

  test("another call takes the place of one that waits", async () => {
    const peer = newPeer();
    const settled = peer.connectToUrl(url);
    end();
    const next = peer.connectToUrl("ws://other.example/");
    await expect(settled).rejects.toThrow(ConnectError);
    newest().open();
    await next;
    env.clock.advance(1000);
    expect([attempts(), newest().url, peer.readyState]).toEqual([2, "ws://other.example/", 1]);
    peer.close(-1);
    news();
    expectRest();
  });

  test("malformed calls are UsageErrors at once, and nothing is tried", () => {
    const peer = newPeer();
    const [near] = createMemoryPair(env.clock);
    expect(() => peer.connectToUrl("http://h")).toThrow(UsageError);
    expect(() => peer.connectToUrl(url, { stream: near })).toThrow("a stream cannot");
    expect(attempts()).toBe(0);
    expectRest();
    void peer.connectToUrl(url);
    expect(() => peer.connectToUrl(url)).toThrow(UsageError);
    end();
    expect(news().at(-1)?.[0]).toBe("reconnecting");
    peer.close();
  });
});

describe("an AbortSignal", () => {
  test.each([
    ["while it calls", () => {}, [["close", 3001, ""]]],
    ["while it waits", () => end(), []],
    ["while it is connected", () => newest().open(), [["close", 1000, ""]]],
  ] as const)("ends it %s", async (_, before, asked) => {
    const controller = new AbortController();
    const peer = newPeer();
    const settled = peer.connectToUrl(url, { signal: controller.signal });
    before();
    const wasOpen = peer.readyState === 1;
    controller.abort("enough");
    expect(newest().news()).toEqual(asked);
    if (wasOpen) await settled;
    else await expect(settled).rejects.toBe("enough");
    newest().end(1000);
    news();
    expectRest();
  });

  test("that has fired already is thrown", () => {
    const peer = newPeer();
    expect(() => peer.connectToUrl(url, { signal: AbortSignal.abort(new Error("before")) })).toThrow(
      "before",
    );
    expect(attempts()).toBe(0);
  });

  test("is not listened to any more after close", () => {
    const controller = new AbortController();
    const peer = newPeer();
    void peer.connectToUrl(url, { signal: controller.signal });
    newest().open();
    peer.close();
    newest().end(1000);
    void peer.connectToUrl(url);
    newest().open();
    controller.abort();
    expect(peer.readyState).toBe(1);
    peer.close(-1);
  });
});

describe("what is worth another attempt", () => {
  test.each([
    [-1, true],
    [1000, false],
    [1001, true],
    [1005, true],
    [1002, false],
    [1008, false],
    [1009, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [3000, false],
    [3001, true],
    [4000, false],
  ])("close code %i: %s", (code, isWorthIt) => {
    const peer = newPeer();
    void peer.connectToUrl(url);
    newest().open();
    end(code === -1 ? 1006 : code, "why");
    const said = news().at(-1);
    if (isWorthIt) expect(said).toEqual(["reconnecting", 1, 100]);
    else
      expect(said).toEqual([
        "gave up",
        `no connection to ${url} any more: the server closed it with ${code} why`,
      ]);
    peer.close();
    expectRest();
  });

  test("a message too big for us is none, and the error names it", () => {
    const peer = newPeer({ inboundBufferSize: 1 });
    void peer.connectToUrl(url);
    newest().open();
    newest().receive("ab");
    end(3009);
    expect(news().at(-1)).toEqual(["gave up", `no connection to ${url} any more: message too big`]);
    expectRest();
  });

  test("the caller decides, if there is a caller's rule", () => {
    const ends: ConnectionEnd[] = [];
    const peer = newPeer({ shouldReconnect: (what) => ends.push(what) < 2 });
    void peer.connectToUrl(url);
    newest().open();
    end(4000, "kicked");
    env.clock.advance(100);
    end();
    expect(ends).toMatchObject([
      { code: 4000, reason: "kicked", failure: undefined },
      { code: -1, failure: { kind: "handshake" } },
    ]);
    expect(news().at(-1)?.[0]).toBe("gave up");
    expectRest();
  });
});

test("polled, it does not call again before all that came has been fetched", () => {
  const peer = newPeer({ autoPoll: false });
  void peer.connectToUrl(url);
  newest().open();
  newest().receive("1");
  newest().receive("2");
  newest().end();
  peer.poll();
  env.clock.advance(350);
  expect([attempts(), peer.getPacket().length]).toEqual([1, 1]);
  env.clock.advance(100);
  expect([attempts(), peer.getPacket().length]).toEqual([1, 1]);
  env.clock.advance(100);
  expect(attempts()).toBe(2);
  peer.close(-1);
});

test("reconnectNow waits for it too", () => {
  const peer = newPeer({ autoPoll: false, initialDelayMs: 1000 });
  void peer.connectToUrl(url);
  newest().open();
  newest().receive("1");
  newest().end();
  peer.poll();
  env.clock.runTurns();
  peer.reconnectNow();
  peer.reconnectNow();
  env.clock.advance(100);
  expect([attempts(), peer.getPacket().length]).toEqual([1, 1]);
  env.clock.advance(20);
  expect([attempts(), peer.readyState]).toEqual([2, 0]);
  peer.close(-1);
  peer.poll();
  news();
  expectRest();
});

test("over Node's sockets: refused with 403 it gives up, cut off it comes back, given a stream it calls no more", async () => {
  vi.resetModules();
  vi.doUnmock("#platform");
  vi.doUnmock("#opening");
  const node = await import("../../src/index.ts");
  await using server: WebSocketServer = new node.WebSocketServer();
  const passing = [429, 408, 425, 503, 302];
  await server.listen(0, {
    bindAddress: "127.0.0.1",
    answer({ path }): Acceptance | Refusal {
      if (path === "/no") return { status: 403, reason: "not you" };
      if (path === "/moved") return { status: 301, reason: "moved", headers: [["Location", "/"]] };
      const status = path === "/later" ? passing.shift() : undefined;
      return status === undefined ? {} : { status, reason: "later" };
    },
  });
  const address = `ws://127.0.0.1:${server.port}`;
  const refused = new node.ReconnectingWebSocketPeer({ initialDelayMs: 1 });
  await expect(refused.connectToUrl(`${address}/no`)).rejects.toMatchObject({ status: 403 });
  await expect(refused.connectToUrl(`${address}/moved`)).rejects.toMatchObject({ status: 301 });
  const late = new node.ReconnectingWebSocketPeer({ initialDelayMs: 1, maxDelayMs: 1 });
  await late.connectToUrl(`${address}/later`);
  expect(passing).toEqual([]);
  late.close(-1);
  const peer = new node.ReconnectingWebSocketPeer({ initialDelayMs: 1 });
  await peer.connectToUrl(address);
  const opened = peer.opened.next();
  for (const id of server.peers) server.getPeer(id)?.close(-1);
  await opened;
  await peer[Symbol.asyncDispose]();
  await promisesSettled();
  expect(peer.readyState).toBe(3);

  const waiting = new node.ReconnectingWebSocketPeer({ initialDelayMs: 20, jitter: 0 });
  const given = waiting.connectToUrl("ws://127.0.0.1:1/");
  await waiting.reconnecting.next();
  const [near, far] = createMemoryPair(createVirtualEnvironment().clock);
  waiting.acceptStream(far);
  await expect(given).rejects.toThrow("127.0.0.1:1");
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(waiting.readyState).toBe(0);
  waiting.close(-1);
  near.destroy();
});
