// The contract, the client's half, and real sockets; the server's half is in multiplayer-server.test.ts.

import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { describeMultiplayerPeer } from "../contracts/multiplayer-peer.contract.ts";
import { promisesSettled } from "../simulation/virtual-environment.ts";
import { closePayload, encodeFrame, opcode, rawAnswer } from "../transport/raw-end.ts";
import { runUntil, usageErrorOf } from "./memory-peers.ts";
import { createHouse, createRawServer, fetchTexts } from "./websocket-houses.ts";

const { ConnectionStatus: Status } = WebSocketMultiplayerPeer;
const local = "127.0.0.1";

describeMultiplayerPeer({
  name: "WebSocketMultiplayerPeer over TCP",
  async open() {
    const server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: local });
    const { port } = server;
    const peers: WebSocketMultiplayerPeer[] = [server];
    const until = async (condition: () => boolean, frame: () => void): Promise<void> => {
      for (;;) {
        frame();
        if (condition()) return;
        await promisesSettled();
      }
    };
    return {
      server,
      join() {
        const client = WebSocketMultiplayerPeer.createClient(`ws://${local}:${port}`);
        peers.push(client);
        return client;
      },
      until,
      async quiet(frame) {
        let rounds = 0;
        await until(() => ++rounds > 100, frame);
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
      },
    };
  },
});

describeMultiplayerPeer({
  name: "WebSocketMultiplayerPeer in memory, slow and cut",
  async open() {
    const house = createHouse();
    const until = async (condition: () => boolean, frame: () => void): Promise<void> =>
      runUntil(house.clock, () => {
        frame();
        return condition();
      });
    return {
      server: house.server,
      join: () => house.join({ slow: true }),
      until,
      async quiet(frame) {
        let rounds = 0;
        await until(() => ++rounds > 100, frame);
      },
      async [Symbol.asyncDispose]() {
        house.close();
        expect(house.clock.timerCount).toBe(0);
      },
    };
  },
});

