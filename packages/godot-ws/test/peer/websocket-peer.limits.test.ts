// What a WebSocketPeer puts up with: sizes, counts, rates, silence.

import { describe, expect, test } from "vitest";
import { LimitError, UsageError } from "../../src/errors.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { closePayload, encodeFrame, opcode, rawRequest } from "../transport/raw-end.ts";
import {
  createPeerPair,
  createRawClient,
  openPeerPair,
  openRawClient,
  openRawServer,
  thrownBy,
  usageErrorOf,
} from "./memory-peers.ts";

const { State } = WebSocketPeer;
const masked = { masked: true };

function fetchTexts(peer: WebSocketPeer): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  while (peer.availablePacketCount > 0) texts.push(peer.nextPacket()?.text);
  return texts;
}

describe("inboundBufferSize", () => {
  test("a message as large is taken, one octet more is closed with 1009", () => {
    for (const size of [0, 1, 125, 126, 1000, 65_535, 70_000]) {
      const fits = openPeerPair({ server: { inboundBufferSize: size }, client: { outboundBufferSize: 0 } });
      fits.client.send(new Uint8Array(size));
      fits.clock.runUntilIdle();
      fits.server.poll();
      expect([fits.server.readyState, fits.server.getPacket().length]).toEqual([State.OPEN, size]);

      const tooBig = openPeerPair({ server: { inboundBufferSize: size }, client: { outboundBufferSize: 0 } });
      tooBig.client.send(new Uint8Array(size + 1));
      tooBig.clock.runUntilIdle();
      expect([tooBig.client.closeCode, tooBig.server.closeCode]).toEqual([1009, 1009]);
      expect(tooBig.server.failure).toMatchObject({ violation: "oversizedMessage" });
    }
  });

  test("counts all fragments of a message", () => {
    const { server, raw, clock } = openRawClient({ inboundBufferSize: 100 });
    raw.send(encodeFrame(opcode.text, "x".repeat(60), { masked: true, fin: false }));
    clock.runTurns();
    expect(raw.closeFrame).toBeUndefined();
    raw.send(encodeFrame(opcode.continuation, "x".repeat(41), masked));
    clock.runTurns();
    expect(raw.closeFrame?.[0]).toBe(1009);
    expect(server.availablePacketCount).toBe(0);
  });

  test("maxFrameBytes and maxFragments bound the parts", () => {
    const byFrame = openRawClient({ maxFrameBytes: 10 });
    byFrame.raw.send(encodeFrame(opcode.text, "x".repeat(11), masked));
    byFrame.clock.runTurns();
    expect(byFrame.raw.closeFrame?.[0]).toBe(1009);
    const byCount = openRawClient({ maxFragments: 3 });
    byCount.raw.send(encodeFrame(opcode.text, "", { masked: true, fin: false }));
    for (let i = 0; i < 3; i++)
      byCount.raw.send(encodeFrame(opcode.continuation, "", { masked: true, fin: false }));
    byCount.clock.runTurns();
    expect(byCount.raw.closeFrame?.[0]).toBe(1008);
  });
});

