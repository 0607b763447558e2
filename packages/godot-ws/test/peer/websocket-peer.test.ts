// The handshake, messages and the end. Limits and liveness: websocket-peer.limits.test.ts; slots that do surprising
// things: websocket-peer.slots.test.ts; sockets: websocket-peer.sockets.test.ts.

import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import type { RequestHandler } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import {
  closePayload,
  encodeFrame,
  exampleAccept,
  opcode,
  rawAnswer,
  rawRequest,
} from "../transport/raw-end.ts";
import {
  createPeerPair,
  createRawClient,
  createRawServer,
  openPeerPair,
  openRawServer,
  uncaughtDuring,
  url,
  usageErrorOf,
} from "./memory-peers.ts";

const { State } = WebSocketPeer;
const bytes = (...octets: number[]): Uint8Array => Uint8Array.of(...octets);

describe("connecting", () => {
  test("both sides open, and the promise resolves", async () => {
    const { client, server, connected, clock } = createPeerPair();
    const log: string[] = [];
    client.opened.connect(() => log.push("client opened"));
    server.opened.connect(() => log.push("server opened"));
    expect([client.readyState, server.readyState]).toEqual([State.CONNECTING, State.CONNECTING]);
    expect(client.requestedUrl).toBe(url);
    await clock.settle();
    await connected;
    expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
    expect(log).toEqual(["server opened", "client opened"]);
    expect([client.requestedUrl, server.requestedUrl]).toEqual([url, url]);
    expect(server.request).toMatchObject({ target: "/path", path: "/path", protocols: [] });
    expect(client.request).toBeUndefined();
    expect([client.closeCode, client.closeReason, client.failure]).toEqual([-1, "", undefined]);
    expect(clock.timerCount).toBe(0);
  });

  test("a peer begins CLOSED", () => {
    const peer = new WebSocketPeer();
    expect([peer.readyState, peer.closeCode, peer.closeReason, peer.selectedProtocol]).toEqual([
      State.CLOSED,
      -1,
      "",
      "",
    ]);
    expect([peer.requestedUrl, peer.connectedHost, peer.connectedPort]).toEqual(["", "", 0]);
    expect([peer.availablePacketCount, peer.currentOutboundBufferedAmount]).toEqual([0, 0]);
    peer.poll();
    peer.close();
    peer.close(-1);
    expect(peer.readyState).toBe(State.CLOSED);
  });

  test("the request is Godot's, header for header", () => {
    const { raw } = createRawServer({
      supportedProtocols: ["a", "b"],
      handshakeHeaders: ["X-Token:  42 ", "Cookie: c=d"],
    });
    const key = /Sec-WebSocket-Key: (\S+)/.exec(raw.head)?.[1] ?? "";
    expect(Buffer.from(key, "base64")).toHaveLength(16);
    expect(raw.head).toBe(
      [
        "GET /path HTTP/1.1",
        "Host: example.com",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${key}`,
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: a,b",
        "X-Token: 42",
        "Cookie: c=d",
        "\r\n",
      ].join("\r\n"),
    );
  });

  test("so is the answer", () => {
    const { raw, clock } = createRawClient({
      supportedProtocols: ["b", "a"],
      handshakeHeaders: ["X-Served-By: us"],
    });
    raw.send(rawRequest({ protocols: "x, a, b" }));
    clock.runTurns();
    expect(raw.head).toBe(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${exampleAccept}`,
        "Sec-WebSocket-Protocol: a",
        "X-Served-By: us",
        "\r\n",
      ].join("\r\n"),
    );
  });

  test("two connections have different keys", () => {
    const { client, raw, clock } = openRawServer();
    const keyOf = (head: string): string => /Key: (\S+)/.exec(head)![1]!;
    const first = keyOf(raw.head);
    client.close(-1);
    clock.runTurns();
    expect(keyOf(createRawServer().raw.head)).toBe(first); // The same seed,
    const second = createPeerPair({ seed: 2 }); // another one.
    second.clock.runTurns();
    expect(keyOf(`Key: ${second.server.request!.key}`)).not.toBe(first);
  });

  test.each([
    { offered: ["a", "b"], supported: ["b"], chosen: "b" },
    { offered: ["a", "b"], supported: ["b", "a"], chosen: "a" },
    { offered: ["a"], supported: ["a"], chosen: "a" },
    { offered: [], supported: [], chosen: "" },
  ])("of $offered and $supported, $chosen is agreed on", ({ offered, supported, chosen }) => {
    const { client, server } = openPeerPair({
      client: { supportedProtocols: offered },
      server: { supportedProtocols: supported },
    });
    expect([client.selectedProtocol, server.selectedProtocol]).toEqual([chosen, chosen]);
  });

  test.each([
    { offered: ["a"], supported: ["b"], status: 400 },
    { offered: ["A"], supported: ["a"], status: 400 },
    { offered: [], supported: ["a"], status: 400 },
    // The server takes it and grants none: the client cannot go on.
    { offered: ["a"], supported: [], status: 101 },
  ])("$offered and $supported do not go together", async ({ offered, supported, status }) => {
    const { client, connected, clock } = createPeerPair({
      client: { supportedProtocols: offered },
      server: { supportedProtocols: supported },
    });
    await clock.settle();
    await expect(connected).rejects.toMatchObject({
      constructor: ConnectError,
      code: "ERR_CANT_CONNECT",
      status,
    });
    clock.runUntilIdle();
    expect([client.readyState, client.closeCode]).toEqual([State.CLOSED, -1]);
  });

  test.each([
    ["X-Evil: a\r\nSec-WebSocket-Protocol: b"],
    ["X-Evil: a\nb"],
    ["X-Evil: a\u0000"],
    ["X Evil: a"],
    ["no colon"],
    [": no name"],
    [""],
    ["Host: elsewhere"],
    ["sec-websocket-key: mine"],
    ["Connection: close"],
    ["Content-Length: 5"],
    ["Transfer-Encoding: chunked"],
    ["Sec-WebSocket-Extensions: permessage-deflate"],
  ])("a header line %j is refused, on both sides, before anything is sent", (line) => {
    const client = new WebSocketPeer({ handshakeHeaders: [line] });
    expect(usageErrorOf(() => client.connectToUrl(url))).toBe("ERR_INVALID_PARAMETER");
    expect(client.readyState).toBe(State.CLOSED);
    const { streams } = createPeerPair();
    const server = new WebSocketPeer({ handshakeHeaders: [line] });
    expect(usageErrorOf(() => server.acceptStream(streams[1]))).toBe("ERR_INVALID_PARAMETER");
    expect(server.readyState).toBe(State.CLOSED);
  });

  test.each([
    ["a b"],
    [""],
    ["a,b"],
    ["a\r\n"],
    ["dup", "dup"],
  ])("subprotocols %j are refused", (...protocols) => {
    const peer = new WebSocketPeer({ supportedProtocols: protocols });
    expect(usageErrorOf(() => peer.connectToUrl(url))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => peer.acceptStream(createPeerPair().streams[1]))).toBe("ERR_INVALID_PARAMETER");
  });

  test("a wrong address throws at once", () => {
    expect(usageErrorOf(() => new WebSocketPeer().connectToUrl("http://example.com"))).toBe(
      "ERR_INVALID_PARAMETER",
    );
  });

  test.each([
    "user:pass",
    "Zoë:pässword",
    "日本:語",
  ])("credentials %s become an Authorization header", async (credentials) => {
    const { environment, clock } = createPeerPair();
    const streams = createMemoryPair(clock);
    const client = new WebSocketPeer({ environment });
    const server = new WebSocketPeer({ environment });
    const [user, password] = credentials.split(":").map(encodeURIComponent);
    client.connectToUrl(`ws://${user}:${password}@example.com/`, { stream: streams[0] });
    server.acceptStream(streams[1]);
    clock.runTurns();
    const header = server.request?.headers.get("authorization") ?? "";
    expect(header).toMatch(/^Basic /);
    expect(Buffer.from(header.slice(6), "base64").toString("utf8")).toBe(credentials);
    expect(client.requestedUrl).toBe("ws://example.com/");
  });

  test("a peer that is busy is not to be used again", () => {
    const { client, server, clock, streams } = createPeerPair();
    const busy = (): string[] => [
      usageErrorOf(() => client.connectToUrl(url)),
      usageErrorOf(() => client.acceptStream(streams[0])),
      usageErrorOf(() => server.acceptStream(streams[0])),
    ];
    expect(busy()).toEqual(Array(3).fill("ERR_ALREADY_IN_USE"));
    clock.runTurns();
    expect(busy()).toEqual(Array(3).fill("ERR_ALREADY_IN_USE"));
    expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
  });

  test("a refusal is a ConnectError with the status and the server's words", async () => {
    const answer: RequestHandler = () => ({
      status: 403,
      reason: "not you",
      headers: [["X-Why", "because"]],
    });
    const { client, server, connected, clock } = createPeerPair({ answer });
    const closes: unknown[] = [];
    client.closed.connect((...args) => closes.push(["client", ...args]));
    server.closed.connect((...args) => closes.push(["server", ...args]));
    await clock.settle();
    await expect(connected).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("403 Forbidden"),
    });
    clock.runUntilIdle();
    expect([client.readyState, server.readyState]).toEqual([State.CLOSED, State.CLOSED]);
    expect(closes.sort()).toEqual([
      ["client", -1, ""],
      ["server", -1, ""],
    ]);
    expect(client.failure).toMatchObject({ kind: "handshake", status: 403 });
    expect(server.failure).toMatchObject({ kind: "handshake", status: 403, reason: "not you" });
    expect(clock.timerCount).toBe(0);
  });

  test("whoever polls need not look at the promise: CLOSED, code -1, no unhandled rejection", async () => {
    const uncaught = await uncaughtDuring(async () => {
      const { client, raw, clock } = createRawServer({ autoPoll: false });
      raw.send("HTTP/1.1 500 Internal Server Error\r\n\r\n");
      raw.stream.end();
      await clock.settle();
      clock.runUntilIdle();
      expect(client.readyState).toBe(State.CONNECTING);
      client.poll();
      expect([client.readyState, client.closeCode]).toEqual([State.CLOSED, -1]);
      expect(client.failure).toMatchObject({ status: 500 });
    });
    expect(uncaught).toEqual([]);
  });

  test.each([
    ["no answer at all", ""],
    ["something else", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["HTTP/1.0", "HTTP/1.0 101 Switching Protocols\r\n\r\n"],
    ["the wrong key", rawAnswer("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")],
  ])("a server that gives %s is a ConnectError", async (_, answer) => {
    const { client, raw, connected, clock } = createRawServer();
    raw.send(answer);
    raw.stream.end();
    clock.runUntilIdle();
    await expect(connected).rejects.toBeInstanceOf(ConnectError);
    expect(client.closeCode).toBe(-1);
  });

  test("a server may speak together with its answer, and say good-bye as well", async () => {
    const { client, raw, connected, clock } = createRawServer();
    const log: unknown[] = [];
    client.opened.connect(() => log.push("opened"));
    client.packetReceived.connect(({ text }) => log.push(text));
    client.closed.connect((...args) => log.push(args));
    raw.send(
      rawAnswer(raw.head),
      encodeFrame(opcode.text, "hello"),
      encodeFrame(opcode.text, "bye"),
      encodeFrame(opcode.close, closePayload(4001, "go")),
    );
    raw.stream.end();
    clock.runUntilIdle();
    await connected;
    expect(log).toEqual(["opened", "hello", "bye", [4001, "go"]]);
  });

  test("the handshake may come octet by octet, both ways", () => {
    const { client, server } = openPeerPair({ memory: { pieceLength: () => 1, latencyMs: () => 0 } });
    expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
  });
});

