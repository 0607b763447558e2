// The server's half: who is let in, who is put out, and how packets come and go.

import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { closePayload, encodeFrame, opcode, RawEnd } from "../transport/raw-end.ts";
import { usageErrorOf } from "./memory-peers.ts";
import { createHouse, createRawServer, fetchTexts } from "./websocket-houses.ts";

const { ConnectionStatus: Status } = WebSocketMultiplayerPeer;
const masked = { masked: true };

describe("the server", () => {
  test("lets nobody in who speaks and leaves before being admitted, and forgets them", () => {
    const house = createHouse();
    const { raw } = house.joinRaw();
    raw.send(
      encodeFrame(opcode.binary, "I know", masked),
      encodeFrame(opcode.close, closePayload(1000), masked),
    );
    house.frame();
    raw.stream.end();
    house.clock.runUntilIdle();
    house.server.poll();
    expect([house.server.connectionCount, house.server.peers, house.server.availablePacketCount]).toEqual([
      0,
      [],
      0,
    ]);
  });

  test("has no room beyond maxPeers, pending ones included", () => {
    const house = createHouse({ maxPeers: 2 });
    const [first, second] = [house.join(), house.joinRaw()];
    const third = house.joinRaw();
    for (let i = 0; i < 3; i++) house.frame();
    expect([house.server.connectionCount, house.server.peers.length]).toEqual([2, 2]);
    expect(third.raw.closeFrame?.[0]).toBe(1013);
    expect(first.connectionStatus).toBe(Status.CONNECTED);
    second.raw.stream.destroy();
    third.raw.stream.destroy();
    house.clock.runUntilIdle();
    house.frame();
    const fourth = house.join();
    for (let i = 0; i < 3; i++) house.frame();
    expect([fourth.connectionStatus, house.server.connectionCount]).toEqual([Status.CONNECTED, 2]);
  });

  test("closes who comes while it refuses, with 1013", () => {
    const house = createHouse();
    house.server.refuseNewConnections = true;
    const { raw } = house.joinRaw();
    for (let i = 0; i < 3; i++) house.frame();
    expect(raw.closeFrame?.[0]).toBe(1013);
    expect([house.server.connectionCount, house.server.peers]).toEqual([0, []]);
    raw.stream.destroy();
    house.clock.runUntilIdle();
    expect(house.clock.timerCount).toBe(0);
  });

  test("drops a client whose handshake takes too long", () => {
    const env = createVirtualEnvironment();
    const server = WebSocketMultiplayerPeer.createAcceptor({ environment: env.environment });
    const [near, far] = createMemoryPair(env.clock);
    const socket = new WebSocketPeer({
      environment: env.environment,
      autoPoll: false,
      handshakeTimeoutMs: 1000,
    });
    socket.acceptStream(near);
    server.acceptPeer(socket);
    const raw = new RawEnd(far);
    env.clock.advance(1000);
    server.poll();
    expect(raw.head).toMatch(/^HTTP\/1\.1 408/);
    env.clock.runUntilIdle();
    server.poll();
    expect([server.connectionCount, env.clock.timerCount]).toEqual([0, 0]);
  });

  test("takes connections as long as it is a server and open", () => {
    const house = createHouse();
    const { client } = createRawServer();
    expect(usageErrorOf(() => client.acceptPeer(new WebSocketPeer()))).toBe("ERR_UNAVAILABLE");
    house.server.close();
    expect(usageErrorOf(() => house.server.acceptPeer(new WebSocketPeer()))).toBe("ERR_UNCONFIGURED");
  });

  test("close() says good-bye with 1001 to everybody, and cuts who is not open yet", () => {
    const house = createHouse();
    const raws = [house.joinRaw(), house.joinRaw()];
    house.frame();
    house.frame();
    const env = createMemoryPair(house.clock);
    const pending = new WebSocketPeer({ environment: house.environment, autoPoll: false });
    pending.acceptStream(env[1]);
    house.server.acceptPeer(pending);
    const half = new RawEnd(env[0]);
    half.send("GET / HTTP/1.1\r\n");
    house.clock.runTurns();
    house.server.close();
    house.clock.runTurns();
    expect(raws.map(({ raw }) => raw.closeFrame)).toEqual([
      [1001, ""],
      [1001, ""],
    ]);
    expect(half.closed).toBe(true);
    for (const { raw } of raws) {
      raw.send(encodeFrame(opcode.close, closePayload(1001), masked));
      raw.stream.end();
    }
    house.clock.runTurns();
    expect(house.clock.timerCount).toBe(0);
  });

  test("close() is not held up by packets that nobody will fetch", () => {
    const house = createHouse({ maxQueuedPackets: 2 });
    const { raw } = house.joinRaw();
    house.frame();
    for (let i = 0; i < 20; i++) {
      raw.send(encodeFrame(opcode.binary, `${i}`, masked));
      house.clock.runTurns();
    }
    house.server.close();
    house.clock.runTurns();
    expect(raw.closeFrame?.[0]).toBe(1001);
    raw.send(encodeFrame(opcode.close, closePayload(1001), masked));
    raw.stream.end();
    house.clock.runTurns();
    expect([raw.closed, house.clock.timerCount, house.clock.now()]).toEqual([true, 0, 0]);
  });

  test("disconnectPeer by force forgets at once, even with packets unread", () => {
    const house = createHouse({ maxQueuedPackets: 2 });
    const { raw } = house.joinRaw();
    house.frame();
    house.frame();
    const [id] = house.server.peers;
    for (let i = 0; i < 20; i++) {
      raw.send(encodeFrame(opcode.binary, `${i}`, masked));
      house.clock.runTurns();
    }
    house.server.disconnectPeer(id!, true);
    expect([house.server.peers, house.server.connectionCount]).toEqual([[], 0]);
    house.clock.runTurns();
    expect(raw.closeFrame?.[0]).toBe(1000);
    raw.send(encodeFrame(opcode.close, closePayload(1000), masked));
    raw.stream.end();
    house.clock.runTurns();
    expect([raw.closed, house.clock.timerCount, house.clock.now()]).toEqual([true, 0, 0]);
  });

  test("closing from within peerConnected leaves nothing behind", () => {
    const house = createHouse();
    house.server.peerConnected.connect(() => house.server.close());
    const raws = [house.joinRaw(), house.joinRaw()];
    for (const { raw } of raws) raw.send(encodeFrame(opcode.binary, "early", masked));
    house.clock.runTurns();
    house.server.poll();
    expect([house.server.availablePacketCount, house.server.connectionCount, house.server.peers]).toEqual([
      0,
      0,
      [],
    ]);
    expect(house.server.connectionStatus).toBe(Status.DISCONNECTED);
  });

  test("dropping from within peerConnected leaves no packets behind", () => {
    const house = createHouse();
    house.server.peerConnected.connect((id) => house.server.disconnectPeer(id, true));
    const { raw } = house.joinRaw();
    raw.send(encodeFrame(opcode.binary, "early", masked));
    house.frame();
    expect([house.server.availablePacketCount, house.server.connectionCount]).toEqual([0, 0]);
  });

  test("may be polled from within a slot and from within whenReady", () => {
    const house = createHouse({ maxQueuedPackets: 3 });
    const got: string[] = [];
    const play = (): void => {
      house.server.poll();
      got.push(...fetchTexts(house.server));
    };
    house.server.whenReady = play;
    house.server.peerConnected.connect(play);
    const sent = Array.from({ length: 50 }, (_, i) => `${i}`);
    const { raw } = house.joinRaw();
    raw.send(...sent.map((text) => encodeFrame(opcode.binary, text, masked)));
    for (let i = 0; i < 30; i++) house.clock.runTurns();
    expect(got).toEqual(sent);
  });
});

