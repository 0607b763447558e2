import { describe, expect, test } from "vitest";
import { MemoryMultiplayerPeer, type MemoryServerOptions } from "../../src/peer/memory-multiplayer-peer.ts";
import { describeMultiplayerPeer } from "../contracts/multiplayer-peer.contract.ts";
import { SeededRandom, VirtualClock } from "../simulation/virtual-environment.ts";
import { runUntil, usageErrorOf } from "./memory-peers.ts";

function describeContract(name: string, options: MemoryServerOptions): void {
  describeMultiplayerPeer({
    name,
    async open() {
      const clock = new VirtualClock();
      const server = MemoryMultiplayerPeer.createServer({ ...options, clock });
      const until = async (condition: () => boolean, frame: () => void): Promise<void> =>
        runUntil(clock, () => {
          frame();
          return condition();
        });
      return {
        server,
        join: () => server.createClient(),
        until,
        async quiet(frame) {
          let rounds = 0;
          await until(() => ++rounds > 100, frame);
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  });
}

const random = new SeededRandom(5);
describeContract("MemoryMultiplayerPeer", {});
describeContract("MemoryMultiplayerPeer, slow", { latencyMs: () => random.below(20) });

describe("MemoryMultiplayerPeer", () => {
  test("a client has no clients", () => {
    const client = MemoryMultiplayerPeer.createServer({ clock: new VirtualClock() }).createClient();
    expect(usageErrorOf(() => client.createClient())).toBe("ERR_UNAVAILABLE");
  });

  test("ids are those given, then counted", () => {
    const clock = new VirtualClock();
    const server = MemoryMultiplayerPeer.createServer({ clock, ids: [77, 0x7fffffff] });
    const clients = [1, 2, 3].map(() => server.createClient());
    clock.runTurns();
    server.poll();
    clock.runTurns();
    for (const client of clients) client.poll();
    expect(clients.map((client) => client.uniqueId)).toEqual([77, 0x7fffffff, 2]);
  });

  test("nothing overtakes, however long it takes", () => {
    const clock = new VirtualClock();
    const delays = [5, 100, 1];
    const server = MemoryMultiplayerPeer.createServer({ clock, latencyMs: () => delays.shift() ?? 0 });
    const client = server.createClient();
    clock.advance(5);
    server.poll();
    server.targetPeer = 0;
    server.putPacket(Uint8Array.of(1));
    clock.advance(99);
    client.poll();
    expect(client.uniqueId).toBe(0);
    clock.advance(1);
    client.poll();
    expect([client.uniqueId, client.availablePacketCount]).toEqual([2, 1]);
  });

  test("a client that closes before it knows of its admission is gone", () => {
    const clock = new VirtualClock();
    const server = MemoryMultiplayerPeer.createServer({ clock });
    const log: string[] = [];
    server.peerConnected.connect((id) => log.push(`+${id}`));
    server.peerDisconnected.connect((id) => log.push(`-${id}`));
    const client = server.createClient();
    clock.runTurns();
    server.poll();
    client.close();
    clock.runTurns();
    server.poll();
    expect([log, client.connectionStatus]).toEqual([["+2", "-2"], 0]);
  });

  test("works on the platform's clock", async () => {
    const server = MemoryMultiplayerPeer.createServer();
    server.whenReady = () => server.poll();
    const client = server.createClient();
    client.whenReady = () => client.poll();
    await client.peerConnected.next();
    expect([server.uniqueId, client.uniqueId]).toEqual([1, 2]);
  });
});
