import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { answer, call, prepare, take } from "../../src/peer/opening.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import { connectionBounds } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { FakeConnection } from "./fake-connection.ts";

const nothing = { supportedProtocols: [], handshakeHeaders: [] };
const bounds = connectionBounds(new WebSocketPeer().limits, 65535, undefined);

describe("a call", () => {
  test("goes over the stream that is given, and knows its address without user information", () => {
    const env = createVirtualEnvironment();
    const [near] = createMemoryPair(env.clock);
    const peer = new WebSocketPeer();
    const options = { stream: near };
    const { connection, href } = call(
      "ws://me:secret@example.com/a",
      nothing,
      options,
      peer,
      bounds,
      env.environment,
    );
    expect([href, connection.state, connection.remoteAddress]).toEqual([
      "ws://example.com/a",
      "connecting",
      near.remoteAddress,
    ]);
  });

  test("refuses what a client may not be given", () => {
    const env = createVirtualEnvironment().environment;
    const peer = new WebSocketPeer();
    const refused = [
      () => call("http://example.com", nothing, {}, peer, bounds, env),
      () => call("ws://h", { ...nothing, handshakeHeaders: ["no colon"] }, {}, peer, bounds, env),
      () => call("ws://h", { ...nothing, supportedProtocols: ["a b"] }, {}, peer, bounds, env),
      () => call("ws://h", nothing, { proxy: "socks://h" }, peer, bounds, env),
    ];
    for (const attempt of refused) expect(attempt).toThrow(UsageError);
    expect(() => TLSOptions.client("no PEM")).toThrow(UsageError);
  });
});

test("taking a connection checks what is to be answered", () => {
  const env = createVirtualEnvironment();
  const [, far] = createMemoryPair(env.clock);
  const peer = new WebSocketPeer();
  const headers = { ...nothing, handshakeHeaders: ["no colon"] };
  expect(() => take(far, headers, peer, bounds, env.environment)).toThrow(UsageError);
  const protocols = { ...nothing, supportedProtocols: ["a", "a"] };
  expect(() => take(far, protocols, peer, bounds, env.environment)).toThrow(UsageError);
  expect(take(far, nothing, peer, bounds, env.environment).state).toBe("connecting");
});

test("by default an answer is about subprotocols alone", () => {
  const accepted: unknown[] = [];
  const connection = new FakeConnection();
  connection.state = "connecting";
  connection.accept = (...args: unknown[]) => void accepted.push(...args);
  const request = { protocols: ["x", "y"] } as never;
  answer(connection, request, undefined, { ...nothing, supportedProtocols: ["y"] });
  expect(accepted).toEqual([{ protocol: "y" }]);
});

test("a prepared message is a server's binary frame", () => {
  const frame = prepare(Uint8Array.of(5, 6), createVirtualEnvironment().environment);
  expect([...frame.buffer.subarray(frame.start, frame.end)]).toEqual([0x82, 2, 5, 6]);
  expect(frame.payloadLength).toBe(2);
});
