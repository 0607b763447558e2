// The handshake, messages and the end. Limits and liveness: websocket-peer.limits.test.ts; slots that do surprising
// things: websocket-peer.slots.test.ts; sockets: websocket-peer.sockets.test.ts.

import { describe, expect, test } from "vitest";
import { ConnectError, UsageError } from "../../src/errors.ts";
import type { RequestHandler } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import type { UpgradeRequest } from "../../src/protocol/handshake.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { promisesSettled } from "../simulation/virtual-environment.ts";
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
  openRawClient,
  openRawServer,
  type PeerPair,
  uncaughtDuring,
  url,
  usageErrorOf,
} from "./memory-peers.ts";

const { State, WriteMode } = WebSocketPeer;
const masked = { masked: true };
const bytes = (...octets: number[]): Uint8Array => Uint8Array.of(...octets);

/** Fetches all there is, as `"text"` or `[octets]`. */
function fetchAll(peer: WebSocketPeer): (string | number[])[] {
  const packets: (string | number[])[] = [];
  while (peer.availablePacketCount > 0) {
    const packet = peer.getPacket();
    packets.push(peer.wasStringPacket() ? new TextDecoder().decode(packet) : [...packet]);
  }
  return packets;
}

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

describe("the request handler", () => {
  test("sees the request, and its answer's headers and protocol are used", async () => {
    let seen: UpgradeRequest | undefined;
    const { client, server, connected, clock } = createPeerPair({
      client: { supportedProtocols: ["chat", "relay"], handshakeHeaders: ["X-Token: 42"] },
      answer: (request) => {
        seen = request;
        return { protocol: "relay", headers: [["X-Room", "blue"]] };
      },
    });
    await clock.settle();
    await connected;
    expect(seen).toMatchObject({ target: "/path", protocols: ["chat", "relay"] });
    expect(seen?.headers.get("X-TOKEN")).toBe("42");
    expect([client.selectedProtocol, server.selectedProtocol]).toEqual(["relay", "relay"]);
  });

  test("may take its time: what the client sends meanwhile is kept", async () => {
    let accept: () => void = () => {};
    const { server, raw, clock } = createRawClient(
      {},
      () =>
        new Promise((resolve) => {
          accept = () => resolve({});
        }),
    );
    raw.send(rawRequest(), encodeFrame(opcode.text, "one", masked));
    await clock.settle();
    raw.send(encodeFrame(opcode.text, "two", masked));
    await clock.settle();
    expect([server.readyState, raw.received.length]).toEqual([State.CONNECTING, 0]);
    accept();
    await clock.settle();
    expect(server.readyState).toBe(State.OPEN);
    expect(fetchAll(server)).toEqual(["one", "two"]);
  });

  test("may refuse later", async () => {
    const { connected, clock } = createPeerPair({
      answer: async () => ({ status: 401, reason: "who are you" }),
    });
    await clock.settle();
    await expect(connected).rejects.toMatchObject({ status: 401 });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ] satisfies [
    string,
    RequestHandler,
  ][])("that %s means 500 for the client, and the error is seen", async (_, answer) => {
    const uncaught = await uncaughtDuring(async () => {
      const { connected, server, clock } = createPeerPair({ answer });
      await clock.settle();
      await expect(connected).rejects.toMatchObject({ status: 500 });
      clock.runUntilIdle();
      expect(server.readyState).toBe(State.CLOSED);
    });
    expect(uncaught).toEqual([new Error("broken")]);
  });

  test.each([
    ["at once", (headers: [string, string][]) => () => ({ headers })],
    ["later", (headers: [string, string][]) => async () => ({ headers })],
  ])("cannot smuggle headers in, %s: that is 500, and its error is seen", async (_, make) => {
    const uncaught = await uncaughtDuring(async () => {
      const { connected, clock } = createPeerPair({
        answer: make([["X-A", "b\r\nX-Evil: c"]]) as RequestHandler,
      });
      await clock.settle();
      await expect(connected).rejects.toMatchObject({ status: 500 });
      clock.runUntilIdle();
    });
    expect(uncaught).toHaveLength(1);
    expect(uncaught[0]).toBeInstanceOf(UsageError);
  });

  test("that answers after the client has gone is not listened to", async () => {
    for (const answer of [{}, { status: 403, reason: "no" }, new Error("broken")]) {
      const settle: { resolve?: (answer: object) => void; reject?: (error: Error) => void } = {};
      const uncaught = await uncaughtDuring(async () => {
        const { server, raw, clock } = createRawClient(
          {},
          () =>
            new Promise((resolve, reject) => {
              settle.resolve = resolve;
              settle.reject = reject;
            }),
        );
        const log: string[] = [];
        server.opened.connect(() => log.push("opened"));
        server.closed.connect(() => log.push("closed"));
        raw.send(rawRequest());
        await clock.settle();
        raw.stream.destroy();
        await clock.settle();
        expect(server.readyState).toBe(State.CLOSED);
        if (answer instanceof Error) settle.reject!(answer);
        else settle.resolve!(answer);
        await clock.settle();
        clock.runUntilIdle();
        expect(log).toEqual(["closed"]);
        expect(server.readyState).toBe(State.CLOSED);
      });
      expect(uncaught).toEqual(answer instanceof Error ? [answer] : []);
    }
  });
});

