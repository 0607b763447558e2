// Slots that throw, or that use the very peer that calls them.

import { describe, expect, test } from "vitest";
import { environment } from "#platform";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { promisesSettled } from "../simulation/virtual-environment.ts";
import { encodeFrame, opcode } from "../transport/raw-end.ts";
import {
  createPeerPair,
  openPeerPair,
  openRawClient,
  type PeerPair,
  uncaughtDuring,
  url,
  usageErrorOf,
} from "./memory-peers.ts";

const { State } = WebSocketPeer;
const styles = [
  ["event style", true],
  ["game-loop style", false],
] as const;

/** Gives both sides some turns, and polls in between. */
function play({ client, server, clock }: Pick<PeerPair, "client" | "server" | "clock">): void {
  for (let frame = 0; frame < 10; frame++) {
    clock.runTurns();
    client.poll();
    server.poll();
  }
}

/** A new server's end for a client that connects again. */
function anotherServer({ clock, environment }: PeerPair) {
  const streams = createMemoryPair(clock);
  const server = new WebSocketPeer({ environment });
  server.acceptStream(streams[1]);
  return { server, stream: streams[0] };
}

describe.each(styles)("slots that throw, %s", (_, autoPoll) => {
  test("stop neither the others nor the peer, and their errors surface", async () => {
    const log: unknown[] = [];
    const uncaught = await uncaughtDuring(async () => {
      const pair = createPeerPair({ server: { autoPoll }, client: { autoPoll } });
      const { client, server, clock } = pair;
      for (const name of ["opened", "packetReceived", "closed"] as const) {
        server[name].connect(() => {
          throw new Error(name);
        });
        server[name].connect(() => log.push(name));
      }
      play(pair);
      client.sendText("a");
      client.sendText("b");
      play(pair);
      client.close();
      play(pair);
      clock.runUntilIdle();
      await promisesSettled();
      expect(server.readyState).toBe(State.CLOSED);
    });
    expect(log).toEqual(["opened", "packetReceived", "packetReceived", "closed"]);
    expect(uncaught.map((error) => (error as Error).message)).toEqual(log);
  });
});

