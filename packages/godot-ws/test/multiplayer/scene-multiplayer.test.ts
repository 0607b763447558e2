import { describe, expect, test } from "vitest";
import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { OfflineMultiplayerPeer } from "../../src/peer/offline-multiplayer-peer.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { uncaughtDuring, usageErrorOf } from "../peer/memory-peers.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { encodeFrame, opcode, RawEnd, rawRequest } from "../transport/raw-end.ts";
import { FakeTransport } from "./fake-transport.ts";

const { ConnectionStatus: Status } = MultiplayerPeer;

/** A multiplayer API over a fake transport, and its signals: `"+2"`, `"-2"`, `"2:ab"` (packet), `"2!fault"`. */
function create(id: number, options: SceneMultiplayerOptions & { status?: 0 | 1 | 2 } = {}) {
  const { status = Status.CONNECTED, ...rest } = options;
  const transport = new FakeTransport(id, status);
  const multiplayer = new SceneMultiplayer(rest);
  const log = listen(multiplayer);
  multiplayer.multiplayerPeer = transport;
  return { transport, multiplayer, log };
}

function listen(multiplayer: SceneMultiplayer): string[] {
  const log: string[] = [];
  multiplayer.peerConnected.connect((peer) => log.push(`+${peer}`));
  multiplayer.peerDisconnected.connect((peer) => log.push(`-${peer}`));
  multiplayer.connectedToServer.connect(() => log.push("connected to server"));
  multiplayer.connectionFailed.connect(() => log.push("connection failed"));
  multiplayer.serverDisconnected.connect(() => log.push("server disconnected"));
  multiplayer.peerPacket.connect((peer, packet) =>
    log.push(`${peer}:${Buffer.from(packet).toString("hex")}`),
  );
  multiplayer.packetRejected.connect((peer, fault) => log.push(`${peer}!${fault}`));
  return log;
}

/** A server with these clients, with the news of that read. */
function createServer(ids: number[], options?: SceneMultiplayerOptions) {
  const server = create(1, options);
  for (const id of ids) server.transport.bring(() => server.transport.peerConnected.emit(id));
  server.multiplayer.poll();
  server.transport.news();
  server.log.length = 0;
  return server;
}

/** A client 2, admitted by the server, which has told it of these others. */
function createClient(others: number[] = [], options?: SceneMultiplayerOptions) {
  const client = create(2, options);
  client.transport.bring(() => client.transport.peerConnected.emit(1));
  for (const id of others) client.transport.bring([1, sys(1, id)]);
  client.multiplayer.poll();
  client.log.length = 0;
  return client;
}

/** `07`, sub-command, peer, content: in hex. */
function sys(sub: number, peer: number, content = ""): string {
  const bytes = Buffer.of(7, sub, 0, 0, 0, 0);
  bytes.writeInt32LE(peer, 2);
  return bytes.toString("hex") + content;
}