describe("a full queue of packets", () => {
  const sent = Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(90)}`);

  test.each([
    ["by count", { maxQueuedPackets: 10 }, 10],
    ["by octets", { inboundBufferSize: 500 }, 6],
  ])("%s stops the reading, the writer feels it, and nothing is lost", (_, server, held) => {
    const pair = openPeerPair({ client: { outboundBufferSize: 0 }, server });
    // One turn each, so that each is a chunk of its own.
    for (const text of sent) {
      pair.client.sendText(text);
      pair.clock.runTurns();
    }
    expect(pair.server.availablePacketCount).toBe(held);
    expect(pair.client.currentOutboundBufferedAmount).toBeGreaterThan((sent.length - held - 1) * 90);
    const got: (string | undefined)[] = [];
    for (let frame = 0; got.length < sent.length && frame < 1000; frame++) {
      const packet = pair.server.nextPacket();
      if (packet !== undefined) got.push(packet.text);
      expect(pair.server.availablePacketCount).toBeLessThanOrEqual(held);
      pair.clock.runTurns();
    }
    expect(got).toEqual(sent);
    expect(pair.client.currentOutboundBufferedAmount).toBe(0);
  });

  test("that came in one chunk is handed out in order, whoever asks for it", () => {
    for (const style of ["getPacket", "slot", "mixed"]) {
      const { client, server, clock } = openPeerPair({
        client: { outboundBufferSize: 0 },
        server: { maxQueuedPackets: 3 },
      });
      for (const text of sent) client.sendText(text);
      clock.runTurns();
      const got: (string | undefined)[] = [];
      if (style === "mixed") for (let i = 0; i < 5; i++) got.push(server.nextPacket()?.text);
      if (style === "getPacket") got.push(...fetchTexts(server));
      else server.packetReceived.connect(({ text }) => got.push(text));
      server.poll();
      clock.runTurns();
      expect(got).toEqual(sent);
    }
  });

  test("the owner may fetch from within whenReady, and still gets them in order", () => {
    const { client, server, clock } = openPeerPair({
      client: { outboundBufferSize: 0 },
      server: { maxQueuedPackets: 3, autoPoll: false },
    });
    const got: (string | undefined)[] = [];
    server.whenReady = (peer) => {
      peer.poll();
      got.push(...fetchTexts(peer));
    };
    for (const text of sent) client.sendText(text);
    clock.runUntilIdle();
    expect(got).toEqual(sent);
  });

  test("does not keep a close frame from being seen for ever", () => {
    const { client, server, clock } = openPeerPair({
      client: { outboundBufferSize: 0 },
      server: { maxQueuedPackets: 3 },
    });
    for (const text of sent) client.sendText(text);
    client.close(4000, "done");
    clock.runTurns();
    expect(server.readyState).toBe(State.OPEN);
    const got: (string | undefined)[] = [];
    for (let frame = 0; frame < 200; frame++) {
      got.push(...fetchTexts(server));
      clock.runTurns();
    }
    expect(got).toEqual(sent);
    expect([server.readyState, server.closeCode]).toEqual([State.CLOSED, 4000]);
  });

  test("resumes when a limit is raised and a packet fetched", () => {
    const { client, server, clock } = openPeerPair({ server: { maxQueuedPackets: 2 } });
    for (const text of ["a", "b", "c", "d"]) client.sendText(text);
    clock.runTurns();
    expect(server.availablePacketCount).toBe(2);
    server.maxQueuedPackets = 100;
    expect(server.nextPacket()?.text).toBe("a");
    clock.runTurns();
    expect(fetchTexts(server)).toEqual(["b", "c", "d"]);
  });

  test("inboundOverflow close ends the connection with 1008; what had come can be read", () => {
    const { client, server, clock } = openPeerPair({
      server: { maxQueuedPackets: 3, inboundOverflow: "close" },
    });
    for (const text of sent.slice(0, 10)) client.sendText(text);
    clock.runUntilIdle();
    expect([client.readyState, server.readyState]).toEqual([State.CLOSED, State.CLOSED]);
    expect(client.closeCode).toBe(1008);
    expect(fetchTexts(server)).toEqual(sent.slice(0, 3));
  });

  test("a message that needs the whole buffer does not block the next", () => {
    const { client, server, clock } = openPeerPair({ client: { outboundBufferSize: 0 } });
    for (let i = 0; i < 5; i++) {
      client.send(new Uint8Array(65_535).fill(i));
      clock.runTurns();
    }
    for (let i = 0; i < 5; i++) {
      expect(server.availablePacketCount).toBeGreaterThan(0);
      expect(server.getPacket()[65_534]).toBe(i);
      clock.runTurns();
    }
  });
});

describe("outboundBufferSize", () => {
  /** A pair whose server does not read any more. */
  function slow(client: object) {
    const pair = openPeerPair({ client, server: { maxQueuedPackets: 1 } });
    pair.client.sendText("fills the queue");
    pair.clock.runTurns();
    expect(pair.client.currentOutboundBufferedAmount).toBe(0);
    return pair;
  }

  test("beyond it sending throws LimitError, and nothing was queued", () => {
    const { client, server, clock } = slow({ outboundBufferSize: 1000 });
    client.send(new Uint8Array(500));
    const before = client.currentOutboundBufferedAmount;
    const sends = [
      () => client.send(new Uint8Array(500)),
      () => client.sendText("x".repeat(500)),
      () => client.sendText("ü".repeat(2000)),
      () => client.putPacket(new Uint8Array(500)),
    ];
    for (const send of sends) {
      const error = thrownBy(send);
      expect(error).toBeInstanceOf(LimitError);
      expect(error).toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
    }
    expect(client.currentOutboundBufferedAmount).toBe(before);
    client.sendText("still fits");
    const got: (number | undefined)[] = [];
    for (let i = 0; i < 10; i++) {
      got.push(server.nextPacket()?.bytes.length);
      clock.runTurns();
    }
    expect(got.filter((length) => length !== undefined)).toEqual([15, 500, 10]);
    expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
    client.send(new Uint8Array(900));
  });

  test("holds for prepared frames too", () => {
    const { client, server, clock } = openPeerPair({
      client: { maxQueuedPackets: 1 },
      server: { outboundBufferSize: 100 },
    });
    server.sendText("fills the queue");
    clock.runTurns();
    const frame = WebSocketPeer.prepare(new Uint8Array(60));
    server.sendPrepared(frame);
    expect(thrownBy(() => server.sendPrepared(frame))).toBeInstanceOf(LimitError);
    for (let i = 0; i < 5; i++) {
      client.nextPacket();
      clock.runTurns();
    }
    expect(client.availablePacketCount).toBe(0);
  });

  test("a message that alone is over it cannot be sent at all", () => {
    const { client } = openPeerPair({ client: { outboundBufferSize: 1000 } });
    expect(thrownBy(() => client.send(new Uint8Array(1001)))).toBeInstanceOf(LimitError);
    expect(client.send(new Uint8Array(1000))).toBe(true);
  });

  test("0 is no limit, and a burst within one turn may be larger than it when the system takes it", () => {
    const { client, clock } = openPeerPair({ client: { outboundBufferSize: 0 } });
    for (let i = 0; i < 100; i++) client.send(new Uint8Array(60_000));
    expect(client.currentOutboundBufferedAmount).toBeGreaterThan(6_000_000);
    clock.runTurns();
  });

  test("outboundOverflow close ends the connection with 1008", () => {
    const { client, server, clock } = slow({ outboundBufferSize: 1000, outboundOverflow: "close" });
    expect(client.send(new Uint8Array(900))).toBe(true);
    expect(client.send(new Uint8Array(900))).toBe(false);
    clock.runTurns();
    client.poll();
    expect(client.readyState).toBe(State.CLOSING);
    fetchTexts(server);
    clock.runTurns();
    fetchTexts(server);
    clock.runUntilIdle();
    expect([server.closeCode, client.closeCode]).toEqual([1008, 1008]);
  });

  test("a slow reader of droppable messages gets the freshest", () => {
    const { client, server, clock } = slow({ outboundBufferSize: 4000 });
    client.outboundBufferSize = 100_000;
    client.send(new Uint8Array(30_000));
    client.outboundBufferSize = 4000;
    const dropped: number[] = [];
    client.packetsDropped.connect((count) => dropped.push(count));
    for (let i = 0; i < 20; i++) expect(client.sendDroppable(new Uint8Array(1000).fill(i))).toBe(true);
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(16);
    const got: (number | undefined)[] = [];
    for (let i = 0; i < 100; i++) {
      const packet = server.nextPacket();
      if (packet?.bytes.length === 1000) got.push(packet.bytes[0]);
      clock.runTurns();
    }
    expect(got).toEqual([16, 17, 18, 19]);
  });

  test("drained resolves when all is out, or the connection is gone", async () => {
    const { client, server, clock } = slow({});
    await client.drained();
    client.sendText("x");
    let drained = 0;
    void client.drained().then(() => drained++);
    await clock.settle();
    expect(drained).toBe(0);
    fetchTexts(server);
    await clock.settle();
    expect(drained).toBe(1);
    server.maxQueuedPackets = 1;
    client.sendText("y");
    await clock.settle();
    client.sendText("z");
    void client.drained().then(() => drained++);
    server.close(-1);
    await clock.settle();
    clock.runUntilIdle();
    await clock.settle();
    expect(drained).toBe(2);
    await client.drained();
    await new WebSocketPeer().drained();
  });
});

describe("the handshake", () => {
  test("has a time limit on both sides", async () => {
    const server = createRawClient({ handshakeTimeoutMs: 1000 });
    server.raw.send("GET / HT");
    server.clock.advance(999);
    expect(server.server.readyState).toBe(State.CONNECTING);
    server.clock.advance(1);
    expect(server.raw.head).toMatch(/^HTTP\/1\.1 408 /);
    server.raw.stream.end();
    server.clock.runUntilIdle();
    expect([server.server.readyState, server.server.closeCode]).toEqual([State.CLOSED, -1]);

    const {
      client,
      connected,
      clock: time,
    } = createPeerPair({
      client: { handshakeTimeoutMs: 1000 },
      answer: () => new Promise(() => {}),
    });
    time.advance(1000);
    await expect(connected).rejects.toMatchObject({ message: expect.stringMatching(/too long/) });
    expect(client.readyState).toBe(State.CLOSED);
  });

  test("has 10 s unless told otherwise", () => {
    const { server, clock } = createRawClient();
    clock.advance(9999);
    expect(server.failure).toBeUndefined();
    clock.advance(1);
    expect(server.failure).toMatchObject({ status: 408 });
  });

  test("has a bound on its octets and on its fields", () => {
    const byOctets = createRawClient({ maxHeadBytes: 500 });
    byOctets.raw.send(rawRequest({ headers: [`X-Long: ${"x".repeat(500)}`] }));
    byOctets.clock.runTurns();
    expect(byOctets.raw.head).toMatch(/^HTTP\/1\.1 431 /);
    const byCount = createRawClient({ maxHeaderCount: 10 });
    byCount.raw.send(rawRequest({ headers: Array.from({ length: 10 }, (_, i) => `X-${i}: y`) }));
    byCount.clock.runTurns();
    expect(byCount.raw.head).toMatch(/^HTTP\/1\.1 431 /);
    // A client that never ends its head cannot fill our memory either.
    const endless = createRawClient();
    for (let i = 0; i < 100; i++) endless.raw.send(`X-${i}: ${"y".repeat(1000)}\r\n`);
    endless.clock.runTurns();
    expect(endless.raw.head).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("what a client sends before its request is answered has a bound too", async () => {
    const { server, raw, clock } = createRawClient({ handshakeTimeoutMs: 0 }, () => new Promise(() => {}));
    raw.send(rawRequest());
    for (let i = 0; i < 100; i++) {
      raw.send(encodeFrame(opcode.binary, new Uint8Array(60_000), masked));
      await clock.settle();
    }
    expect(server.readyState).toBe(State.CONNECTING);
    expect(raw.stream.pendingBytes).toBeGreaterThan(5_000_000);
  });
});

describe("limits", () => {
  test("are numbers from 0", () => {
    for (const value of [-1, Number.NaN]) {
      expect(thrownBy(() => new WebSocketPeer({ handshakeTimeoutMs: value }))).toBeInstanceOf(UsageError);
      expect(thrownBy(() => new WebSocketPeer({ maxFragments: value }))).toBeInstanceOf(UsageError);
      expect(usageErrorOf(() => new WebSocketPeer({ heartbeatInterval: value }))).toBe(
        "ERR_INVALID_PARAMETER",
      );
    }
  });
});

describe("the heartbeat", () => {
  const pings = (raw: { frames: readonly { opcode: number }[] }): number =>
    raw.frames.filter((frame) => frame.opcode === opcode.ping).length;

  test.each([
    "client",
    "server",
  ] as const)("of a %s pings, with an empty payload, as long as it is answered", (role) => {
    const options = { heartbeatInterval: 2 };
    const { raw, clock, ...rest } = role === "server" ? openRawClient(options) : openRawServer(options);
    const peer = "server" in rest ? rest.server : rest.client;
    const roundTrips: number[] = [];
    peer.pongReceived.connect((ms) => roundTrips.push(ms));
    clock.advance(30); // The next beat counts from the last one, not from its answer.
    for (let beat = 1; beat <= 5; beat++) {
      clock.advance(1969);
      expect(pings(raw)).toBe(beat - 1);
      clock.advance(1);
      expect(pings(raw)).toBe(beat);
      clock.advance(30);
      raw.send(encodeFrame(opcode.pong, "", { masked: role === "server" }));
      clock.runTurns();
    }
    expect(raw.frames.every((frame) => frame.opcode !== opcode.ping || frame.payload.length === 0)).toBe(
      true,
    );
    expect(peer.readyState).toBe(State.OPEN);
    expect(roundTrips).toEqual([30, 30, 30, 30, 30]);
    expect(peer.roundTripTimeMs).toBe(30);
  });

  test("drops a peer that has not answered when the next is due: -1, no close frame", () => {
    const { server, raw, clock } = openRawClient({ heartbeatInterval: 2 });
    const closes: unknown[] = [];
    server.closed.connect((...args) => closes.push(args));
    clock.advance(3999);
    expect([server.readyState, pings(raw)]).toEqual([State.OPEN, 1]);
    clock.advance(1);
    expect([server.readyState, closes, raw.closeFrame]).toEqual([State.CLOSED, [[-1, ""]], undefined]);
    clock.runTurns();
    expect(raw.closed).toBe(true);
    expect(clock.timerCount).toBe(0);
  });

  test("takes any pong for an answer", () => {
    const { server, raw, clock } = openRawClient({ heartbeatInterval: 2 });
    for (let beat = 0; beat < 5; beat++) {
      clock.advance(2000);
      raw.send(encodeFrame(opcode.pong, "whatever", masked));
      clock.runTurns();
    }
    expect(server.readyState).toBe(State.OPEN);
  });

  test("can be turned on, off and on again while it runs", () => {
    const { server, raw, clock } = openRawClient();
    clock.advance(100_000);
    expect(pings(raw)).toBe(0);
    server.heartbeatInterval = 1;
    clock.advance(1000);
    expect(pings(raw)).toBe(1);
    server.heartbeatInterval = 0;
    clock.advance(100_000);
    expect([server.readyState, pings(raw), clock.timerCount]).toEqual([State.OPEN, 1, 0]);
    server.heartbeatInterval = 5;
    clock.advance(4999);
    expect(pings(raw)).toBe(1);
    clock.advance(1);
    expect(pings(raw)).toBe(2);
    clock.advance(5000);
    expect(server.readyState).toBe(State.CLOSED);
    expect(clock.timerCount).toBe(0);
  });

  test("two of ours keep each other alive, in both styles", () => {
    for (const autoPoll of [true, false]) {
      const { client, server, clock } = openPeerPair({
        client: { heartbeatInterval: 1, autoPoll },
        server: { heartbeatInterval: 0.7, autoPoll },
      });
      clock.advance(60_000);
      for (const peer of [client, server]) peer.poll();
      expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
      client.close(-1);
      server.close(-1);
      for (const peer of [client, server]) peer.poll();
      expect(clock.timerCount).toBe(0);
    }
  });

  test("does not blame a peer that we do not listen to", () => {
    const { client, server, clock } = openPeerPair({
      client: { outboundBufferSize: 0 },
      server: { heartbeatInterval: 1, maxQueuedPackets: 2 },
    });
    for (let i = 0; i < 10; i++) {
      client.sendText("x");
      clock.runTurns();
    }
    clock.advance(60_000);
    expect([server.readyState, server.availablePacketCount]).toEqual([State.OPEN, 2]);
    while (server.availablePacketCount > 0) {
      server.nextPacket();
      clock.runTurns();
    }
    clock.advance(60_000);
    expect(server.readyState).toBe(State.OPEN);
  });

  test("says nothing after our close frame", () => {
    const { server, raw, clock } = openRawClient({ heartbeatInterval: 1, closeTimeoutMs: 5000 });
    server.close(1000);
    clock.advance(4999);
    expect(raw.frames.map((frame) => frame.opcode)).toEqual([opcode.close]);
    expect(server.readyState).toBe(State.CLOSING);
    clock.advance(1);
    expect(clock.timerCount).toBe(0);
  });

  test("does not cut a closing handshake short", () => {
    const { server, raw, clock } = openRawClient({ heartbeatInterval: 1, closeTimeoutMs: 5000 });
    clock.advance(1000);
    server.close(1000);
    clock.advance(4000);
    raw.send(encodeFrame(opcode.close, closePayload(1000), masked));
    clock.runTurns();
    expect(server.closeCode).toBe(1000);
  });

  test("toleratedSilence puts up with so many more", () => {
    const { server, clock } = openRawClient({ heartbeatInterval: 1, toleratedSilence: 2 });
    clock.advance(3999);
    expect(server.readyState).toBe(State.OPEN);
    clock.advance(1);
    expect(server.readyState).toBe(State.CLOSED);
  });
});

describe("idleness and rates", () => {
  test("a peer that sends no message for idleTimeoutMs is closed with 1001; pings do not count", () => {
    const { raw, clock, server } = openRawClient({ idleTimeoutMs: 1000 });
    clock.advance(900);
    raw.send(encodeFrame(opcode.text, "here", masked));
    clock.advance(900);
    raw.send(encodeFrame(opcode.ping, "", masked));
    clock.advance(99);
    expect(server.readyState).toBe(State.OPEN);
    clock.advance(1);
    expect(raw.closeFrame?.[0]).toBe(1001);
  });

  test("messages beyond maxMessagesPerSecond are read later, all of them", () => {
    const { client, server, clock } = openPeerPair({ server: { maxMessagesPerSecond: 10 } });
    const arrivals: number[] = [];
    server.packetReceived.connect(() => arrivals.push(clock.now()));
    for (let i = 0; i < 50; i++) {
      client.sendText("x");
      clock.runTurns();
    }
    clock.runUntilIdle();
    expect(arrivals).toHaveLength(50);
    expect(arrivals.filter((at) => at < 1000).length).toBeLessThanOrEqual(21);
    expect(arrivals.at(-1)).toBeGreaterThanOrEqual(3900);
    expect(arrivals.at(-1)).toBeLessThanOrEqual(4200);
  });
});
