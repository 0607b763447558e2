// The handshake, messages and the end. Limits and liveness: websocket-peer.limits.test.ts; slots that do surprising
// things: websocket-peer.slots.test.ts; sockets: websocket-peer.sockets.test.ts.

import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { RequestHandler } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import type { UpgradeRequest } from "../../src/protocol/handshake.ts";
import { encodeFrame, opcode, rawRequest } from "../transport/raw-end.ts";
import {
  createPeerPair,
  createRawClient,
  openPeerPair,
  type PeerPair,
  uncaughtDuring,
  usageErrorOf,
} from "./memory-peers.ts";

const { State, WriteMode } = WebSocketPeer;
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

describe("the request handler", () => {
  test("sees the request, and its answer's headers and protocol are used", async () => {
    let seen: UpgradeRequest | undefined;
    const { client, server, connected, clock } = createPeerPair({
      client: { supportedProtocols: ["chat", "relay"], handshakeHeaders: ["X-Token: 42"] },
      answer: (request) => {
        seen = request;
        return { protocol: "relay", headers: [["X-Room", "blue"]] };
      },
    });
    await clock.settle();
    await connected;
    expect(seen).toMatchObject({ target: "/path", protocols: ["chat", "relay"] });
    expect(seen?.headers.get("X-TOKEN")).toBe("42");
    expect([client.selectedProtocol, server.selectedProtocol]).toEqual(["relay", "relay"]);
  });

  test("may take its time: what the client sends meanwhile is kept", async () => {
    let accept: () => void = () => {};
    const { server, raw, clock } = createRawClient(
      {},
      () =>
        new Promise((resolve) => {
          accept = () => resolve({});
        }),
    );
    raw.send(rawRequest(), encodeFrame(opcode.text, "one", masked));
    await clock.settle();
    raw.send(encodeFrame(opcode.text, "two", masked));
    await clock.settle();
    expect([server.readyState, raw.received.length]).toEqual([State.CONNECTING, 0]);
    accept();
    await clock.settle();
    expect(server.readyState).toBe(State.OPEN);
    expect(fetchAll(server)).toEqual(["one", "two"]);
  });

  test("may refuse later", async () => {
    const { connected, clock } = createPeerPair({
      answer: async () => ({ status: 401, reason: "who are you" }),
    });
    await clock.settle();
    await expect(connected).rejects.toMatchObject({ status: 401 });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ] satisfies [
    string,
    RequestHandler,
  ][])("that %s means 500 for the client, and the error is seen", async (_, answer) => {
    const uncaught = await uncaughtDuring(async () => {
      const { connected, server, clock } = createPeerPair({ answer });
      await clock.settle();
      await expect(connected).rejects.toMatchObject({ status: 500 });
      clock.runUntilIdle();
      expect(server.readyState).toBe(State.CLOSED);
    });
    expect(uncaught).toEqual([new Error("broken")]);
  });

  test.each([
    ["at once", (headers: [string, string][]) => () => ({ headers })],
    ["later", (headers: [string, string][]) => async () => ({ headers })],
  ])("cannot smuggle headers in, %s: that is 500, and its error is seen", async (_, make) => {
    const uncaught = await uncaughtDuring(async () => {
      const { connected, clock } = createPeerPair({
        answer: make([["X-A", "b\r\nX-Evil: c"]]) as RequestHandler,
      });
      await clock.settle();
      await expect(connected).rejects.toMatchObject({ status: 500 });
      clock.runUntilIdle();
    });
    expect(uncaught).toHaveLength(1);
    expect(uncaught[0]).toBeInstanceOf(UsageError);
  });

  test("that answers after the client has gone is not listened to", async () => {
    for (const answer of [{}, { status: 403, reason: "no" }, new Error("broken")]) {
      const settle: { resolve?: (answer: object) => void; reject?: (error: Error) => void } = {};
      const uncaught = await uncaughtDuring(async () => {
        const { server, raw, clock } = createRawClient(
          {},
          () =>
            new Promise((resolve, reject) => {
              settle.resolve = resolve;
              settle.reject = reject;
            }),
        );
        const log: string[] = [];
        server.opened.connect(() => log.push("opened"));
        server.closed.connect(() => log.push("closed"));
        raw.send(rawRequest());
        await clock.settle();
        raw.stream.destroy();
        await clock.settle();
        expect(server.readyState).toBe(State.CLOSED);
        if (answer instanceof Error) settle.reject!(answer);
        else settle.resolve!(answer);
        await clock.settle();
        clock.runUntilIdle();
        expect(log).toEqual(["closed"]);
        expect(server.readyState).toBe(State.CLOSED);
      });
      expect(uncaught).toEqual(answer instanceof Error ? [answer] : []);
    }
  });
});

