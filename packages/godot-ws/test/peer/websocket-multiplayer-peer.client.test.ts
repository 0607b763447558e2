// What only a client does; ids and ends of it are in websocket-multiplayer-peer.test.ts.

import { expect, test } from "vitest";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { closePayload, encodeFrame, opcode, rawAnswer } from "../transport/raw-end.ts";
import { usageErrorOf } from "./memory-peers.ts";
import { createHouse, createRawServer, fetchTexts } from "./websocket-houses.ts";

const id = encodeFrame(opcode.binary, Buffer.of(2, 0, 0, 0));

test("packets beyond what its connection keeps come all, before the end", () => {
  const { client, raw, log, frame, clock } = createRawServer({ maxQueuedPackets: 3 });
  const sent = Array.from({ length: 50 }, (_, i) => `${i}`);
  raw.send(rawAnswer(raw.head), id, ...sent.map((text) => encodeFrame(opcode.binary, text)));
  raw.send(encodeFrame(opcode.close, closePayload(1000)));
  raw.stream.end();
  const got: string[] = [];
  for (let i = 0; i < 60; i++) {
    frame();
    expect(client.packetPeer).toBe(client.availablePacketCount > 0 ? 1 : 0);
    got.push(...fetchTexts(client));
  }
  expect([got, log]).toEqual([sent, ["+1", "-1"]]);
  clock.runUntilIdle();
  expect(clock.timerCount).toBe(0);
});

test("before its id nothing of its connection is seen", () => {
  const { client, raw, frame } = createRawServer();
  raw.send(rawAnswer(raw.head));
  frame();
  expect([client.peers, client.getPeer(1), client.connectionCount]).toEqual([[], undefined, 1]);
  expect(usageErrorOf(() => client.getPacket())).toBe("ERR_UNAVAILABLE");
  expect(usageErrorOf(() => client.putPacket(Uint8Array.of(1)))).toBe("ERR_UNCONFIGURED");
  expect(usageErrorOf(() => client.disconnectPeer(1))).toBe("ERR_INVALID_PARAMETER");
  raw.send(id);
  frame();
  expect([client.peers, client.getPeer(1)?.readyState]).toEqual([[1], WebSocketPeer.State.OPEN]);
});

test("an id that came in time is taken however late the game loop looks", () => {
  const { client, raw, log, frame, clock } = createRawServer();
  raw.send(rawAnswer(raw.head), id);
  clock.advance(60_000);
  frame();
  expect([log, client.connectionStatus]).toEqual([["+1"], 2]);
});

test("leaves by force without a signal, otherwise with one", () => {
  for (const force of [true, false]) {
    const { client, raw, log, frame } = createRawServer();
    raw.send(rawAnswer(raw.head), id);
    frame();
    client.disconnectPeer(1, force);
    frame();
    expect(raw.closeFrame?.[0]).toBe(1000);
    raw.send(encodeFrame(opcode.close, closePayload(1000)));
    raw.stream.end();
    frame();
    expect([log, client.connectionStatus]).toEqual([force ? ["+1"] : ["+1", "-1"], 0]);
  }
});

test("does nothing that a server does", () => {
  const house = createHouse();
  const client = house.join();
  for (let i = 0; i < 3; i++) house.frame();
  expect(client.port).toBe(0);
  expect(usageErrorOf(() => client.acceptPeer(new WebSocketPeer()))).toBe("ERR_UNAVAILABLE");
  expect(usageErrorOf(() => client.setTlsOptions(TLSOptions.client()))).toBe("ERR_UNCONFIGURED");
  house.close();
});
