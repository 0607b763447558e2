// Also WebSocketPeer and what is built on it, on the platform browser.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Timer } from "../../src/clock.ts";
import { ConnectError, UsageError } from "../../src/errors.ts";
import * as opening from "../../src/peer/opening.ts";
import * as browserOpening from "../../src/peer/opening-browser.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import { WebSocketClient } from "../../src/peer/websocket-client.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import type { ConnectToUrlOptions, WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { WebSocketServer } from "../../src/peer/websocket-server.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../simulation/virtual-environment.ts";
import { certificate } from "../transport/certificate.ts";
import { FakeWebSocket, installFakeWebSocket, onlySocket } from "../transport/fake-websocket.ts";

vi.mock("#platform", () => import("../../src/transport/browser.ts"));
vi.mock("#opening", () => import("../../src/peer/opening-browser.ts"));

installFakeWebSocket();

let env: VirtualEnvironment;

beforeEach(() => {
  env = createVirtualEnvironment();
});
afterEach(() => {
  env.clock.runUntilIdle();
  expect(env.clock.timerCount).toBe(0);
});

const newPeer = (options: WebSocketPeerOptions = {}) =>
  new WebSocketPeer({ environment: env.environment, ...options });

const url = "ws://example.com/path";

test("offers what its counterpart offers", () => {
  expect(Object.keys(browserOpening).sort()).toEqual(Object.keys(opening).sort());
});

describe("what a browser cannot do", () => {
  test("is told by supports", () => {
    expect(WebSocketPeer.supports).toMatchObject({ listen: false, headers: false, ping: false });
  });

  const cases: [string, WebSocketPeerOptions, string, ConnectToUrlOptions][] = [
    ["headers", { handshakeHeaders: ["X: 1"] }, url, {}],
    ["user information", {}, "ws://me:secret@example.com/", {}],
    ["a proxy", {}, url, { proxy: "http://proxy:80" }],
    ["no TLS checks", {}, "wss://example.com/", { tls: TLSOptions.clientUnsafe() }],
    ["an authority", {}, "wss://example.com/", { tls: TLSOptions.client(certificate) }],
    ["another name", {}, "wss://example.com/", { tls: TLSOptions.client(undefined, "other") }],
  ];
  test.each(cases)("%s: UsageError at once, and nothing is called", (_, options, address, connectOptions) => {
    const peer = newPeer(options);
    expect(() => peer.connectToUrl(address, connectOptions)).toThrow(UsageError);
    expect([FakeWebSocket.made, peer.readyState]).toEqual([[], WebSocketPeer.State.CLOSED]);
  });

  test("TLSOptions are not heeded for ws://, as in Node", () => {
    const peer = newPeer();
    void peer.connectToUrl(url, { tls: TLSOptions.clientUnsafe() });
    expect(onlySocket().url).toBe(url);
    peer.close(-1);
  });

  test("nor connect over a stream, nor take or await connections", async () => {
    const [near, far] = createMemoryPair(env.clock);
    expect(() => newPeer().connectToUrl(url, { stream: near })).toThrow("a browser cannot");
    expect(() => newPeer().acceptStream(far)).toThrow(UsageError);
    await expect(WebSocketMultiplayerPeer.createServer(0)).rejects.toThrow(UsageError);
    expect(() => WebSocketMultiplayerPeer.createAcceptor()).toThrow("a browser cannot listen");
    await expect(new WebSocketServer().listen(0)).rejects.toThrow(UsageError);
  });

  test("what the platform does by itself is no obstacle: plain TLSOptions, redirects, compression, a heartbeat", () => {
    const peer = newPeer({ perMessageDeflate: true, heartbeatInterval: 1 });
    void peer.connectToUrl("wss://example.com/", { tls: TLSOptions.client(), maxRedirects: 3 });
    onlySocket().open();
    env.clock.advance(60_000);
    expect([peer.readyState, peer.roundTripTimeMs, onlySocket().news()]).toEqual([1, undefined, []]);
    peer.close(-1);
  });
});

describe("WebSocketPeer", () => {
  test("connects, talks and closes, by signals", async () => {
    const log: unknown[][] = [];
    const peer = newPeer({ supportedProtocols: ["a", "b"] });
    peer.opened.connect(() => log.push(["opened"]));
    peer.packetReceived.connect(({ text, bytes }) => log.push([text ?? [...bytes]]));
    peer.closed.connect((code, reason) => log.push(["closed", code, reason]));
    const connected = peer.connectToUrl(url);
    const socket = onlySocket();
    socket.open("b");
    await connected;
    expect([peer.selectedProtocol, peer.requestedUrl, peer.connectedHost]).toEqual(["b", url, ""]);
    socket.receive("hi");
    socket.receive([1]);
    expect([peer.sendText("yo"), peer.send(Uint8Array.of(2)), peer.sendDroppable(Uint8Array.of(3))]).toEqual([
      true,
      true,
      true,
    ]);
    const bytes = Uint8Array.of(4);
    const prepared = WebSocketPeer.prepare(bytes);
    bytes[0] = 0;
    expect(peer.sendPrepared(prepared)).toBe(true);
    expect(socket.news()).toEqual([
      ["send", "yo"],
      ["send", [2]],
      ["send", [3]],
      ["send", [4]],
    ]);
    peer.close(1001, "away");
    expect([peer.readyState, peer.send(Uint8Array.of(1)), socket.news()]).toEqual([
      2,
      false,
      [["close", 3001, "away"]],
    ]);
    socket.end(3001, "away");
    expect(log).toEqual([["opened"], ["hi"], [[1]], ["closed", 1001, "away"]]);
  });

  test.each([
    1005, 1006, 1015, 999, 2999, 5000,
  ])("close code %i is refused before the browser does", (code) => {
    const peer = newPeer();
    void peer.connectToUrl(url);
    onlySocket().open();
    expect(() => peer.close(code)).toThrow(UsageError);
    expect([peer.readyState, onlySocket().news()]).toEqual([1, []]);
    peer.close(-1);
  });

  test("what the constructor throws rejects the promise", async () => {
    FakeWebSocket.refusal = new DOMException("the port 1 is not allowed", "SecurityError");
    const peer = newPeer();
    const settled = peer.connectToUrl("ws://example.com:1/");
    env.clock.runTurns();
    await expect(settled).rejects.toThrow(ConnectError);
    await expect(settled).rejects.toThrow("the port 1 is not allowed");
    expect(peer.readyState).toBe(WebSocketPeer.State.CLOSED);
  });

  test("its time limits are the connection's", () => {
    const peer = newPeer({ handshakeTimeoutMs: 200, closeTimeoutMs: 300 });
    void peer.connectToUrl(url);
    env.clock.advance(200);
    expect([peer.readyState, peer.failure?.reason]).toEqual([3, "the handshake took too long"]);
    void peer.connectToUrl(url);
    FakeWebSocket.made.at(-1)!.open();
    peer.close();
    env.clock.advance(299);
    expect(peer.readyState).toBe(2);
    env.clock.advance(1);
    expect([peer.readyState, peer.closeCode]).toEqual([3, -1]);
  });

  test("an abort gives the attempt up", async () => {
    const controller = new AbortController();
    const settled = newPeer().connectToUrl(url, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(settled).rejects.toThrow("enough");
    expect(onlySocket().news()).toEqual([["close", 3001, ""]]);
  });

  test("polled, it keeps all of a burst, more than its queue, for a game loop that slept", () => {
    const peer = newPeer({ autoPoll: false, maxQueuedPackets: 10 });
    void peer.connectToUrl(url);
    onlySocket().open();
    for (let i = 0; i < 200; i++) onlySocket().receive(`${i}`);
    onlySocket().end(1000);
    peer.poll();
    expect([peer.availablePacketCount, peer.readyState, peer.closeCode]).toEqual([200, 3, 1000]);
    const texts: (string | undefined)[] = [];
    for (;;) {
      const packet = peer.nextPacket();
      if (packet === undefined) break;
      texts.push(packet.text);
    }
    expect(texts).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });

  test.each([
    ["16 MiB", 2 ** 20, 16],
    ["128 Ki empty messages", 0, 2 ** 17],
  ])("%s of unread messages are the end, and can all be read behind it", (_, length, count) => {
    const peer = newPeer({ autoPoll: false, maxQueuedPackets: 10, inboundBufferSize: 2 ** 20 });
    void peer.connectToUrl(url);
    const socket = onlySocket();
    socket.open();
    const message = Array.from({ length }, () => 7);
    for (let i = 0; i < count - 1; i++) socket.receive(message);
    expect(socket.news()).toEqual([]);
    socket.receive(message);
    expect(socket.news()).toEqual([["close", 3008, "too many unread packets"]]);
    socket.end(3008, "too many unread packets");
    peer.poll();
    expect([peer.readyState, peer.closeCode, peer.availablePacketCount]).toEqual([3, 1008, count]);
  });

  test("one that reads is never closed for what it has read, and rates hold nobody back", () => {
    const peer = newPeer({ autoPoll: false, inboundBufferSize: 2 ** 20, maxMessagesPerSecond: 1 });
    void peer.connectToUrl(url);
    const socket = onlySocket();
    socket.open();
    const megabyte = Array.from({ length: 2 ** 20 }, () => 7);
    for (let i = 0; i < 20; i++) {
      socket.receive(megabyte);
      expect(peer.getPacket().length).toBe(2 ** 20);
    }
    expect(socket.news()).toEqual([]);
    peer.close(-1);
  });

  test('with inboundOverflow "close" the queue itself is the bound', () => {
    const peer = newPeer({ autoPoll: false, maxQueuedPackets: 2, inboundOverflow: "close" });
    void peer.connectToUrl(url);
    onlySocket().open();
    for (let i = 0; i < 5; i++) onlySocket().receive(`${i}`);
    expect([peer.availablePacketCount, onlySocket().news()]).toEqual([
      2,
      [["close", 3008, "too many unread packets"]],
    ]);
    peer.close(-1);
  });

  test("waits until nothing waits to be sent, and keeps droppable messages back until then", async () => {
    const peer = newPeer({ outboundBufferSize: 100_000 });
    void peer.connectToUrl(url);
    const socket = onlySocket();
    socket.open();
    peer.send(new Uint8Array(50_000));
    peer.sendDroppable(Uint8Array.of(7));
    expect(socket.news()).toHaveLength(1);
    const drained = peer.drained();
    env.clock.advance(50);
    socket.bufferedAmount = 0;
    env.clock.advance(50);
    expect(socket.news()).toEqual([["send", [7]]]);
    socket.bufferedAmount = 0;
    env.clock.advance(50);
    await drained;
    peer.close(-1);
  });

  test("the end is the end of waiting, too", async () => {
    const peer = newPeer();
    void peer.connectToUrl(url);
    onlySocket().open();
    peer.send(new Uint8Array(50_000));
    const drained = peer.drained();
    onlySocket().end();
    await drained;
    expect(peer.readyState).toBe(3);
  });

  test("what was kept back for one server does not go to the next", async () => {
    const peer = newPeer();
    void peer.connectToUrl(url);
    onlySocket().open();
    peer.send(new Uint8Array(50_000));
    peer.sendDroppable(Uint8Array.of(7));
    const drained = peer.drained();
    peer.close();
    void peer.connectToUrl("ws://other.example/");
    await drained;
    const next = FakeWebSocket.made.at(-1)!;
    next.open();
    peer.sendDroppable(Uint8Array.of(8));
    expect(next.news()).toEqual([["send", [8]]]);
    next.bufferedAmount = 0;
    env.clock.advance(50);
    expect(next.news()).toEqual([]);
    peer.close(-1);
  });

  test("ends by await using", async () => {
    const peer = newPeer();
    void peer.connectToUrl(url);
    onlySocket().open();
    const disposed = peer[Symbol.asyncDispose]();
    onlySocket().end(3001);
    await disposed;
    expect(peer.closeCode).toBe(1001);
  });
});

test("WebSocketClient tells by signals what a browser brings", () => {
  const log: unknown[][] = [];
  const client = new WebSocketClient({ environment: env.environment });
  client.connectionEstablished.connect((protocol) => log.push(["established", protocol]));
  client.dataReceived.connect((packet) => log.push(["data", packet.text]));
  client.serverCloseRequest.connect((code, reason) => log.push(["close request", code, reason]));
  client.connectionClosed.connect((wasClean) => log.push(["closed", wasClean]));
  void client.connectToUrl(url, { protocols: ["p"] });
  onlySocket().open("p");
  onlySocket().receive("hello");
  onlySocket().end(4001, "over");
  env.clock.runTurns();
  expect(log).toEqual([
    ["established", "p"],
    ["data", "hello"],
    ["close request", 4001, "over"],
    ["closed", true],
  ]);
});

test("a multiplayer client gets its id, talks to the server, and leaves", () => {
  const client = WebSocketMultiplayerPeer.createClient(url, { environment: env.environment });
  const socket = onlySocket();
  socket.open();
  client.poll();
  socket.receive([4, 3, 2, 1]);
  client.poll();
  expect([client.connectionStatus, client.uniqueId]).toEqual([2, 0x01020304]);
  socket.receive([9, 9]);
  client.poll();
  expect([...client.getPacket()]).toEqual([9, 9]);
  client.putPacket(Uint8Array.of(5));
  client.multicast(Uint8Array.of(6), [1]);
  client.close();
  expect(socket.news()).toEqual([
    ["send", [5]],
    ["send", [6]],
    ["close", 3001, ""],
  ]);
  socket.end(3001);
});

test("a multiplayer client whose tab slept hears its id before it gives up", () => {
  let now = 0;
  const timers = new Map<object, () => void>();
  const fireAll = (): void => {
    const callbacks = [...timers.values()];
    timers.clear();
    for (const callback of callbacks) callback();
  };
  const clock = {
    now: () => now,
    setTimer(callback: () => void) {
      const timer = {};
      timers.set(timer, callback);
      return timer;
    },
    clearTimer: (timer: Timer | undefined) => void timers.delete(timer as object),
    endOfTurn: () => {},
  };
  const client = WebSocketMultiplayerPeer.createClient(url, { environment: { ...env.environment, clock } });
  onlySocket().open();
  now = 60_000;
  fireAll();
  onlySocket().receive([4, 3, 2, 1]);
  client.poll();
  expect([client.connectionStatus, timers.size]).toEqual([2, 0]);
  client.close();
  onlySocket().end(3001);
});