describe("the id", () => {
  test("is the server's first message: four octets, little-endian, binary", () => {
    const house = createHouse();
    const ids: number[] = [];
    house.server.peerConnected.connect((id) => ids.push(id));
    const { raw } = house.joinRaw();
    house.frame();
    house.frame();
    expect(ids).toHaveLength(1);
    const expected = Buffer.alloc(4);
    expected.writeInt32LE(ids[0]!);
    expect(raw.frames).toMatchObject([{ opcode: opcode.binary, payload: expected, masked: false }]);
    expect(house.server.peers).toEqual(ids);
    expect(house.server.getPeer(ids[0]!)?.readyState).toBe(WebSocketPeer.State.OPEN);
    expect(house.server.getPeer(1)).toBeUndefined();
  });

  test("12345678 hex is 78 56 34 12", () => {
    const { client, raw, log, frame } = createRawServer();
    raw.send(rawAnswer(raw.head), encodeFrame(opcode.binary, Buffer.of(0x78, 0x56, 0x34, 0x12)));
    frame();
    expect([client.uniqueId, client.connectionStatus, log]).toEqual([0x12345678, Status.CONNECTED, ["+1"]]);
  });

  test("may come as text", () => {
    const { client, raw, frame } = createRawServer();
    raw.send(rawAnswer(raw.head), encodeFrame(opcode.text, Buffer.of(2, 0, 0, 0)));
    frame();
    expect(client.uniqueId).toBe(2);
  });

  test.each([
    ["the smallest", Buffer.of(2, 0, 0, 0), 2],
    ["the largest", Buffer.of(0xff, 0xff, 0xff, 0x7f), 0x7fffffff],
  ])("%s is taken", (_, message, id) => {
    const { client, raw, frame } = createRawServer();
    raw.send(rawAnswer(raw.head), encodeFrame(opcode.binary, message));
    frame();
    expect(client.uniqueId).toBe(id);
  });

  test.each([
    ["0", Buffer.of(0, 0, 0, 0)],
    ["1", Buffer.of(1, 0, 0, 0)],
    ["negative", Buffer.of(0xff, 0xff, 0xff, 0xff)],
    ["too short", Buffer.of(2, 0, 0)],
    ["too long", Buffer.of(2, 0, 0, 0, 0)],
    ["empty", Buffer.alloc(0)],
  ])("one that is %s ends the attempt", (_, message) => {
    const { client, raw, log, frame, clock } = createRawServer();
    raw.send(rawAnswer(raw.head), encodeFrame(opcode.binary, message), encodeFrame(opcode.binary, "more"));
    frame();
    expect([client.connectionStatus, client.uniqueId, log]).toEqual([Status.DISCONNECTED, 0, []]);
    expect(raw.closeFrame?.[0]).toBe(1002);
    expect([client.availablePacketCount, client.connectionCount]).toEqual([0, 0]);
    raw.send(encodeFrame(opcode.close, closePayload(1002)));
    raw.stream.end();
    clock.runUntilIdle();
    expect([raw.closed, clock.timerCount]).toEqual([true, 0]);
  });

  test("that never comes ends the attempt after handshakeTimeoutMs, and closes the connection", () => {
    const { client, raw, log, frame, clock } = createRawServer({ handshakeTimeoutMs: 1500 });
    raw.send(rawAnswer(raw.head));
    frame();
    clock.advance(1499);
    expect(client.connectionStatus).toBe(Status.CONNECTING);
    clock.advance(1);
    expect([client.connectionStatus, log]).toEqual([Status.DISCONNECTED, []]);
    clock.runTurns();
    expect(raw.closeFrame?.[0]).toBe(1002);
    clock.runUntilIdle();
    expect([raw.closed, clock.timerCount]).toEqual([true, 0]);
  });

  test("3 s is what it has, and 0 is no limit", () => {
    const usual = createRawServer();
    usual.clock.advance(2999);
    expect(usual.client.connectionStatus).toBe(Status.CONNECTING);
    usual.clock.advance(1);
    expect(usual.client.connectionStatus).toBe(Status.DISCONNECTED);
    const patient = createRawServer({ handshakeTimeoutMs: 0 });
    patient.clock.advance(1e9);
    expect([patient.client.connectionStatus, patient.clock.timerCount]).toEqual([Status.CONNECTING, 0]);
  });

  test("leaves no timer behind, however the attempt ends", () => {
    const house = createHouse();
    const client = house.join();
    house.frame();
    house.frame();
    expect([client.connectionStatus, house.clock.timerCount]).toEqual([Status.CONNECTED, 0]);
    const given = createRawServer();
    given.client.close();
    given.clock.runTurns();
    expect(given.clock.timerCount).toBe(0);
  });

  test("may come together with packets and the end of the connection: all of it is seen", () => {
    const { client, raw, log, frame, clock } = createRawServer();
    raw.send(
      rawAnswer(raw.head),
      encodeFrame(opcode.binary, Buffer.of(2, 0, 0, 0)),
      encodeFrame(opcode.binary, "one"),
      encodeFrame(opcode.close, closePayload(1000)),
    );
    raw.stream.end();
    frame();
    expect([client.connectionStatus, log]).toEqual([Status.CONNECTED, ["+1"]]);
    expect(fetchTexts(client)).toEqual(["one"]);
    frame();
    expect([client.connectionStatus, log]).toEqual([Status.DISCONNECTED, ["+1", "-1"]]);
    clock.runUntilIdle();
    expect(clock.timerCount).toBe(0);
  });

  test("is random, in range and not taken", () => {
    const { server, random } = createHouse();
    const drawn = [0, 1, 0x80000000, 0x80000001, 0xffffffff];
    const real = random.uint32;
    Object.assign(random, { uint32: () => drawn.shift() ?? real() });
    expect(server.generateUniqueId()).toBe(0x7fffffff);
    for (let i = 0; i < 1000; i++) {
      const id = server.generateUniqueId();
      expect(id >= 2 && id <= 0x7fffffff && Number.isInteger(id)).toBe(true);
    }
    const house = createHouse();
    const draws = [7, 7, 7, 8];
    Object.assign(house.random, { uint32: () => draws.shift() ?? 9 });
    house.joinRaw();
    house.frame();
    house.joinRaw();
    house.frame();
    house.frame();
    expect(house.server.peers).toEqual([7, 8]);
  });
});

describe("over sockets", () => {
  test("a port in use is a ConnectError", async () => {
    const server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: local });
    await expect(
      WebSocketMultiplayerPeer.createServer(server.port, { bindAddress: local }),
    ).rejects.toMatchObject({ constructor: ConnectError, code: "ERR_ALREADY_IN_USE" });
    await server[Symbol.asyncDispose]();
    expect([server.port, server.connectionStatus]).toEqual([0, Status.DISCONNECTED]);
  });

  test("a wrong address throws, an address where nobody is ends DISCONNECTED", async () => {
    expect(usageErrorOf(() => WebSocketMultiplayerPeer.createClient("http://x"))).toBe(
      "ERR_INVALID_PARAMETER",
    );
    const server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: local });
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const client = WebSocketMultiplayerPeer.createClient(`${local}:${port}`);
    await new Promise<void>((resolve) => {
      client.whenReady = () => {
        client.poll();
        if (client.connectionStatus === Status.DISCONNECTED) resolve();
      };
    });
    expect(client.connectionCount).toBe(0);
  });

  test("asyncDispose waits until the last connection is gone", async () => {
    const server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: local });
    const client = WebSocketMultiplayerPeer.createClient(`${local}:${server.port}`);
    server.whenReady = () => server.poll();
    await new Promise<void>((resolve) => {
      client.peerConnected.connect(() => resolve());
      client.whenReady = () => client.poll();
    });
    const closed = client.getPeer(1)!.closed.next();
    await server[Symbol.asyncDispose]();
    expect(await closed).toEqual([1001, ""]);
    expect(client.connectionStatus).toBe(Status.DISCONNECTED);
    await client[Symbol.asyncDispose]();
  });
});
