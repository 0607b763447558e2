// The handshake, messages and the end. Limits and liveness: websocket-peer.limits.test.ts; slots that do surprising
// things: websocket-peer.slots.test.ts; sockets: websocket-peer.sockets.test.ts.

import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { promisesSettled } from "../simulation/virtual-environment.ts";
import { closePayload, encodeFrame, opcode } from "../transport/raw-end.ts";
import { createPeerPair, openPeerPair, openRawClient, openRawServer, usageErrorOf } from "./memory-peers.ts";

const { State } = WebSocketPeer;
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
      const error = await connected.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectError);
      expect((error as ConnectError).message).toMatch(/: it was given up$/);
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