describe.each([
  ["event style", true],
  ["game-loop style", false],
])("%s", (_, autoPoll) => {
  test("a server tells newcomers and the others of each other, before the game hears of it", () => {
    const { transport, multiplayer, log } = create(1, { autoPoll });
    const order: unknown[] = [];
    for (const id of [0x0a, 0x0b, 0x0c]) {
      multiplayer.peerConnected.connect(() => order.push(...transport.news()), { once: true });
      transport.bring(() => transport.peerConnected.emit(id));
      multiplayer.poll();
      order.push(`+${id}`);
    }
    expect(order).toEqual([
      "+10",
      "10: 07010b000000",
      "11: 07010a000000",
      "+11",
      "10: 07010c000000",
      "11: 07010c000000",
      "12: 07010a000000",
      "12: 07010b000000",
      "+12",
    ]);
    expect(log).toEqual(["+10", "+11", "+12"]);
    expect(multiplayer.peers).toEqual([10, 11, 12]);
  });

  test("a server tells the others who has left", () => {
    const { transport, multiplayer, log } = createServer([2, 3, 4], { autoPoll });
    transport.bring(() => transport.peerDisconnected.emit(3));
    multiplayer.poll();
    expect(transport.news()).toEqual(["2: 070203000000", "4: 070203000000"]);
    expect([log, multiplayer.peers]).toEqual([["-3"], [2, 4]]);
  });

  test("a client hears of the server first, then of the others", () => {
    const { transport, multiplayer, log } = create(2, { autoPoll, status: Status.CONNECTING });
    transport.bring(() => {
      transport.connectionStatus = Status.CONNECTED;
      transport.peerConnected.emit(1);
    });
    transport.bring([1, sys(1, 5)], [1, sys(1, 6)], [1, sys(2, 5)]);
    multiplayer.poll();
    expect(log).toEqual(["connected to server", "+1", "+5", "+6", "-5"]);
    expect([multiplayer.peers, multiplayer.isServer, multiplayer.uniqueId]).toEqual([[1, 6], false, 2]);
    expect(transport.news()).toEqual([]);
  });

  test("an attempt that fails, a connection that is lost", () => {
    const failing = create(0, { autoPoll, status: Status.CONNECTING });
    failing.multiplayer.poll();
    expect(failing.log).toEqual([]);
    failing.transport.close();
    failing.multiplayer.poll();
    failing.multiplayer.poll();
    expect(failing.log).toEqual(["connection failed"]);

    const { transport, multiplayer, log } = createClient([5], { autoPoll });
    transport.bring(() => {
      transport.connectionStatus = Status.DISCONNECTED;
      transport.peerDisconnected.emit(1);
    });
    multiplayer.poll();
    multiplayer.poll();
    expect(log).toEqual(["-1", "server disconnected"]);
    expect(multiplayer.peers).toEqual([]);
  });

  test("a transport that is closed here is noticed the same way", () => {
    const server = createServer([2, 3], { autoPoll });
    server.transport.close();
    server.multiplayer.poll();
    expect([server.log, server.multiplayer.peers]).toEqual([["server disconnected"], []]);
  });

  test("packets of one poll and signals of it keep their order", () => {
    const { transport, multiplayer, log } = createServer([], { autoPoll });
    transport.bring(() => transport.peerConnected.emit(2), [2, "03aa"]);
    transport.bring([2, "03bb"]);
    transport.bring(() => transport.peerDisconnected.emit(2));
    multiplayer.poll();
    expect(log).toEqual(["+2", "2:aa", "2:bb", "-2"]);
  });
});

describe("disconnectPeer", () => {
  test("tells the others, and the game not", () => {
    const { transport, multiplayer, log } = createServer([2, 3, 4]);
    multiplayer.disconnectPeer(3);
    expect(transport.news()).toEqual(["2: 070203000000", "4: 070203000000", "x3"]);
    expect(multiplayer.peers).toEqual([2, 4]);
    transport.bring(() => transport.peerDisconnected.emit(3));
    expect([log, transport.news()]).toEqual([[], []]);
  });

  test("without a connection is a UsageError", () => {
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = undefined;
    expect(usageErrorOf(() => multiplayer.disconnectPeer(2))).toBe("ERR_UNCONFIGURED");
  });
});