describe("a slow consumer", () => {
  test("is disconnected with 1008 and reported once, the others go on", () => {
    const house = createHouse({ outboundBufferSize: 10_000, closeTimeoutMs: 500 });
    const overflows: unknown[] = [];
    const gone: number[] = [];
    house.server.peerOverflowed.connect((...args) => overflows.push(args));
    house.server.peerDisconnected.connect((id) => gone.push(id));
    const slow = house.joinRaw();
    house.frame();
    house.frame();
    const [slowId] = house.server.peers;
    const quick = house.join();
    for (let i = 0; i < 3; i++) house.frame();
    slow.raw.stream.pause();
    house.server.targetPeer = 0;
    for (let i = 0; i < 30; i++) {
      house.server.putPacket(new Uint8Array(1000).fill(i));
      house.frame();
    }
    expect(overflows).toEqual([[slowId, expect.any(LimitError)]]);
    house.clock.advance(500);
    house.server.poll();
    expect(gone).toEqual([slowId]);
    expect(house.server.peers).toEqual([quick.uniqueId]);
    const got: number[] = [];
    while (quick.availablePacketCount > 0) got.push(quick.getPacket()[0]!);
    expect(got).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  test("is none who cannot be sent what is too large for anybody: that is a LimitError", () => {
    const house = createHouse({ outboundBufferSize: 1000 });
    const overflows: unknown[] = [];
    house.server.peerOverflowed.connect((...args) => overflows.push(args));
    const [a, b] = [house.join(), house.join()];
    for (let i = 0; i < 4; i++) house.frame();
    house.server.targetPeer = 0;
    expect(() => house.server.putPacket(new Uint8Array(1001))).toThrow(LimitError);
    expect(() => house.server.multicast(new Uint8Array(1001), [a.uniqueId])).toThrow(LimitError);
    house.server.putPacket(new Uint8Array(1000));
    for (let i = 0; i < 2; i++) house.frame();
    expect([a, b].map((client) => [client.availablePacketCount, client.getPacket().length])).toEqual([
      [1, 1000],
      [1, 1000],
    ]);
    expect([overflows, house.server.peers.length]).toEqual([[], 2]);
  });

  test("is a LimitError when it is the one target", () => {
    const house = createHouse({ outboundBufferSize: 1000 });
    const { raw } = house.joinRaw();
    house.frame();
    house.frame();
    raw.stream.pause();
    house.server.targetPeer = house.server.peers[0]!;
    house.server.putPacket(new Uint8Array(900));
    expect(() => house.server.putPacket(new Uint8Array(900))).toThrow(LimitError);
  });
});

describe("packets", () => {
  test("a multicast is one turn's one write for each, encoded once", () => {
    const house = createHouse();
    const raws = Array.from({ length: 5 }, () => house.joinRaw());
    for (let i = 0; i < 3; i++) house.frame();
    for (let i = 0; i < 10; i++) house.server.multicast(Buffer.from(`${i}`), house.server.peers);
    house.clock.runTurns();
    for (const { raw } of raws) {
      expect(raw.frameTexts.slice(1)).toEqual(Array.from({ length: 10 }, (_, i) => [opcode.binary, `${i}`]));
    }
  });

  test("of text are packets too", () => {
    const house = createHouse();
    const { raw } = house.joinRaw();
    house.frame();
    raw.send(encodeFrame(opcode.text, "as text", masked), encodeFrame(opcode.binary, "", masked));
    house.frame();
    expect(house.server.packetPeer).toBe(house.server.peers[0]);
    expect(fetchTexts(house.server)).toEqual(["as text", ""]);
    expect(house.server.packetPeer).toBe(0);
  });

  test("beyond what may be fetched at once wait in their sockets, and all come, before the end", () => {
    const house = createHouse({ inboundBufferSize: 1_000_000 });
    const { raw } = house.joinRaw();
    house.frame();
    const [id] = house.server.peers;
    const log: string[] = [];
    house.server.peerDisconnected.connect((gone) => log.push(`-${gone}`));
    const count = 10_000;
    raw.send(...Array.from({ length: count }, (_, i) => encodeFrame(opcode.binary, `${i}`, masked)));
    raw.send(encodeFrame(opcode.close, closePayload(1000), masked));
    for (let i = 0; i < 3; i++) house.frame();
    raw.stream.end();
    house.frame();
    expect(house.server.availablePacketCount).toBeLessThanOrEqual(4096);
    let most = 0;
    for (let frame = 0; frame < 100 && log.at(-1) !== `-${id}`; frame++) {
      most = Math.max(most, house.server.availablePacketCount);
      log.push(...fetchTexts(house.server));
      house.frame();
    }
    expect(log).toEqual([...Array.from({ length: count }, (_, i) => `${i}`), `-${id}`]);
    expect(most).toBeLessThanOrEqual(4096);
    expect(house.server.connectionCount).toBe(0);
  });

  test("of one who is put out are not heard, and those of the others are counted right", () => {
    const house = createHouse();
    const raws = [house.joinRaw(), house.joinRaw(), house.joinRaw()];
    for (let i = 0; i < 3; i++) house.frame();
    for (const [i, { raw }] of raws.entries())
      raw.send(...["a", "b"].map((text) => encodeFrame(opcode.binary, `${i}${text}`, masked)));
    house.frame();
    expect(house.server.availablePacketCount).toBe(6);
    expect(Buffer.from(house.server.getPacket()).toString()).toBe("0a");
    house.server.disconnectPeer(house.server.packetPeer, true);
    expect(house.server.availablePacketCount).toBe(4);
    expect(fetchTexts(house.server)).toEqual(["1a", "1b", "2a", "2b"]);
    expect(() => house.server.getPacket()).toThrow("no packet is waiting");
  });

  test("that a program reads from the socket itself are gone from the server's", () => {
    const house = createHouse();
    const { raw } = house.joinRaw();
    for (let i = 0; i < 3; i++) house.frame();
    const [id] = house.server.peers;
    raw.send(encodeFrame(opcode.binary, "a", masked), encodeFrame(opcode.binary, "b", masked));
    house.frame();
    const socket = house.server.getPeer(id!)!;
    while (socket.nextPacket() !== undefined);
    expect(() => house.server.getPacket()).toThrow("no packet is waiting");
    expect([house.server.availablePacketCount, house.server.packetPeer]).toEqual([0, 0]);
    raw.send(encodeFrame(opcode.binary, "c", masked));
    house.frame();
    expect(fetchTexts(house.server)).toEqual(["c"]);
  });

  test("of one peer do not keep those of another waiting for ever", () => {
    const house = createHouse();
    const [loud, quiet] = [house.joinRaw(), house.joinRaw()];
    for (let i = 0; i < 3; i++) house.frame();
    loud.raw.send(...Array.from({ length: 20_000 }, () => encodeFrame(opcode.binary, "x", masked)));
    quiet.raw.send(encodeFrame(opcode.binary, "hello?", masked));
    let heard = false;
    for (let frame = 0; frame < 20 && !heard; frame++) {
      house.frame();
      heard = fetchTexts(house.server).includes("hello?");
    }
    expect(heard).toBe(true);
  });
});