describe.each([
  ["event style", true],
  ["game-loop style", false],
])("messages, %s", (_, autoPoll) => {
  const open = (): PeerPair => openPeerPair({ client: { autoPoll }, server: { autoPoll } });

  test("text, binary and empty ones come as what they were, both ways", () => {
    const { client, server, clock } = open();
    for (const peer of [client, server]) {
      expect(peer.sendText("grüße 🎮")).toBe(true);
      expect(peer.send(bytes(0, 1, 255))).toBe(true);
      peer.putPacket(bytes(9));
      peer.send(new TextEncoder().encode("as text"), WriteMode.TEXT);
      peer.sendText("");
      peer.send(bytes());
      peer.sendText("x".repeat(5000));
    }
    clock.runTurns();
    const expected = ["grüße 🎮", [0, 1, 255], [9], "as text", "", [], "x".repeat(5000)];
    for (const peer of [client, server]) {
      peer.poll();
      expect(peer.availablePacketCount).toBe(7);
      expect(fetchAll(peer)).toEqual(expected);
    }
  });

  test("the sender may change its memory at once", () => {
    const { client, server, clock } = open();
    const message = bytes(1, 2, 3);
    client.send(message);
    server.sendPrepared(WebSocketPeer.prepare(message));
    message.fill(0);
    clock.runTurns();
    expect([[...server.getPacket()], [...client.getPacket()]]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("many keep their order, through cuts and delays", () => {
    const { client, server, clock, random } = openPeerPair({
      client: { autoPoll },
      server: { autoPoll },
      memory: { pieceLength: (available) => Math.min(available, 7), latencyMs: () => 1 },
    });
    const sent = Array.from({ length: 300 }, (__, i) => `${i} ${"y".repeat(random.below(200))}`);
    for (const text of sent) client.sendText(text);
    clock.runUntilIdle();
    expect(fetchAll(server)).toEqual(sent);
  });

  test("getPacket without a packet is a UsageError, nextPacket is undefined", () => {
    const { client } = open();
    expect(usageErrorOf(() => client.getPacket())).toBe("ERR_UNAVAILABLE");
    expect(client.nextPacket()).toBeUndefined();
    expect(client.wasStringPacket()).toBe(false);
  });

  test("wasStringPacket is about the packet fetched last", () => {
    const { client, server, clock } = open();
    client.sendText("a");
    client.send(bytes(1));
    clock.runTurns();
    expect(server.wasStringPacket()).toBe(false);
    server.getPacket();
    expect(server.wasStringPacket()).toBe(true);
    expect(server.nextPacket()?.isText).toBe(false);
    expect(server.wasStringPacket()).toBe(false);
  });

  test("async iteration gives the packets and ends with the connection", async () => {
    const { client, server, clock } = open();
    const texts: (string | undefined)[] = [];
    const done = (async () => {
      for await (const { text } of server) texts.push(text);
    })();
    for (const text of ["a", "b"]) client.sendText(text);
    const live = async (): Promise<void> => {
      await clock.settle();
      if (!autoPoll) for (const peer of [client, server]) peer.poll();
      await clock.settle();
    };
    await live();
    expect(texts).toEqual(["a", "b"]);
    client.sendText("c");
    client.close(1000);
    await live();
    await live();
    await live();
    await done;
    expect(texts).toEqual(["a", "b", "c"]);
    const after: unknown[] = [];
    for await (const packet of server) after.push(packet);
    expect(after).toEqual([]);
  });

  test("packets that came before the close are still there after it", () => {
    const { client, server, clock } = open();
    client.sendText("last words");
    client.close(1000);
    clock.runUntilIdle();
    server.poll();
    expect(server.readyState).toBe(State.CLOSED);
    expect(fetchAll(server)).toEqual(["last words"]);
  });

  test("a slot gets the packets in place of the queue, those that waited first", () => {
    const { client, server, clock } = open();
    client.sendText("1");
    clock.runTurns();
    const texts: (string | undefined)[] = [];
    const disconnect = server.packetReceived.connect(({ text }) => texts.push(text));
    client.sendText("2");
    clock.runTurns();
    server.poll();
    expect([texts, server.availablePacketCount]).toEqual([["1", "2"], 0]);
    disconnect();
    client.sendText("3");
    clock.runTurns();
    server.poll();
    expect([texts, fetchAll(server)]).toEqual([["1", "2"], ["3"]]);
  });

  test("sending before OPEN is a UsageError, afterwards it is false", () => {
    const early = createPeerPair({ client: { autoPoll } });
    expect(usageErrorOf(() => early.client.sendText("x"))).toBe("FAILED");
    expect(usageErrorOf(() => new WebSocketPeer().send(bytes(1)))).toBe("FAILED");
    const { client, server, clock } = open();
    client.close();
    expect([client.sendText("x"), client.send(bytes(1)), client.sendDroppable(bytes(1))]).toEqual([
      false,
      false,
      false,
    ]);
    clock.runUntilIdle();
    for (const peer of [client, server]) {
      peer.poll();
      expect([peer.readyState, peer.sendText("x")]).toEqual([State.CLOSED, false]);
    }
    expect(server.availablePacketCount).toBe(0);
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

describe("closing", () => {
  test.each(["client", "server"] as const)("by the %s: code and reason reach both sides", (closer) => {
    const { client, server, clock } = openPeerPair();
    const log: unknown[] = [];
    client.closed.connect((...args) => log.push(["client", ...args]));
    server.closed.connect((...args) => log.push(["server", ...args]));
    const peer = closer === "client" ? client : server;
    peer.close(4321, "grüße");
    expect(peer.readyState).toBe(State.CLOSING);
    clock.runUntilIdle();
    expect([client.readyState, server.readyState]).toEqual([State.CLOSED, State.CLOSED]);
    expect(log.sort()).toEqual([
      ["client", 4321, "grüße"],
      ["server", 4321, "grüße"],
    ]);
    expect(clock.now()).toBe(0);
  });

  test("without arguments is 1000", () => {
    const { client, server, clock } = openPeerPair();
    client.close();
    clock.runUntilIdle();
    expect([server.closeCode, server.closeReason, client.closeCode]).toEqual([1000, "", 1000]);
  });

  test("a close frame without a code is 1005, where Godot has 0", () => {
    const { server, raw, clock } = openRawClient();
    raw.send(encodeFrame(opcode.close, "", masked));
    clock.runTurns();
    expect([server.closeCode, server.closeReason]).toEqual([1005, ""]);
    expect(raw.frames).toMatchObject([{ opcode: opcode.close, payload: Buffer.alloc(0) }]);
  });

  test.each([
    1000, 1001, 1002, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 4999,
  ])("%i is a code to send", (code) => {
    const { client, server, clock } = openPeerPair();
    client.close(code, "x".repeat(123));
    clock.runUntilIdle();
    expect([server.closeCode, server.closeReason.length, client.closeCode]).toEqual([code, 123, code]);
  });

  test.each([
    0,
    1,
    999,
    1004,
    1005,
    1006,
    1015,
    1016,
    2999,
    5000,
    65536,
    1000.5,
    Number.NaN,
  ])("%d is a UsageError, and the connection stays", (code) => {
    const { client, clock } = openPeerPair();
    expect(usageErrorOf(() => client.close(code))).toBe("ERR_INVALID_PARAMETER");
    clock.runUntilIdle();
    expect(client.readyState).toBe(State.OPEN);
  });

  test("a reason over 123 octets of UTF-8 is a UsageError", () => {
    const { client, server, clock } = openPeerPair();
    expect(usageErrorOf(() => client.close(1000, "x".repeat(124)))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => client.close(1000, "ü".repeat(62)))).toBe("ERR_INVALID_PARAMETER");
    client.close(1000, "ü".repeat(61));
    clock.runUntilIdle();
    expect(server.closeReason).toBe("ü".repeat(61));
  });

  test("close(-1) drops the connection: -1 on both sides, no close frame", () => {
    const { server, raw, clock } = openRawClient();
    const closes: unknown[] = [];
    server.closed.connect((...args) => closes.push(args));
    server.sendText("never sent");
    server.close(-1);
    expect(server.readyState).toBe(State.CLOSED);
    clock.runTurns();
    expect([raw.frames.length, raw.closed, closes]).toEqual([0, true, [[-1, ""]]]);
    const { client, server: other, clock: time } = openPeerPair();
    client.close(-1);
    time.runUntilIdle();
    expect([other.readyState, other.closeCode, client.closeCode]).toEqual([State.CLOSED, -1, -1]);
  });

  test("while CONNECTING drops the connection, and the promise rejects", async () => {
    for (const code of [1000, -1]) {
      const { client, connected, clock } = createPeerPair();
      client.close(code);
      expect([client.readyState, client.closeCode]).toEqual([State.CLOSED, -1]);
      await expect(connected).rejects.toBeInstanceOf(ConnectError);
      clock.runUntilIdle();
      expect(clock.timerCount).toBe(0);
    }
  });

  test("what was sent before goes out before", () => {
    const { client, raw, clock } = openRawServer();
    client.sendText("a");
    client.sendText("b");
    client.close(1000);
    clock.runTurns();
    expect(raw.frames.map((frame) => frame.opcode)).toEqual([opcode.text, opcode.text, opcode.close]);
    expect(raw.frames.every((frame) => frame.masked)).toBe(true);
  });

  test("both at once ends well", () => {
    const { client, server, clock } = openPeerPair();
    client.close(4001, "client");
    server.close(4002, "server");
    clock.runUntilIdle();
    expect([client.closeCode, server.closeCode]).toEqual([4002, 4001]);
    expect([client.readyState, server.readyState]).toEqual([State.CLOSED, State.CLOSED]);
  });

  test("TCP's end without a close frame is code -1", () => {
    const { server, raw, clock } = openRawClient();
    raw.stream.end();
    clock.runUntilIdle();
    expect([server.readyState, server.closeCode]).toEqual([State.CLOSED, -1]);
  });

  test("an unanswered close frame costs the connection after closeTimeoutMs", () => {
    const { server, clock } = openRawClient({ closeTimeoutMs: 700 });
    server.close(1000);
    clock.advance(699);
    expect(server.readyState).toBe(State.CLOSING);
    clock.advance(1);
    expect([server.readyState, server.closeCode]).toEqual([State.CLOSED, -1]);
  });

  test("a peer can be used again, and begins anew", async () => {
    const first = openPeerPair();
    const { client, clock, environment } = first;
    first.server.sendText("unread");
    clock.runTurns();
    client.close(4000, "first");
    clock.runUntilIdle();
    expect(client.closeCode).toBe(4000);
    const server = new WebSocketPeer({ environment });
    const streams = createMemoryPair(clock);
    server.acceptStream(streams[1]);
    const connected = client.connectToUrl("ws://example.com/again", { stream: streams[0] });
    expect([client.readyState, client.closeCode, client.closeReason, client.availablePacketCount]).toEqual([
      State.CONNECTING,
      -1,
      "",
      0,
    ]);
    await clock.settle();
    await connected;
    server.sendText("new");
    clock.runTurns();
    expect(fetchAll(client)).toEqual(["new"]);
    expect(client.requestedUrl).toBe("ws://example.com/again");
  });

  test("asyncDispose closes with 1001 and waits for the end", async () => {
    for (const autoPoll of [true, false]) {
      const { client, server, clock } = openPeerPair({ client: { autoPoll } });
      let disposed = false;
      const done = client[Symbol.asyncDispose]().then(() => {
        disposed = true;
      });
      await promisesSettled();
      expect(disposed).toBe(false);
      await clock.settle();
      await done;
      expect([client.readyState, server.closeCode]).toEqual([State.CLOSED, 1001]);
      await client[Symbol.asyncDispose]();
    }
    await new WebSocketPeer()[Symbol.asyncDispose]();
  });

  test("asyncDispose of an attempt gives it up", async () => {
    for (const autoPoll of [true, false]) {
      const { client, connected } = createPeerPair({ client: { autoPoll } });
      await client[Symbol.asyncDispose]();
      await expect(connected).rejects.toBeInstanceOf(ConnectError);
      expect(client.readyState).toBe(State.CLOSED);
    }
  });

  test("asyncDispose of a peer that nobody has polled since the connection broke", async () => {
    const { client, server, clock } = openPeerPair({ client: { autoPoll: false } });
    server.close(-1);
    clock.runUntilIdle();
    expect(client.readyState).toBe(State.OPEN);
    await client[Symbol.asyncDispose]();
    expect(client.readyState).toBe(State.CLOSED);
  });
});

describe("the peer breaks the protocol", () => {
  test.each([
    ["a frame that is not masked", encodeFrame(opcode.text, "x"), 1002, "maskMissing"],
    [
      "a reserved bit",
      encodeFrame(opcode.text, "x", { masked: true, reservedBits: 0x40 }),
      1002,
      "reservedBit",
    ],
    ["a reserved opcode", encodeFrame(3, "x", masked), 1002, "reservedOpcode"],
    ["a stray continuation", encodeFrame(opcode.continuation, "x", masked), 1002, "strayContinuation"],
    ["text that is not UTF-8", encodeFrame(opcode.text, bytes(0xff), masked), 1007, "invalidText"],
    [
      "a close code that may not be sent",
      encodeFrame(opcode.close, closePayload(1005), masked),
      1002,
      "badCloseFrame",
    ],
    ["a close frame of one octet", encodeFrame(opcode.close, "x", masked), 1002, "badCloseFrame"],
  ])("%s", (_, frame, code, violation) => {
    const { server, raw, clock } = openRawClient();
    const closes: unknown[] = [];
    server.closed.connect((...args) => closes.push(args));
    raw.send(encodeFrame(opcode.text, "before", masked), frame, encodeFrame(opcode.text, "after", masked));
    clock.runTurns();
    expect(raw.closeFrame?.[0]).toBe(code);
    expect(raw.ended).toBe(true);
    raw.stream.end();
    clock.runUntilIdle();
    expect(closes).toEqual([[code, expect.any(String)]]);
    expect(server.failure).toMatchObject({ kind: "violation", violation, closeCode: code });
    expect(fetchAll(server)).toEqual(["before"]);
  });
});