describe("sendBytes", () => {
  const bytes = Uint8Array.of(0xaa, 0xbb);

  test.each([
    ["0, all", 0, ["2: 03aabb", "3: 03aabb", "4: 03aabb"]],
    ["n", 3, ["3: 03aabb"]],
    ["-n, all but n", -3, ["2: 03aabb", "4: 03aabb"]],
    ["-1, all but the server", -1, ["2: 03aabb", "3: 03aabb", "4: 03aabb"]],
  ])("by a server to %s", (_, target, expected) => {
    const { transport, multiplayer } = createServer([2, 3, 4]);
    multiplayer.sendBytes(bytes, target);
    expect(transport.news()).toEqual(expected);
  });

  test.each([
    ["1, the server: bare", 1, "1: 03aabb"],
    ["n: one RELAY", 5, "1: 07030500000003aabb"],
    ["0, all: one RELAY", 0, "1: 07030000000003aabb"],
    ["-n, all but n: one RELAY", -5, "1: 0703fbffffff03aabb"],
    ["-1, all but the server: one RELAY", -1, "1: 0703ffffffff03aabb"],
  ])("by a client to %s", (_, target, expected) => {
    const { transport, multiplayer } = createClient([5, 6]);
    multiplayer.sendBytes(bytes, target);
    expect(transport.news()).toEqual([expected]);
  });

  test("mode and channel are for the transport; without them it is reliable, on channel 0", () => {
    const { UNRELIABLE, UNRELIABLE_ORDERED, RELIABLE } = MultiplayerPeer.TransferMode;
    for (const { transport, multiplayer } of [createServer([5]), createClient([5])]) {
      const how = () => [transport.transferMode, transport.transferChannel];
      multiplayer.sendBytes(bytes, 5, UNRELIABLE_ORDERED, 3);
      expect(how()).toEqual([UNRELIABLE_ORDERED, 3]);
      multiplayer.sendBytes(bytes, 5, UNRELIABLE);
      expect(how()).toEqual([UNRELIABLE, 0]);
      multiplayer.sendBytes(bytes);
      expect(how()).toEqual([RELIABLE, 0]);
    }
  });

  test("without relay a client's go to the server, bare", () => {
    for (const relayOff of [{ serverRelay: false }, {}]) {
      const { transport, multiplayer } = createClient([], relayOff);
      if (!("serverRelay" in relayOff)) transport.isServerRelaySupported = false;
      multiplayer.sendBytes(bytes);
      expect(transport.news()).toEqual(["1: 03aabb"]);
    }
  });

  test("what cannot be sent is a UsageError, and nothing is sent", () => {
    const server = createServer([2]);
    expect(usageErrorOf(() => server.multiplayer.sendBytes(new Uint8Array(0)))).toBe("ERR_INVALID_DATA");
    for (const target of [1, 3]) {
      expect(usageErrorOf(() => server.multiplayer.sendBytes(bytes, target))).toBe("ERR_INVALID_PARAMETER");
    }
    const client = createClient([5]);
    for (const target of [2, 9]) {
      expect(usageErrorOf(() => client.multiplayer.sendBytes(bytes, target))).toBe("ERR_INVALID_PARAMETER");
    }
    expect([server.transport.news(), client.transport.news()]).toEqual([[], []]);
    client.multiplayer.multiplayerPeer = undefined;
    expect(usageErrorOf(() => client.multiplayer.sendBytes(bytes))).toBe("ERR_UNCONFIGURED");
    const connecting = create(0, { status: Status.CONNECTING });
    expect(usageErrorOf(() => connecting.multiplayer.sendBytes(bytes))).toBe("ERR_UNCONFIGURED");
  });
});

describe("relay at the server", () => {
  const forwarded = (...targets: number[]): string[] =>
    targets.map((target) => `${target}: 07030200000003ab`);
  test.each([
    ["n, connected", 4, forwarded(4), []],
    ["n, unknown", 9, [], ["2!unknown relay target"]],
    ["1", 1, [], ["2!unknown relay target"]],
    ["0", 0, forwarded(3, 4), ["2:ab"]],
    ["-1", -1, forwarded(3, 4), []],
    ["-n", -4, forwarded(3), ["2:ab"]],
  ])("to %s", (_, target, sent, log) => {
    const server = createServer([2, 3, 4]);
    server.transport.bring([2, sys(3, target, "03ab")]);
    expect([server.transport.news(), server.log]).toEqual([sent, log]);
    expect(server.multiplayer.relayedPacketCount).toBe(target === 9 || target === 1 ? 0 : 1);
  });
});

describe("relay at a client", () => {
  test("what comes from the server is taken as its source's, known or not", () => {
    const { transport, log } = createClient([5]);
    transport.bring([1, sys(3, 5, "03ab")], [1, sys(3, 77, "03cd")], [1, "03ef"]);
    expect(log).toEqual(["5:ab", "77:cd", "1:ef"]);
  });
});

