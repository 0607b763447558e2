import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LimitError, UsageError } from "../../src/errors.ts";
import type { WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import {
  WebSocketServer,
  type WebSocketServerAcceptOptions,
  type WebSocketServerOptions,
} from "../../src/peer/websocket-server.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../simulation/virtual-environment.ts";
import { encodeFrame, opcode, RawEnd, rawRequest } from "../transport/raw-end.ts";

/** A server whose signals are written down, each with the client's number in the order of joining. */
function newServer(log: unknown[][], options: WebSocketServerOptions = {}): WebSocketServer {
  const server = new WebSocketServer(options);
  const ids: number[] = [];
  const numberOf = (id: number): number => ids.lastIndexOf(id) + 1;
  server.clientConnected.connect((id, protocol) => log.push([ids.push(id), "connected", protocol]));
  server.clientDisconnected.connect((id, wasClean) => log.push([numberOf(id), "disconnected", wasClean]));
  server.clientCloseRequest.connect((id, code, reason) =>
    log.push([numberOf(id), "close request", code, reason]),
  );
  server.clientOverflowed.connect((id, error) => log.push([numberOf(id), "overflowed", error.code]));
  return server;
}

describe("in memory", () => {
  let env: VirtualEnvironment;
  let log: unknown[][];
  let server: WebSocketServer;

  beforeEach(() => {
    env = createVirtualEnvironment();
    log = [];
    server = newServer(log, { environment: env.environment });
  });

  afterEach(async () => {
    const stopped = server.stop();
    env.clock.runUntilIdle();
    await stopped;
    expect(server.connectionCount).toBe(0);
    expect(server.peers).toEqual([]);
    expect(env.clock.timerCount).toBe(0);
  });

  /** Another client, in event style, that is calling the server. */
  function join(
    options: WebSocketPeerOptions = {},
    acceptOptions: WebSocketServerAcceptOptions = {},
  ): WebSocketPeer {
    const [near, far] = createMemoryPair(env.clock);
    server.acceptStream(far, acceptOptions);
    const client = new WebSocketPeer({ environment: env.environment, ...options });
    void client.connectToUrl("ws://example.com/path", { stream: near });
    return client;
  }

  /** Another client, that a test plays by hand. */
  function joinRaw(): RawEnd {
    const [near, far] = createMemoryPair(env.clock);
    server.acceptStream(far);
    return new RawEnd(near);
  }

  const run = (): void => env.clock.runTurns();

  describe.each([
    { style: "event style", autoPoll: true },
    { style: "game-loop style", autoPoll: false },
  ])("in $style", ({ autoPoll }) => {
    beforeEach(() => {
      server = newServer(log, { environment: env.environment, autoPoll });
      const joined: number[] = [];
      server.clientConnected.connect((id) => joined.push(id));
      server.dataReceived.connect((id, packet) =>
        log.push([joined.indexOf(id) + 1, "data", packet.text ?? [...packet.bytes]]),
      );
    });

    /** All that can happen at this moment; in a game, some frames. */
    function run(): void {
      env.clock.runTurns();
      if (autoPoll) return;
      for (let frame = 0; frame < 5; frame++) {
        const before = log.length;
        env.clock.runTurns();
        expect(log.length, "signals come from poll() alone").toBe(before);
        server.poll();
      }
    }

    test("clients connect, talk and leave", () => {
      const first = join({ supportedProtocols: ["mail", "chat"] }, { protocols: ["chat"] });
      const second = join();
      run();
      expect(log.splice(0)).toEqual([
        [1, "connected", "chat"],
        [2, "connected", ""],
      ]);
      first.sendText("ä");
      second.putPacket(Uint8Array.of(1, 2));
      first.close(4000, "done");
      run();
      expect(log.filter(([who]) => who === 1)).toEqual([
        [1, "data", "ä"],
        [1, "close request", 4000, "done"],
        [1, "disconnected", true],
      ]);
      expect(log.filter(([who]) => who === 2)).toEqual([[2, "data", [1, 2]]]);
      expect(server.peers).toHaveLength(1);
    });

    test("disconnects a client with code and reason", () => {
      const client = join();
      run();
      expect(server.disconnectPeer(server.peers[0]!, 4002, "go")).toBe(true);
      run();
      expect([client.closeCode, client.closeReason]).toEqual([4002, "go"]);
      expect(log.splice(1)).toEqual([[1, "disconnected", true]]);
    });

    test("tells an end without a close frame", () => {
      const client = join();
      run();
      client.close(-1);
      run();
      expect(log.splice(1)).toEqual([[1, "disconnected", false]]);
    });

    test("joined, spoke and left within one turn, a client is told whole", () => {
      const client = joinRaw();
      const masked = { masked: true };
      client.send(
        rawRequest(),
        encodeFrame(opcode.text, "hi", masked),
        encodeFrame(opcode.close, "", masked),
      );
      client.stream.end();
      run();
      expect(log).toEqual([
        [1, "connected", ""],
        [1, "data", "hi"],
        [1, "close request", 1005, ""],
        [1, "disconnected", true],
      ]);
    });

    test("stop() closes everybody with 1001, needing no poll", async () => {
      const clients = [join(), join()];
      run();
      const silent = joinRaw();
      const stopped = server.stop();
      await env.clock.settle();
      await stopped;
      expect(clients.map((client) => client.closeCode)).toEqual([1001, 1001]);
      expect(silent.closed).toBe(true);
      expect(log.splice(2)).toEqual([
        [1, "disconnected", true],
        [2, "disconnected", true],
      ]);
      await server[Symbol.asyncDispose]();
    });

    test("slots may disconnect, broadcast and poll", () => {
      server.clientConnected.connect((id) => {
        server.poll();
        server.broadcast(`${server.peers.length} are here`);
        if (server.peers.length === 2) server.disconnectPeer(id, -1);
      });
      server.clientDisconnected.connect(() => server.broadcast("one less"));
      const first = join();
      const texts: (string | undefined)[] = [];
      first.packetReceived.connect((packet) => texts.push(packet.text));
      run();
      join();
      run();
      expect(texts).toEqual(["1 are here", "2 are here", "one less"]);
      expect(log).toEqual([
        [1, "connected", ""],
        [2, "connected", ""],
        [2, "disconnected", false],
      ]);
    });
  });

  describe("ids", () => {
    test("are from 2 to 2147483647 and of one client each, also when chance repeats itself", () => {
      const drawn = [0, 1, 0x80000001, 7, 7, 0x80000007, 0xffffffff];
      const { environment } = env;
      const random = { ...environment.random, uint32: () => drawn.shift() ?? environment.random.uint32() };
      server = newServer(log, { environment: { ...environment, random } });
      const clients = [join(), join()];
      run();
      expect(server.peers).toEqual([7, 2147483647]);
      clients[0]!.close();
      run();
      expect([server.hasPeer(7), server.getPeer(7)]).toEqual([false, undefined]);
    });

    test("lead to the client's connection", () => {
      const client = join();
      run();
      const [id] = server.peers;
      expect(server.hasPeer(id!)).toBe(true);
      const packets: (string | undefined)[] = [];
      client.packetReceived.connect((packet) => packets.push(packet.text));
      server.getPeer(id!)?.sendText("for you");
      run();
      expect(packets).toEqual(["for you"]);
      expect(server.getPeer(id!)?.requestedUrl).toBe("ws://example.com/path");
    });

    test("of nobody lead to nothing, and are no error: a client may leave at any time", () => {
      expect(server.hasPeer(2)).toBe(false);
      expect(server.getPeer(2)).toBeUndefined();
      expect(server.disconnectPeer(2)).toBe(false);
      expect([server.getPeerAddress(2), server.getPeerPort(2)]).toEqual(["", 0]);
    });

    test("are gone when the end is told, and the peer says why it came", () => {
      const ends: unknown[] = [];
      server.clientDisconnected.connect((id, _, peer) =>
        ends.push([server.hasPeer(id), peer.closeCode, peer.closeReason, peer.failure?.kind]),
      );
      const clean = join();
      run();
      const broken = joinRaw();
      broken.send(rawRequest());
      run();
      clean.close(4000, "bye");
      run();
      broken.send(encodeFrame(opcode.text, "not masked"));
      broken.stream.end();
      run();
      expect(ends).toEqual([
        [false, 4000, "bye", undefined],
        [false, 1002, expect.any(String), "violation"],
      ]);
      expect(log.slice(2)).toEqual([
        [1, "close request", 4000, "bye"],
        [1, "disconnected", true],
        [2, "disconnected", false],
      ]);
    });
  });

  describe("packets", () => {
    test("wait in the client's peer while no slot is connected", () => {
      const client = join();
      run();
      client.sendText("1");
      client.sendText("2");
      run();
      const peer = server.getPeer(server.peers[0]!)!;
      expect(peer.nextPacket()?.text).toBe("1");
      const received: (string | undefined)[] = [];
      server.dataReceived.connect((_, packet) => received.push(packet.text));
      server.poll();
      expect(received).toEqual(["2"]);
    });
  });

  describe("broadcast", () => {
    const received = (client: WebSocketPeer): unknown[] => {
      const packets: unknown[] = [];
      for (let packet = client.nextPacket(); packet !== undefined; packet = client.nextPacket()) {
        packets.push(packet.text ?? [...packet.bytes]);
      }
      return packets;
    };

    test("reaches all but the one excepted, octets as octets and text as text", () => {
      const clients = [join(), join(), join()];
      run();
      server.broadcast(Uint8Array.of(1, 2, 3));
      server.broadcast("für alle", server.peers[1]);
      run();
      expect(clients.map(received)).toEqual([[[1, 2, 3], "für alle"], [[1, 2, 3]], [[1, 2, 3], "für alle"]]);
    });

    test("copies the message, and encodes it once for all", () => {
      const clients = Array.from({ length: 20 }, () => join());
      run();
      const { arena } = env.environment;
      const reserve = arena.reserve.bind(arena);
      let reserved = 0;
      arena.reserve = (byteLength) => {
        reserved++;
        return reserve(byteLength);
      };
      const message = Uint8Array.of(5);
      server.broadcast(message);
      message[0] = 6;
      expect(reserved).toBe(1);
      run();
      expect(clients.map(received)).toEqual(clients.map(() => [[5]]));
    });

    test("leaves out who is in the handshake, closing or gone", () => {
      join().close(-1);
      joinRaw();
      const closing = join();
      const there = join();
      run();
      server.disconnectPeer(server.peers.at(-2)!);
      server.broadcast("hello");
      run();
      expect([received(closing), received(there)]).toEqual([[], ["hello"]]);
    });

    test("to nobody does nothing", () => {
      expect(() => server.broadcast("hello?")).not.toThrow();
    });
  });

  describe("a client that reads too slowly", () => {
    const piece = new Uint8Array(1000).fill(7);

    beforeEach(() => {
      server = newServer(log, { environment: env.environment, outboundBufferSize: 10_000 });
    });

    /** A client that stops reading when it has one packet unread; and one that reads. */
    function joinTwo(): { slow: WebSocketPeer; fast: WebSocketPeer; counted: () => number } {
      const slow = join({ maxQueuedPackets: 1, autoPoll: false });
      const fast = join();
      let count = 0;
      fast.packetReceived.connect(() => count++);
      run();
      return { slow, fast, counted: () => count };
    }

    test("is reported and closed with 1008 by a broadcast, and the others get it", () => {
      const { slow, counted } = joinTwo();
      for (let i = 0; i < 30; i++) {
        server.broadcast(piece);
        run();
      }
      expect(counted()).toBe(30);
      expect(log.slice(2)).toEqual([[1, "overflowed", "ERR_OUT_OF_MEMORY"]]);
      let unread = 0;
      for (let i = 0; i < 100; i++) {
        slow.poll();
        if (slow.nextPacket() !== undefined) unread++;
        run();
      }
      expect(unread).toBeGreaterThan(9);
      expect([slow.closeCode, slow.closeReason]).toEqual([1008, "reads too slowly"]);
      expect(log.slice(3)).toEqual([[1, "disconnected", true]]);
    });

    test("is cut off when it goes on not reading", () => {
      joinTwo();
      for (let i = 0; i < 30; i++) {
        server.broadcast(piece);
        run();
      }
      env.clock.advance(5000);
      expect(log.slice(3)).toEqual([[1, "disconnected", false]]);
      expect(server.peers).toHaveLength(1);
    });

    test.each<[string, (peer: WebSocketPeer) => boolean]>([
      ["send", (peer) => peer.send(piece)],
      ["putPacket", (peer) => peer.putPacket(piece)],
      ["sendText", (peer) => peer.sendText("x".repeat(1000))],
    ])("is dealt with by %s in the same way, which returns false then", (_, send) => {
      joinTwo();
      const errors: LimitError[] = [];
      server.clientOverflowed.connect((_, error) => errors.push(error));
      const peer = server.getPeer(server.peers[0]!)!;
      const sent = Array.from({ length: 30 }, () => {
        run();
        return send(peer);
      });
      expect(sent.slice(0, 10)).not.toContain(false);
      expect(sent.slice(-10)).not.toContain(true);
      expect(errors).toEqual([expect.any(LimitError)]);
    });
  });

  describe("bounds", () => {
    test("connections beyond maxClients are answered 503, and there is room again when one leaves", () => {
      server.maxClients = 2;
      const [first] = [join(), join()];
      run();
      const third = join();
      run();
      expect(third.failure).toMatchObject({ kind: "handshake", status: 503 });
      expect(server.connectionCount).toBe(2);
      first.close();
      run();
      join();
      run();
      expect(server.peers).toHaveLength(2);
    });

    test("connections in their handshake count, and are answered 408 when it takes too long", () => {
      server.maxClients = 1;
      const silent = joinRaw();
      run();
      expect(server.connectionCount).toBe(1);
      const turnedAway = join();
      run();
      expect(turnedAway.failure?.status).toBe(503);
      env.clock.advance(3000);
      expect(silent.head).toContain("HTTP/1.1 408");
      env.clock.advance(5000);
      expect(server.connectionCount).toBe(0);
      expect(log).toEqual([]);
    });

    test("when very many come at once, some get no answer", () => {
      server.maxClients = 0;
      const raws = Array.from({ length: 100 }, joinRaw);
      run();
      expect(raws.filter((raw) => raw.closed)).toHaveLength(36);
      for (const raw of raws.slice(0, 64)) raw.send(rawRequest());
      run();
      expect(raws.filter((raw) => raw.head.includes("503"))).toHaveLength(64);
      for (const raw of raws) raw.stream.end();
      run();
      const later = join();
      run();
      expect(later.failure?.status).toBe(503);
    });

    test("stop() does not wait for those that are turned away", async () => {
      server.maxClients = 0;
      const silent = joinRaw();
      run();
      const stopped = server.stop();
      run();
      expect(silent.closed).toBe(true);
      await stopped;
    });

    test("NaN is no way round maxClients", () => {
      server.maxClients = Number.NaN;
      const client = join();
      run();
      expect(client.failure?.status).toBe(503);
    });

    test("handshakeTimeoutMs can be set, and is checked", () => {
      expect(server.handshakeTimeoutMs).toBe(3000);
      server.handshakeTimeoutMs = 10;
      const silent = joinRaw();
      env.clock.advance(10);
      expect(silent.head).toContain("HTTP/1.1 408");
      expect(() => {
        server.handshakeTimeoutMs = -1;
      }).toThrow(UsageError);
      expect(server.handshakeTimeoutMs).toBe(10);
    });

    test.each([
      { handshakeTimeoutMs: Number.NaN },
      { maxFragments: -1 },
      { heartbeatInterval: -1 },
    ])("%o is refused when the server is made", (options) => {
      expect(() => new WebSocketServer(options)).toThrow(UsageError);
    });
  });

  describe("the handshake", () => {
    test("setExtraHeaders adds lines to the answer, from now on", () => {
      const before = joinRaw();
      server.setExtraHeaders(["X-Server: ours", "X-More: 2"]);
      const after = joinRaw();
      for (const raw of [before, after]) raw.send(rawRequest());
      run();
      expect(before.head).not.toContain("X-Server");
      expect(after.head).toContain("\r\nX-Server: ours\r\nX-More: 2\r\n");
    });

    test("setExtraHeaders refuses what is no header line, and changes nothing then", () => {
      server.setExtraHeaders(["X-Server: ours"]);
      expect(() => server.setExtraHeaders(["X: 1\r\nY: 2"])).toThrow(UsageError);
      expect(() => server.setExtraHeaders(["Upgrade: other"])).toThrow(UsageError);
      const raw = joinRaw();
      raw.send(rawRequest());
      run();
      expect(raw.head).toContain("X-Server: ours");
      server.setExtraHeaders();
      const plain = joinRaw();
      plain.send(rawRequest());
      run();
      expect(plain.head).not.toContain("X-Server");
    });

    test("answer decides, at once or later", async () => {
      const secret: WebSocketServerAcceptOptions = {
        answer: async ({ path }) =>
          path === "/path" ? { protocol: "b" } : { status: 404, reason: "nothing" },
      };
      const client = join({ supportedProtocols: ["a", "b"] }, secret);
      const refused = join({}, { answer: () => ({ status: 401, reason: "who are you" }) });
      await env.clock.settle();
      expect(log).toEqual([[1, "connected", "b"]]);
      expect(client.selectedProtocol).toBe("b");
      expect(refused.failure?.status).toBe(401);
    });

    test("a client without a supported subprotocol is refused", () => {
      const client = join({ supportedProtocols: ["mail"] }, { protocols: ["chat"] });
      run();
      expect(client.failure?.status).toBe(400);
      expect(() => join({}, { protocols: ["a b"] })).toThrow(UsageError);
      expect(log).toEqual([]);
    });
  });
});
