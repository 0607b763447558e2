import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectError, UsageError } from "../../src/errors.ts";
import type { Packet } from "../../src/peer/packet-queue.ts";
import { WebSocketClient, type WebSocketClientOptions } from "../../src/peer/websocket-client.ts";
import type { RequestHandler, WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { environment, listen } from "../../src/transport/node.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../simulation/virtual-environment.ts";
import { encodeFrame, opcode, RawEnd, rawAnswer } from "../transport/raw-end.ts";

let env: VirtualEnvironment;
let log: unknown[][];

beforeEach(() => {
  env = createVirtualEnvironment();
  log = [];
});

afterEach(() => {
  env.clock.runUntilIdle();
  expect(env.clock.timerCount).toBe(0);
});

/** A client whose signals are written down. */
function newClient(options: WebSocketClientOptions = {}): WebSocketClient {
  const client = new WebSocketClient({ environment: env.environment, ...options });
  client.connectionEstablished.connect((protocol) => log.push(["established", protocol]));
  client.connectionError.connect((error) => log.push(["error", error.status ?? error.code]));
  client.connectionClosed.connect((wasClean) => log.push(["closed", wasClean]));
  client.serverCloseRequest.connect((code, reason) => log.push(["close request", code, reason]));
  return client;
}

function logPackets(client: WebSocketClient): void {
  client.dataReceived.connect((packet) => log.push(["data", packet.text ?? [...packet.bytes]]));
}

/** Lets `client` call a server that is a plain WebSocketPeer. */
function call(
  client: WebSocketClient,
  { answer, ...options }: WebSocketPeerOptions & { answer?: RequestHandler } = {},
  connectOptions: { protocols?: string[]; headers?: string[]; signal?: AbortSignal } = {},
): { server: WebSocketPeer; settled: Promise<void> } {
  const [near, far] = createMemoryPair(env.clock);
  const server = new WebSocketPeer({ environment: env.environment, ...options });
  server.acceptStream(far, answer);
  const settled = client.connectToUrl("ws://example.com/path", { ...connectOptions, stream: near });
  return { server, settled };
}

/** Lets `client` call a server that a test plays by hand. */
function callRaw(client: WebSocketClient): RawEnd {
  const [near, far] = createMemoryPair(env.clock);
  void client.connectToUrl("ws://example.com/", { stream: near });
  const server = new RawEnd(far);
  env.clock.runTurns();
  return server;
}

describe.each([
  { style: "event style", autoPoll: true },
  { style: "game-loop style", autoPoll: false },
])("in $style", ({ autoPoll }) => {
  let client: WebSocketClient;

  beforeEach(() => {
    client = newClient({ autoPoll });
    logPackets(client);
  });

  /** All that can happen at this moment; in a game, some frames. */
  function run(): void {
    env.clock.runTurns();
    if (autoPoll) return;
    for (let frame = 0; frame < 5; frame++) {
      const before = log.length;
      env.clock.runTurns();
      expect(log.length, "signals come from poll() alone").toBe(before);
      client.poll();
    }
  }

  test("connects, talks, and disconnects with code and reason", () => {
    const { server } = call(client, { supportedProtocols: ["chat"] }, { protocols: ["mail", "chat"] });
    const closed: unknown[] = [];
    server.packetReceived.connect((packet) => server.sendText(`${packet.text}?`));
    server.closed.connect((...args) => closed.push(args));
    run();
    expect(log).toEqual([["established", "chat"]]);
    client.getPeer(1).sendText("hello");
    server.putPacket(Uint8Array.of(1, 2, 3));
    run();
    expect(log.splice(1)).toEqual([
      ["data", [1, 2, 3]],
      ["data", "hello?"],
    ]);
    client.disconnectFromHost(4000, "enough");
    run();
    expect(closed).toEqual([[4000, "enough"]]);
    expect(log.splice(1)).toEqual([["closed", true]]);
    expect([client.getPeer().closeCode, client.getPeer().closeReason]).toEqual([4000, "enough"]);
  });

  test("is told of the server's close, after what came before it", () => {
    const { server } = call(client);
    run();
    server.sendText("last words");
    server.close(4001, "good night");
    run();
    expect(log.splice(1)).toEqual([
      ["data", "last words"],
      ["close request", 4001, "good night"],
      ["closed", true],
    ]);
  });

  test("opened and closed within one turn, it misses nothing", () => {
    const server = callRaw(client);
    const frames = [encodeFrame(opcode.text, "hi"), encodeFrame(opcode.close)];
    server.send(rawAnswer(server.head), ...frames);
    env.clock.runTurns();
    server.stream.end();
    run();
    expect(log).toEqual([
      ["established", ""],
      ["data", "hi"],
      ["close request", 1005, ""],
      ["closed", true],
    ]);
  });

  test("tells an end without a close frame", () => {
    const { server } = call(client);
    run();
    server.close(-1);
    run();
    expect(log.splice(1)).toEqual([["closed", false]]);
  });

  test("tells an end by its own refusal of what came, which is no request to close", () => {
    const server = callRaw(client);
    server.send(rawAnswer(server.head), encodeFrame(opcode.text, "masked", { masked: true }));
    run();
    expect(server.closeFrame?.[0]).toBe(1002);
    server.stream.end();
    run();
    expect(log.splice(1)).toEqual([["closed", false]]);
    expect(client.getPeer().failure).toMatchObject({ kind: "violation" });
  });

  test("waits for the answer to its close frame no longer than it should", () => {
    const server = callRaw(client);
    server.send(rawAnswer(server.head));
    run();
    client.disconnectFromHost();
    run();
    expect(log.splice(1)).toEqual([]);
    env.clock.advance(5000);
    run();
    expect(log.splice(1)).toEqual([["closed", false]]);
  });

  test("tells a refusal, with its status", async () => {
    const { settled } = call(client, { answer: () => ({ status: 403, reason: "not you" }) });
    run();
    expect(log).toEqual([["error", 403]]);
    await expect(settled).rejects.toMatchObject({ status: 403 });
  });

  test("an attempt that is given up ends with an error", async () => {
    const undecided: RequestHandler = () => new Promise(() => {});
    const first = call(client, { answer: undecided });
    run();
    client.disconnectFromHost();
    run();
    expect(log.splice(0)).toEqual([["error", "ERR_CANT_CONNECT"]]);
    await expect(first.settled).rejects.toThrow(ConnectError);

    const controller = new AbortController();
    const second = call(client, { answer: undecided }, { signal: controller.signal });
    run();
    controller.abort(new Error("no more patience"));
    run();
    expect(log).toEqual([["error", "ERR_CANT_CONNECT"]]);
    await expect(second.settled).rejects.toThrow("no more patience");
  });

  test("connects again, from within a slot too", () => {
    client.connectionClosed.connect(() => call(client), { once: true });
    const { server } = call(client);
    run();
    server.close(1000, "once");
    run();
    client.disconnectFromHost();
    run();
    expect(log).toEqual([
      ["established", ""],
      ["close request", 1000, "once"],
      ["closed", true],
      ["established", ""],
      ["closed", true],
    ]);
  });

  test("slots may close, drop and poll", () => {
    client.connectionEstablished.connect(() => client.poll());
    client.dataReceived.connect(() => client.disconnectFromHost(-1));
    const { server } = call(client);
    run();
    server.sendText("1");
    server.sendText("2");
    run();
    expect(log.splice(1)).toEqual([
      ["data", "1"],
      ["data", "2"],
      ["closed", false],
    ]);
  });

  test("is disposed of with 1001, needing no poll", async () => {
    const { server } = call(client);
    run();
    const closed = server.closed.next();
    const disposed = client[Symbol.asyncDispose]();
    await env.clock.settle();
    await disposed;
    expect(await closed).toEqual([1001, ""]);
    expect(log.splice(1)).toEqual([["closed", true]]);
    await client[Symbol.asyncDispose]();
  });
});

describe("a close that is ours is no request of the server's", () => {
  test.each<[string, (client: WebSocketClient) => void]>([
    ["disconnectFromHost", (client) => client.disconnectFromHost(4000)],
    ["the peer's own close", (client) => client.getPeer().close(4000)],
  ])("by %s", (_, close) => {
    const client = newClient();
    call(client);
    env.clock.runTurns();
    close(client);
    env.clock.runTurns();
    expect(log.splice(1)).toEqual([["closed", true]]);
  });

  test("nor when both close at the same time", () => {
    const client = newClient();
    const { server } = call(client);
    env.clock.runTurns();
    server.close(4001, "theirs");
    client.disconnectFromHost(4002, "ours");
    env.clock.runTurns();
    expect(log.splice(1)).toEqual([["closed", true]]);
    expect(client.getPeer().closeCode).toBe(4001);
  });

  test("but it stays the server's when we only agree", () => {
    const client = newClient({ autoPoll: false });
    const server = callRaw(client);
    server.send(rawAnswer(server.head));
    env.clock.runTurns();
    client.poll();
    server.send(encodeFrame(opcode.close));
    env.clock.runTurns();
    client.disconnectFromHost(4000);
    server.stream.end();
    env.clock.runTurns();
    client.poll();
    expect(log.splice(1)).toEqual([
      ["close request", 1005, ""],
      ["closed", true],
    ]);
  });
});

describe("packets", () => {
  // On the real clock, which lets promises settle before the turn ends.
  test("that came with the answer reach a slot connected after the wait", async () => {
    const client = new WebSocketClient();
    const [near, far] = createMemoryPair(environment.clock);
    const server = new WebSocketPeer();
    server.acceptStream(far);
    server.opened.connect(() => server.sendText("welcome"));
    await client.connectToUrl("ws://example.com/", { stream: near });
    expect(client.getPeer().availablePacketCount).toBe(1);
    const [packet] = await client.dataReceived.next();
    expect(packet.text).toBe("welcome");
    await client[Symbol.asyncDispose]();
  });

  test("that come right after the answer wait for the game's next poll", () => {
    const client = newClient({ autoPoll: false });
    logPackets(client);
    const server = callRaw(client);
    server.send(rawAnswer(server.head));
    env.clock.runTurns();
    server.send(encodeFrame(opcode.text, "welcome"));
    client.poll();
    env.clock.runTurns();
    expect(log).toEqual([["established", ""]]);
    client.poll();
    expect(log.splice(1)).toEqual([["data", "welcome"]]);
    client.disconnectFromHost(-1);
  });

  test("wait in the peer while no slot is connected", () => {
    const client = newClient();
    const { server } = call(client);
    env.clock.runTurns();
    server.sendText("1");
    server.sendText("2");
    env.clock.runTurns();
    const peer = client.getPeer();
    expect(peer.availablePacketCount).toBe(2);
    expect(peer.nextPacket()?.text).toBe("1");
    logPackets(client);
    client.poll();
    expect(log.splice(1)).toEqual([["data", "2"]]);
    client.disconnectFromHost();
  });

  test("come with the kind they were sent with", () => {
    const client = newClient();
    const packets: Packet[] = [];
    client.dataReceived.connect((packet) => packets.push(packet));
    const { server } = call(client);
    env.clock.runTurns();
    server.sendText("ü");
    server.putPacket(Uint8Array.of());
    env.clock.runTurns();
    expect(packets.map(({ isText, bytes }) => [isText, bytes.length])).toEqual([
      [true, 2],
      [false, 0],
    ]);
    client.disconnectFromHost();
  });
});

describe("connectToUrl", () => {
  test("sends the headers and protocols of this call, and of no earlier one", () => {
    const client = newClient();
    const first = call(client, { answer: () => ({}) }, { headers: ["X-Token: 7"], protocols: ["a", "b"] });
    env.clock.runTurns();
    expect(first.server.request?.headers.get("x-token")).toBe("7");
    expect(first.server.request?.protocols).toEqual(["a", "b"]);
    client.disconnectFromHost();
    env.clock.runTurns();
    const second = call(client);
    env.clock.runTurns();
    expect(second.server.request?.headers.has("x-token")).toBe(false);
    expect(second.server.request?.protocols).toEqual([]);
    client.disconnectFromHost();
  });

  test("throws while an earlier connection has not ended", () => {
    const client = newClient();
    const again = () => client.connectToUrl("ws://example.com/");
    const { server } = call(client);
    expect(again).toThrow("this client is connecting");
    env.clock.runTurns();
    expect(again).toThrow("this client is connected");
    server.close();
    client.disconnectFromHost();
    expect(again).toThrow(UsageError);
    env.clock.runTurns();
    expect(log.at(-1)).toEqual(["closed", true]);
  });

  test.each([
    ["URL", "http://example.com/", {}],
    ["protocol", "ws://example.com/", { protocols: ["a b"] }],
    ["header", "ws://example.com/", { headers: ["no header"] }],
    ["signal", "ws://example.com/", { signal: AbortSignal.abort(new UsageError("ERR_SKIP", "aborted")) }],
  ])("throws for a bad %s and stays usable", (_, url, options) => {
    const client = newClient();
    expect(() => client.connectToUrl(url, options)).toThrow(UsageError);
    call(client);
    env.clock.runTurns();
    expect(log).toEqual([["established", ""]]);
    client.disconnectFromHost();
  });

  test("tells that nobody listens there", async () => {
    const listener = await listen(0, "127.0.0.1", () => {});
    await listener.close();
    const client = new WebSocketClient();
    const told = client.connectionError.next();
    const attempt = client.connectToUrl(`ws://127.0.0.1:${listener.port}`);
    await expect(attempt).rejects.toThrow(ConnectError);
    const [error] = await told;
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.status).toBeUndefined();
  });
});