describe("a packet that is not carried out", () => {
  test.each([
    ["empty", "", "too short"],
    ["SYS alone", "07", "too short"],
    ["ADD_PEER of 5 octets", "0701020000", "too short"],
    ["DEL_PEER of 5 octets", "0702020000", "too short"],
    ["RELAY without content", sys(3, 3), "too short"],
    ["RELAY of 5 octets", "0703030000", "too short"],
    ["RAW without content", "03", "too short"],
    ["ADD_PEER from a client", sys(1, 99), "not allowed"],
    ["DEL_PEER from a client", sys(2, 3), "not allowed"],
    ["AUTH after admission", "0700aa", "not allowed"],
    ["an unknown sub-command", sys(4, 3, "00"), "unknown command"],
    ["the last sub-command there could be", sys(255, 3, "00"), "unknown command"],
    ["a nested SYS to all", sys(3, 0, sys(1, 99)), "nested system packet"],
    ["a nested RAW without content", sys(3, 0, "03"), "too short"],
    ["RELAY to a stranger", sys(3, 99, "03ab"), "unknown relay target"],
    ["RELAY to the server", sys(3, 1, "03ab"), "unknown relay target"],
  ])("%s, at a server", (_, packet, fault) => {
    const server = createServer([2, 3]);
    server.transport.bring([2, packet]);
    expect(server.log).toEqual([`2!${fault}`]);
    expect(server.multiplayer.peers).toEqual([2, 3]);
    // The others, and the sinner itself, play on.
    server.transport.bring([3, "03aa"], [2, "03bb"]);
    expect(server.log.slice(1)).toEqual(["3:aa", "2:bb"]);
  });

  test.each([
    ["empty", 1, "", "1!too short"],
    ["ADD_PEER of 5 octets", 1, "0701020000", "1!too short"],
    ["RELAY without content", 1, sys(3, 5), "1!too short"],
    ["a nested SYS", 1, sys(3, 5, sys(1, 99)), "5!nested system packet"],
    ["an unknown sub-command", 1, sys(9, 5, "00"), "1!unknown command"],
    ["a packet of whom the transport does not know", 9, "03ab", "9!unknown sender"],
    // A transport that lets clients reach each other must not make them servers.
    ["ADD_PEER from another client", 5, sys(1, 99), "5!not allowed"],
    ["DEL_PEER from another client", 5, sys(2, 1), "5!not allowed"],
    ["RELAY from another client", 5, sys(3, 1, "03ab"), "5!not allowed"],
  ])("%s, at a client", (_, sender, packet, entry) => {
    const client = createClient([5]);
    client.transport.bring([sender, packet]);
    expect(client.log).toEqual([entry]);
    expect(client.multiplayer.peers).toEqual([1, 5]);
    client.transport.bring([1, "03aa"]);
    expect(client.log.slice(1)).toEqual(["1:aa"]);
  });

  test("with relay off, all that is relay is refused", () => {
    const server = createServer([2, 3], { serverRelay: false });
    server.transport.bring([2, sys(3, 3, "03ab")], [2, sys(3, 0, "03ab")]);
    const client = createClient([], { serverRelay: false });
    client.transport.bring([1, sys(1, 5)], [1, sys(2, 1)], [1, sys(3, 5, "03ab")]);
    expect(server.log).toEqual(["2!relay is off", "2!relay is off"]);
    expect(client.log).toEqual(Array(3).fill("1!relay is off"));
    expect([server.transport.news(), client.multiplayer.peers]).toEqual([[], [1]]);
  });

  test("with relay off, nobody is announced", () => {
    const { transport, multiplayer, log } = create(1, { serverRelay: false });
    transport.bring(
      () => transport.peerConnected.emit(2),
      () => transport.peerConnected.emit(3),
      () => transport.peerDisconnected.emit(2),
    );
    expect(transport.news()).toEqual([]);
    expect([log, multiplayer.peers]).toEqual([["+2", "+3", "-2"], [3]]);
  });

  test("from who was disconnected is from a stranger", () => {
    const server = createServer([2, 3]);
    server.multiplayer.disconnectPeer(2);
    server.transport.bring([2, "03ab"], [2, sys(3, 3, "03ab")]);
    expect(server.log).toEqual(["2!unknown sender", "2!unknown sender"]);
  });

  test("octets beyond those of ADD_PEER and DEL_PEER, and a late 'I am done', are ignored", () => {
    const client = createClient();
    client.transport.bring([1, sys(1, 7, "ffff")], [1, "0700"], [1, sys(2, 7, "ff")]);
    expect(client.log).toEqual(["+7", "-7"]);
  });

  test("ADD_PEER twice and DEL_PEER of a stranger are signalled once and not at all", () => {
    const client = createClient();
    client.transport.bring([1, sys(1, 7)], [1, sys(1, 7)], [1, sys(2, 8)]);
    expect([client.log, client.multiplayer.peers]).toEqual([["+7"], [1, 7]]);
  });
});

