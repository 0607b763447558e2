// With `flushIntervalMs`: what waits for company, and what does not.

import { describe, expect, test } from "vitest";
import type { ConnectionEvents } from "../../src/transport/connection.ts";
import { StreamConnection } from "../../src/transport/stream-connection.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { FakeStream } from "./fake-stream.ts";
import { decodeFrames, encodeFrame, opcode, rawRequest } from "./raw-end.ts";

const limits = {
  maxMessageBytes: 100_000,
  maxFrameBytes: 100_000,
  maxFragments: 10,
  maxHeadBytes: 1000,
  maxHeaderCount: 20,
};
const nobody: ConnectionEvents = {
  onRequest() {},
  onOpen() {},
  onMessage() {},
  onPong() {},
  onDrained() {},
  onReady() {},
};

function openServer(flushIntervalMs: number) {
  const { clock, environment } = createVirtualEnvironment();
  const stream = new FakeStream();
  const options = { limits, handshakeTimeoutMs: 1000, closeTimeoutMs: 500, flushIntervalMs };
  const connection = new StreamConnection(stream, { role: "server" }, nobody, environment, options);
  connection.start();
  stream.bring(rawRequest());
  connection.accept({});
  clock.runTurns();
  // The handshake does not wait.
  expect(stream.taken().toString()).toMatch(/^HTTP\/1\.1 101/);
  const payloads = (): string[] =>
    decodeFrames(stream.taken()).frames.map(({ payload }) => payload.toString());
  return { clock, stream, connection, payloads };
}

const masked = { masked: true };

describe("a flush interval", () => {
  test("lets messages of several turns leave in one write", () => {
    const { clock, stream, connection, payloads } = openServer(8);
    connection.sendText("a");
    clock.advance(4);
    connection.sendBytes(Buffer.from("b"), false);
    clock.advance(3);
    expect(stream.writes).toEqual([]);
    clock.advance(1);
    expect(stream.writes).toHaveLength(1);
    expect(payloads()).toEqual(["a", "b"]);
    connection.sendText("c");
    clock.advance(7);
    expect(stream.writes).toEqual([]);
    clock.advance(1);
    expect(payloads()).toEqual(["c"]);
  });

  test("is not waited for with a close frame, nor with what stands before it", () => {
    const { clock, connection, payloads } = openServer(8);
    connection.sendText("last");
    connection.close(1000, "");
    clock.runTurns();
    expect(payloads()).toHaveLength(2);
  });

  test("nor with pings, nor with the answer to one", () => {
    const { clock, stream, connection } = openServer(8);
    stream.bring(encodeFrame(opcode.ping, "x", masked));
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toMatchObject([{ opcode: opcode.pong }]);
    connection.ping(new Uint8Array(0));
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toMatchObject([{ opcode: opcode.ping }]);
  });

  test("nor with a large backlog, nor when asked to flush", () => {
    const { clock, connection, payloads } = openServer(8);
    for (let i = 0; i < 17; i++) connection.sendBytes(new Uint8Array(1000), false);
    clock.runTurns();
    expect(payloads()).toHaveLength(17);
    connection.sendText("now");
    connection.flush();
    expect(payloads()).toEqual(["now"]);
  });

  test("goes on while data comes in", () => {
    const { clock, stream, connection, payloads } = openServer(8);
    connection.sendText("a");
    stream.bring(encodeFrame(opcode.text, "from the other side", masked));
    clock.runTurns();
    expect(stream.writes).toEqual([]);
    clock.advance(8);
    expect(payloads()).toEqual(["a"]);
  });

  test("that is over after the connection is nothing", () => {
    const { clock, stream, connection } = openServer(8);
    connection.sendText("a");
    connection.terminate();
    clock.advance(8);
    expect(stream.writes).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });
});