describe.each(styles)("from within a slot, %s", (_, autoPoll) => {
  const create = (): PeerPair => createPeerPair({ server: { autoPoll }, client: { autoPoll } });

  test("sending works", () => {
    const pair = create();
    const { client, server } = pair;
    server.opened.connect(() => server.sendText("welcome"));
    server.packetReceived.connect(({ text }) => server.sendText(`echo ${text}`));
    const got: (string | undefined)[] = [];
    client.packetReceived.connect(({ text }) => got.push(text));
    client.opened.connect(() => client.sendText("hello"));
    play(pair);
    play(pair);
    expect(got).toEqual(["welcome", "echo hello"]);
  });

  test("closing on opened ends well, with the code", () => {
    const pair = create();
    const { client, server, clock } = pair;
    const log: unknown[] = [];
    server.opened.connect(() => server.close(4000, "not now"));
    client.opened.connect(() => log.push("opened"));
    client.closed.connect((...args) => log.push(args));
    server.closed.connect((...args) => log.push(args));
    play(pair);
    clock.runUntilIdle();
    play(pair);
    expect(log).toEqual(["opened", ...Array(2).fill([4000, "not now"])]);
  });

  test("dropping on the first packet: the rest is not lost but not waited for either", () => {
    const pair = create();
    const { client, server, clock } = pair;
    play(pair);
    const got: (string | undefined)[] = [];
    let closes = 0;
    server.closed.connect(() => closes++);
    server.packetReceived.connect(({ text }) => {
      got.push(text);
      server.close(-1);
    });
    for (const text of ["a", "b", "c"]) client.sendText(text);
    play(pair);
    clock.runUntilIdle();
    play(pair);
    expect(got[0]).toBe("a");
    expect(closes).toBe(1);
    expect([server.readyState, client.readyState]).toEqual([State.CLOSED, State.CLOSED]);
    expect(clock.timerCount).toBe(0);
  });

  test("closing on closed is nothing", () => {
    const pair = create();
    const { client, server, clock } = pair;
    play(pair);
    let closes = 0;
    client.closed.connect(() => {
      closes++;
      client.close();
      client.close(-1);
      client.poll();
    });
    server.close();
    play(pair);
    clock.runUntilIdle();
    play(pair);
    expect([closes, client.closeCode]).toEqual([1, 1000]);
  });

  test("polling is nothing", () => {
    const pair = create();
    const { client, server } = pair;
    const got: (string | undefined)[] = [];
    client.opened.connect(() => client.poll());
    client.packetReceived.connect(({ text }) => {
      client.poll();
      got.push(text);
    });
    server.opened.connect(() => {
      for (const text of ["a", "b", "c"]) server.sendText(text);
    });
    play(pair);
    expect(got).toEqual(["a", "b", "c"]);
  });

  test("fetching packets on opened leaves the rest for whoever comes next", () => {
    const pair = create();
    const { client, server } = pair;
    play(pair);
    for (const text of ["a", "b", "c", "d"]) client.sendText(text);
    const got: (string | undefined)[] = [];
    server.packetReceived.connect(({ text }) => {
      got.push(text);
      const next = server.nextPacket();
      if (next !== undefined) got.push(next.text);
    });
    play(pair);
    expect(got).toEqual(["a", "b", "c", "d"]);
  });

  test("connecting again on closed works, and again", () => {
    const pair = create();
    const { client, clock } = pair;
    const servers: WebSocketPeer[] = [pair.server];
    const codes: number[] = [];
    client.closed.connect((code) => {
      codes.push(code);
      if (servers.length === 3) return;
      const { server, stream } = anotherServer(pair);
      servers.push(server);
      void client.connectToUrl(`${url}/${servers.length}`, { stream });
    });
    for (let round = 0; round < 3; round++) {
      play(pair);
      expect(client.readyState).toBe(State.OPEN);
      servers[round]!.close(4000 + round);
      for (let frame = 0; frame < 10; frame++) {
        clock.runUntilIdle();
        client.poll();
        servers[round]!.poll();
      }
    }
    expect(codes).toEqual([4000, 4001, 4002]);
    expect(client.requestedUrl).toBe(`${url}/3`);
    expect(clock.timerCount).toBe(0);
  });

  test("connecting again on opened is refused, and after close(-1) works", async () => {
    const pair = create();
    const { client } = pair;
    const { server, stream } = anotherServer(pair);
    const second: Promise<void>[] = [];
    client.opened.connect(
      () => {
        expect(usageErrorOf(() => client.connectToUrl(url))).toBe("ERR_ALREADY_IN_USE");
        client.close(-1);
        second.push(client.connectToUrl(`${url}/second`, { stream }));
      },
      { once: true },
    );
    play(pair);
    play(pair);
    await second[0];
    expect([client.readyState, server.readyState]).toEqual([State.OPEN, State.OPEN]);
    expect(server.request?.target).toBe("/path/second");
    server.sendText("hello");
    play(pair);
    expect(client.nextPacket()?.text).toBe("hello");
  });
});