describe("multiplayerPeer", () => {
  test("is not the promise that createServer gives", () => {
    const multiplayer = new SceneMultiplayer();
    const promise = Promise.resolve() as unknown as MultiplayerPeer;
    expect(() => {
      multiplayer.multiplayerPeer = promise;
    }).toThrow("the multiplayerPeer is a promise: await it");
  });

  test("from the start there is one that is nobody's, so that a game of one player runs the same code", () => {
    const multiplayer = new SceneMultiplayer();
    expect(multiplayer.multiplayerPeer).toBeInstanceOf(OfflineMultiplayerPeer);
    multiplayer.poll();
    multiplayer.sendBytes(Uint8Array.of(1));
    expect(multiplayer).toMatchObject({ hasMultiplayerPeer: true, uniqueId: 1, isServer: true, peers: [] });
    expect(() => multiplayer.sendBytes(Uint8Array.of(1), 2)).toThrow("there is no peer 2");
  });

  test("without one there is nothing", () => {
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = undefined;
    multiplayer.poll();
    expect(multiplayer).toMatchObject({ hasMultiplayerPeer: false, uniqueId: 0, isServer: false, peers: [] });
    expect(multiplayer.multiplayerPeer).toBeUndefined();
  });

  test("another one forgets all peers, without signals; the old one is not heard any more", () => {
    const { transport, multiplayer, log } = createServer([2, 3]);
    const next = new FakeTransport(1);
    multiplayer.multiplayerPeer = next;
    expect([multiplayer.peers, log]).toEqual([[], []]);
    transport.bring(() => transport.peerConnected.emit(9), [2, "03aa"]);
    transport.poll();
    next.bring(() => next.peerConnected.emit(5));
    expect([multiplayer.peers, log]).toEqual([[5], ["+5"]]);
    multiplayer.multiplayerPeer = undefined;
    expect([multiplayer.hasMultiplayerPeer, multiplayer.peers]).toEqual([false, []]);
    next.bring([5, "03aa"]);
    expect(log).toEqual(["+5"]);
  });

  test("one that is closed is a UsageError, and nothing changes", () => {
    const { transport, multiplayer } = createServer([2]);
    const closed = new FakeTransport(0, Status.DISCONNECTED);
    expect(
      usageErrorOf(() => {
        multiplayer.multiplayerPeer = closed;
      }),
    ).toBe("ERR_INVALID_PARAMETER");
    expect(multiplayer.multiplayerPeer).toBe(transport);
    expect(multiplayer.peers).toEqual([2]);
    transport.bring([2, "03aa"]);
    expect(transport.availablePacketCount).toBe(0);
  });

  test("what waited in one that was there before is fetched, once the program can hear it", async () => {
    const transport = new FakeTransport(1);
    transport.bring(() => transport.peerConnected.emit(2), [2, "03aa"]);
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = transport;
    const log = listen(multiplayer);
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(["+2", "2:aa"]);
  });

  test("the same one again changes nothing", () => {
    const { transport, multiplayer } = createServer([2]);
    multiplayer.multiplayerPeer = transport;
    expect(multiplayer.peers).toEqual([2]);
  });
});