describe.each([
  ["event style", true],
  ["game-loop style", false],
])("messages, %s", (_, autoPoll) => {
  const open = (): PeerPair => openPeerPair({ client: { autoPoll }, server: { autoPoll } });

  test("text, binary and empty ones come as what they were, both ways", () => {
    const { client, server, clock } = open();
    for (const peer of [client, server]) {
      expect(peer.sendText("grüße 🎮")).toBe(true);
      expect(peer.send(bytes(0, 1, 255))).toBe(true);
      peer.putPacket(bytes(9));
      peer.send(new TextEncoder().encode("as text"), WriteMode.TEXT);
      peer.sendText("");
      peer.send(bytes());
      peer.sendText("x".repeat(5000));
    }
    clock.runTurns();
    const expected = ["grüße 🎮", [0, 1, 255], [9], "as text", "", [], "x".repeat(5000)];
    for (const peer of [client, server]) {
      peer.poll();
      expect(peer.availablePacketCount).toBe(7);
      expect(fetchAll(peer)).toEqual(expected);
    }
  });

  test("the sender may change its memory at once", () => {
    const { client, server, clock } = open();
    const message = bytes(1, 2, 3);
    client.send(message);
    server.sendPrepared(WebSocketPeer.prepare(message));
    message.fill(0);
    clock.runTurns();
    expect([[...server.getPacket()], [...client.getPacket()]]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("many keep their order, through cuts and delays", () => {
    const { client, server, clock, random } = openPeerPair({
      client: { autoPoll },
      server: { autoPoll },
      memory: { pieceLength: (available) => Math.min(available, 7), latencyMs: () => 1 },
    });
    const sent = Array.from({ length: 300 }, (__, i) => `${i} ${"y".repeat(random.below(200))}`);
    for (const text of sent) client.sendText(text);
    clock.runUntilIdle();
    expect(fetchAll(server)).toEqual(sent);
  });

  test("getPacket without a packet is a UsageError, nextPacket is undefined", () => {
    const { client } = open();
    expect(usageErrorOf(() => client.getPacket())).toBe("ERR_UNAVAILABLE");
    expect(client.nextPacket()).toBeUndefined();
    expect(client.wasStringPacket()).toBe(false);
  });

  test("wasStringPacket is about the packet fetched last", () => {
    const { client, server, clock } = open();
    client.sendText("a");
    client.send(bytes(1));
    clock.runTurns();
    expect(server.wasStringPacket()).toBe(false);
    server.getPacket();
    expect(server.wasStringPacket()).toBe(true);
    expect(server.nextPacket()?.isText).toBe(false);
    expect(server.wasStringPacket()).toBe(false);
  });

  test("async iteration gives the packets and ends with the connection", async () => {
    const { client, server, clock } = open();
    const texts: (string | undefined)[] = [];
    const done = (async () => {
      for await (const { text } of server) texts.push(text);
    })();
    for (const text of ["a", "b"]) client.sendText(text);
    const live = async (): Promise<void> => {
      await clock.settle();
      if (!autoPoll) for (const peer of [client, server]) peer.poll();
      await clock.settle();
    };
    await live();
    expect(texts).toEqual(["a", "b"]);
    client.sendText("c");
    client.close(1000);
    await live();
    await live();
    await live();
    await done;
    expect(texts).toEqual(["a", "b", "c"]);
    const after: unknown[] = [];
    for await (const packet of server) after.push(packet);
    expect(after).toEqual([]);
  });

  test("packets that came before the close are still there after it", () => {
    const { client, server, clock } = open();
    client.sendText("last words");
    client.close(1000);
    clock.runUntilIdle();
    server.poll();
    expect(server.readyState).toBe(State.CLOSED);
    expect(fetchAll(server)).toEqual(["last words"]);
  });

  test("a slot gets the packets in place of the queue, those that waited first", () => {
    const { client, server, clock } = open();
    client.sendText("1");
    clock.runTurns();
    const texts: (string | undefined)[] = [];
    const disconnect = server.packetReceived.connect(({ text }) => texts.push(text));
    client.sendText("2");
    clock.runTurns();
    server.poll();
    expect([texts, server.availablePacketCount]).toEqual([["1", "2"], 0]);
    disconnect();
    client.sendText("3");
    clock.runTurns();
    server.poll();
    expect([texts, fetchAll(server)]).toEqual([["1", "2"], ["3"]]);
  });

  test("sending before OPEN is a UsageError, afterwards it is false", () => {
    const early = createPeerPair({ client: { autoPoll } });
    expect(usageErrorOf(() => early.client.sendText("x"))).toBe("FAILED");
    expect(usageErrorOf(() => new WebSocketPeer().send(bytes(1)))).toBe("FAILED");
    const { client, server, clock } = open();
    client.close();
    expect([client.sendText("x"), client.send(bytes(1)), client.sendDroppable(bytes(1))]).toEqual([
      false,
      false,
      false,
    ]);
    clock.runUntilIdle();
    for (const peer of [client, server]) {
      peer.poll();
      expect([peer.readyState, peer.sendText("x")]).toEqual([State.CLOSED, false]);
    }
    expect(server.availablePacketCount).toBe(0);
  });
});