describe("an AbortSignal", () => {
  test("gives the attempt up", async () => {
    const { environment, clock, streams } = createPeerPair();
    const client = new WebSocketPeer({ environment });
    const controller = new AbortController();
    const connected = client.connectToUrl(url, { stream: streams[0], signal: controller.signal });
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(connected).rejects.toBe(reason);
    expect([client.readyState, client.closeCode]).toEqual([State.CLOSED, -1]);
    clock.runUntilIdle();
    expect(clock.timerCount).toBe(0);
  });

  test("does nothing once the connection is there, or after the next attempt", async () => {
    const { client, clock, environment, connected } = createPeerPair();
    await clock.settle();
    await connected;
    client.close();
    clock.runUntilIdle();
    const controller = new AbortController();
    const streams = createMemoryPair(clock);
    const another = new WebSocketPeer({ environment });
    another.acceptStream(streams[1]);
    void client.connectToUrl(url, { stream: streams[0], signal: controller.signal });
    clock.runTurns();
    controller.abort();
    clock.runUntilIdle();
    expect([client.readyState, another.readyState]).toEqual([State.OPEN, State.OPEN]);
  });

  test("that is aborted already lets nothing begin", async () => {
    const peer = new WebSocketPeer();
    const attempt = async (): Promise<void> =>
      peer.connectToUrl(url, { signal: AbortSignal.abort(new Error("no")) });
    await expect(attempt()).rejects.toThrow("no");
    expect(peer.readyState).toBe(State.CLOSED);
  });
});