test("a transport of somebody else's that throws fails one poll, not those to come", () => {
  const { transport, multiplayer, log } = createServer([2]);
  transport.bring([2, "03aa"]);
  const { getPacket } = transport;
  transport.getPacket = () => {
    transport.getPacket = getPacket;
    throw new Error("bug");
  };
  expect(() => transport.bring([2, "03bb"], [2, "03cc"])).toThrow("bug");
  multiplayer.poll();
  expect(log).toEqual(["2:aa", "2:bb", "2:cc"]);
});

describe("slots", () => {
  test("that throw stop nobody", async () => {
    const server = createServer([2, 3]);
    const uncaught = await uncaughtDuring(() => {
      server.multiplayer.peerPacket.connect(() => {
        throw new Error("slot");
      });
      server.transport.bring([2, "03aa"], [3, "03bb"]);
      server.transport.bring([2, "03cc"]);
    });
    expect(server.log).toEqual(["2:aa", "3:bb", "2:cc"]);
    expect(uncaught).toEqual(Array(3).fill(new Error("slot")));
  });

  test("may poll, send, disconnect, and take the transport away", () => {
    const server = createServer([2, 3, 4]);
    const { multiplayer, transport, log } = server;
    multiplayer.peerPacket.connect((id, [octet]) => {
      multiplayer.poll();
      if (octet === 1) multiplayer.sendBytes(Uint8Array.of(0x11), id);
      if (octet === 2) multiplayer.disconnectPeer(id);
      if (octet === 3) multiplayer.multiplayerPeer = undefined;
    });
    transport.bring([2, "0301"], [3, "0302"], [3, "0301"], [4, "0303"], [4, "0301"]);
    expect(log).toEqual(["2:01", "3:02", "3!unknown sender", "4:03"]);
    expect(transport.news()).toEqual(["2: 0311", "2: 070203000000", "4: 070203000000", "x3"]);
  });
});

describe("over WebSockets", () => {
  test("the octets of an admission, as a 4.6.3 engine sends them", () => {
    const { clock, environment } = createVirtualEnvironment();
    const transport = WebSocketMultiplayerPeer.createAcceptor({ environment });
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = transport;
    multiplayer.peerConnected.connect((id) => multiplayer.sendBytes(Uint8Array.of(0xaa), id));
    const join = (): RawEnd => {
      const [near, far] = createMemoryPair(clock);
      const socket = new WebSocketPeer({ environment, autoPoll: false });
      socket.acceptStream(far);
      transport.acceptPeer(socket);
      const raw = new RawEnd(near);
      raw.send(rawRequest());
      clock.runTurns();
      return raw;
    };
    const [first, second, third] = [join(), join(), join()];
    const ids = multiplayer.peers.map((id) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(id);
      return bytes.toString("hex");
    });
    const seen = [first, second, third].map((raw) =>
      raw.frames.map((frame) => frame.payload.toString("hex")),
    );
    expect(seen).toEqual([
      [ids[0], "03aa", `0701${ids[1]}`, `0701${ids[2]}`],
      [ids[1], `0701${ids[0]}`, "03aa", `0701${ids[2]}`],
      [ids[2], `0701${ids[0]}`, `0701${ids[1]}`, "03aa"],
    ]);
    expect(first.frames.every((frame) => frame.opcode === opcode.binary)).toBe(true);
    second.send(encodeFrame(opcode.binary, Buffer.from(`0703${ids[2]}0342`, "hex"), { masked: true }));
    clock.runTurns();
    expect(third.frames.at(-1)?.payload.toString("hex")).toBe(`0703${ids[1]}0342`);
    second.stream.destroy();
    clock.runTurns();
    expect(first.frames.at(-1)?.payload.toString("hex")).toBe(`0702${ids[1]}`);
    expect(third.frames.at(-1)?.payload.toString("hex")).toBe(`0702${ids[1]}`);
    transport.close();
    clock.runUntilIdle();
    expect(multiplayer.peers).toEqual([]);
  });
});