describe("a second attempt", () => {
  test("while CLOSING gives the first connection up; only the second is heard", () => {
    for (const autoPoll of [true, false]) {
      const pair = openPeerPair({ client: { autoPoll, heartbeatInterval: 1 } });
      const { client, clock } = pair;
      const log: unknown[] = [];
      client.opened.connect(() => log.push("opened"));
      pair.server.sendText("late");
      client.close(4000);
      client.poll();
      const { server, stream } = anotherServer(pair);
      void client.connectToUrl(`${url}/second`, { stream });
      client.closed.connect((...args) => log.push(args));
      play(pair);
      expect(log).toEqual(["opened"]);
      expect([client.readyState, client.closeCode, client.availablePacketCount]).toEqual([State.OPEN, -1, 0]);
      expect(pair.server.readyState).toBe(State.CLOSED);
      // One heartbeat, not two.
      clock.advance(10_500);
      client.poll();
      expect([client.readyState, clock.timerCount]).toEqual([State.OPEN, 1]);
      server.close();
      play(pair);
      expect(log).toEqual(["opened", [1000, ""]]);
      clock.runUntilIdle();
      expect(clock.timerCount).toBe(0);
    }
  });

  test("while CLOSING works with a slot that connects again by itself", () => {
    const pair = openPeerPair();
    const { client } = pair;
    const attempts: string[] = [];
    const [first, second] = [anotherServer(pair), anotherServer(pair)];
    client.closed.connect(
      () => {
        attempts.push("slot");
        void client.connectToUrl(`${url}/slot`, { stream: second.stream });
      },
      { once: true },
    );
    client.close(4000);
    attempts.push("program");
    void client.connectToUrl(`${url}/program`, { stream: first.stream });
    play(pair);
    expect(client.readyState).toBe(State.OPEN);
    expect(attempts).toEqual(["program"]);
    expect([first.server.readyState, second.server.readyState]).toEqual([State.OPEN, State.CONNECTING]);
  });

  test("does not settle the promise of the first", async () => {
    const pair = createPeerPair({ client: { autoPoll: false } });
    const { client, connected } = pair;
    client.close(-1);
    const { stream } = anotherServer(pair);
    const second = client.connectToUrl(`${url}/second`, { stream });
    play(pair);
    await second;
    await expect(connected).rejects.toMatchObject({ code: "ERR_CANT_CONNECT" });
  });

  test("is not disturbed by what the first still has to say", () => {
    const { server, raw, clock, environment } = openRawClient();
    server.close(4000);
    const [near, far] = createMemoryPair(clock);
    const client = new WebSocketPeer({ environment });
    server.acceptStream(near);
    void client.connectToUrl(url, { stream: far });
    raw.send(encodeFrame(opcode.text, "from the past", { masked: true }));
    raw.stream.end();
    for (let frame = 0; frame < 10; frame++) clock.runTurns();
    expect([server.readyState, server.availablePacketCount, client.readyState]).toEqual([
      State.OPEN,
      0,
      State.OPEN,
    ]);
  });
});

describe("many at once", () => {
  test("a whole conversation in one chunk is one poll, in order", () => {
    const { server, raw, clock } = openRawClient();
    const log: unknown[] = [];
    server.packetReceived.connect(({ text }) => log.push(text));
    server.closed.connect((code) => log.push(code));
    raw.send(
      ...Array.from({ length: 1000 }, (_, i) => encodeFrame(opcode.text, `${i}`, { masked: true })),
      encodeFrame(opcode.close, Buffer.of(0x03, 0xe8), { masked: true }),
    );
    clock.runTurns();
    raw.stream.end();
    clock.runTurns();
    expect(log).toEqual([...Array.from({ length: 1000 }, (_, i) => `${i}`), 1000]);
  });

  test("iterations side by side each get a part, and all end", async () => {
    const { client, server, clock } = openPeerPair();
    const got: (string | undefined)[][] = [[], []];
    const readers = got.map(async (texts) => {
      for await (const { text } of server) texts.push(text);
    });
    await clock.settle();
    for (let i = 0; i < 10; i++) {
      client.sendText(`${i}`);
      await clock.settle();
    }
    client.close();
    await clock.settle();
    clock.runUntilIdle();
    await Promise.all(readers);
    expect(got.flat().sort()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
  });
});

test("a slot that comes late gets what has arrived, without waiting for more", async () => {
  const server = new WebSocketPeer();
  const client = new WebSocketPeer();
  const [near, far] = createMemoryPair(environment.clock);
  server.acceptStream(far);
  // In the same turn as the answer to the handshake.
  server.opened.connect(() => server.sendText("with the 101"));
  await client.connectToUrl("ws://memory/", { stream: near });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const [packet] = await client.packetReceived.next();
  expect(packet.text).toBe("with the 101");
  client.close();
});