describe("event style and game-loop style", () => {
  test("see the same, in the same order", () => {
    const observe = (autoPoll: boolean): unknown[] => {
      const { client, server, clock } = createPeerPair({ client: { autoPoll }, server: { autoPoll } });
      const log: unknown[] = [];
      server.opened.connect(() => log.push("opened"));
      server.packetReceived.connect((packet) => log.push(packet.text ?? [...packet.bytes]));
      server.closed.connect((...args) => log.push(args));
      const frame = (): void => {
        clock.runTurns();
        if (!autoPoll) for (const peer of [client, server]) peer.poll();
      };
      for (let i = 0; i < 5; i++) frame();
      client.sendText("a");
      client.send(bytes(1));
      client.close(3000, "bye");
      for (let i = 0; i < 5; i++) frame();
      clock.runUntilIdle();
      frame();
      log.push(server.readyState, server.closeCode, server.closeReason, client.closeCode);
      return log;
    };
    expect(observe(false)).toEqual(observe(true));
    expect(observe(true)).toEqual(["opened", "a", [1], [3000, "bye"], State.CLOSED, 3000, "bye", 3000]);
  });

  test("in game-loop style nothing changes but by poll", () => {
    const { client, server, clock } = createPeerPair({
      client: { autoPoll: false },
      server: { autoPoll: false },
    });
    let signals = 0;
    client.opened.connect(() => signals++);
    clock.runUntilIdle();
    expect([client.readyState, server.readyState, signals]).toEqual([State.CONNECTING, State.CONNECTING, 0]);
    client.poll();
    expect([client.readyState, signals]).toEqual([State.OPEN, 1]);
    client.poll();
    expect(signals).toBe(1);
  });
});