test("disconnectFromHost refuses what may not be sent", () => {
  const client = newClient();
  call(client);
  env.clock.runTurns();
  expect(() => client.disconnectFromHost(1005)).toThrow(UsageError);
  expect(() => client.disconnectFromHost(1000, "x".repeat(124))).toThrow(UsageError);
  client.disconnectFromHost();
});

test("there is one peer, 1, and before the first call it is closed", () => {
  const client = newClient();
  expect(client.getPeer(1)).toBe(client.getPeer());
  expect(client.getPeer().readyState).toBe(WebSocketPeer.State.CLOSED);
  expect([client.connectedHost, client.connectedPort]).toEqual(["", 0]);
  expect(() => client.getPeer(2)).toThrow(UsageError);
  client.disconnectFromHost();
  expect(log).toEqual([]);
});

test("knows whom it is connected to", async () => {
  const listener = await listen(0, "127.0.0.1", (stream) => new WebSocketPeer().acceptStream(stream));
  {
    await using client = new WebSocketClient();
    await client.connectToUrl(`ws://localhost:${listener.port}`);
    expect([client.connectedHost, client.connectedPort]).toEqual(["127.0.0.1", listener.port]);
  }
  await listener.close();
});

test("throws LimitError when its own limit is reached, and stays connected", () => {
  const client = newClient({ outboundBufferSize: 100 });
  call(client);
  env.clock.runTurns();
  expect(() => client.getPeer().putPacket(new Uint8Array(101))).toThrow("cannot send 101 octets");
  expect(client.getPeer().sendText("short")).toBe(true);
  expect(log).toEqual([["established", ""]]);
  client.disconnectFromHost();
});
