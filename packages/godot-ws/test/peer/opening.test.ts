import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { answer, call, prepare, take } from "../../src/peer/opening.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import type { WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { FakeConnection } from "./fake-connection.ts";

const nothing = { supportedProtocols: [], handshakeHeaders: [] };
const peer = (options: WebSocketPeerOptions = {}) => new WebSocketPeer(options);

describe("a call", () => {
  test("goes over the stream that is given, and knows its address without user information", () => {
    const env = createVirtualEnvironment();
    const [near] = createMemoryPair(env.clock);
    const options = { stream: near };
    const { connection, href } = call(
      "ws://me:secret@example.com/a",
      options,
      peer(),
      undefined,
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
    const refused = [
      () => call("http://example.com", {}, peer(), undefined, env),
      () => call("ws://h", {}, peer({ handshakeHeaders: ["no colon"] }), undefined, env),
      () => call("ws://h", {}, peer({ supportedProtocols: ["a b"] }), undefined, env),
      () => call("ws://h", { proxy: "socks://h" }, peer(), undefined, env),
    ];
    for (const attempt of refused) expect(attempt).toThrow(UsageError);
    expect(() => TLSOptions.client("no PEM")).toThrow(UsageError);
  });
});

test("taking a connection checks what is to be answered", () => {
  const env = createVirtualEnvironment();
  const [, far] = createMemoryPair(env.clock);
  const headers = peer({ handshakeHeaders: ["no colon"] });
  expect(() => take(far, headers, undefined, env.environment)).toThrow(UsageError);
  const protocols = peer({ supportedProtocols: ["a", "a"] });
  expect(() => take(far, protocols, undefined, env.environment)).toThrow(UsageError);
  expect(take(far, peer(), undefined, env.environment).state).toBe("connecting");
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
