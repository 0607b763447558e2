// What every MultiplayerPeer must do, whatever it sends its packets over.

import { describe, expect } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { contractTest, type Skips } from "./skips.ts";

/** A server, to which any number of clients can be joined. */
export interface MultiplayerSession extends AsyncDisposable {
  readonly server: MultiplayerPeer;
  join(): MultiplayerPeer;
  /** Lets what is under way happen until `condition` holds; calls `frame` all the while. */
  until(condition: () => boolean, frame: () => void): Promise<void>;
  /** Lets what is under way happen, for things that must not happen. */
  quiet(frame: () => void): Promise<void>;
}

export interface MultiplayerPeerCase {
  readonly name: string;
  open(): Promise<MultiplayerSession>;
  readonly skips?: Skips;
}

const { ConnectionStatus: Status, TARGET_PEER_BROADCAST, TARGET_PEER_SERVER } = MultiplayerPeer;

/** A peer in game-loop style, and what it has seen. */
class Player {
  readonly peer: MultiplayerPeer;
  /** `"+2"` came, `"-2"` went, `"2:text"` sent. */
  readonly log: string[] = [];

  constructor(peer: MultiplayerPeer) {
    this.peer = peer;
    peer.peerConnected.connect((id) => this.log.push(`+${id}`));
    peer.peerDisconnected.connect((id) => this.log.push(`-${id}`));
  }

  frame(): void {
    do {
      this.peer.poll();
      while (this.peer.availablePacketCount > 0) {
        const sender = this.peer.packetPeer;
        this.log.push(`${sender}:${Buffer.from(this.peer.getPacket()).toString("latin1")}`);
      }
    } while (this.peer.needsPoll);
  }

  send(text: string, target = 0): void {
    this.peer.targetPeer = target;
    this.peer.putPacket(Buffer.from(text, "latin1"));
  }

  /** What was seen since the last call. */
  news(): string[] {
    return this.log.splice(0);
  }

  get id(): number {
    return this.peer.uniqueId;
  }
}

class Table {
  readonly #session: MultiplayerSession;
  readonly server: Player;
  readonly players: Player[];

  constructor(session: MultiplayerSession) {
    this.#session = session;
    this.server = new Player(session.server);
    this.players = [this.server];
  }

  readonly #frame = (): void => {
    for (const player of this.players) player.frame();
  };

  until(condition: () => boolean): Promise<void> {
    return this.#session.until(condition, this.#frame);
  }

  quiet(): Promise<void> {
    return this.#session.quiet(this.#frame);
  }

  begin(): Player {
    const player = new Player(this.#session.join());
    this.players.push(player);
    return player;
  }

  async join(): Promise<Player> {
    const player = this.begin();
    await this.until(() => player.peer.connectionStatus === Status.CONNECTED);
    return player;
  }

  /** Joins so many, with the news of that read. */
  async joined(count: number): Promise<Player[]> {
    const clients: Player[] = [];
    for (let i = 0; i < count; i++) clients.push(await this.join());
    for (const player of this.players) player.news();
    return clients;
  }
}

function usageErrorOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error.code;
    throw error;
  }
  return undefined;
}

export function describeMultiplayerPeer({ name, open, skips }: MultiplayerPeerCase): void {
  const holds = (title: string, run: (table: Table) => Promise<void>): void =>
    contractTest(skips, title, async () => {
      await using session = await open();
      await run(new Table(session));
    });

  describe(`MultiplayerPeer: ${name}`, () => {
    holds("the server is 1 and connected at once, a client is nobody until it is admitted", async (table) => {
      const { server } = table;
      expect([server.id, server.peer.isServer, server.peer.connectionStatus]).toEqual([
        1,
        true,
        Status.CONNECTED,
      ]);
      const client = table.begin();
      expect([client.id, client.peer.isServer, client.peer.connectionStatus]).toEqual([
        0,
        false,
        Status.CONNECTING,
      ]);
      await table.until(() => client.peer.connectionStatus === Status.CONNECTED);
      expect(client.id).toBeGreaterThanOrEqual(2);
      expect(client.id).toBeLessThanOrEqual(0x7fffffff);
      expect(client.peer.isServer).toBe(false);
      expect([server.news(), client.news()]).toEqual([[`+${client.id}`], ["+1"]]);
    });

    holds("ids differ", async (table) => {
      const clients = await table.joined(20);
      expect(new Set(clients.map((client) => client.id)).size).toBe(20);
    });

    holds("clients do not hear of each other", async (table) => {
      const [first] = await table.joined(1);
      await table.joined(2);
      await table.quiet();
      expect(first!.news()).toEqual([]);
    });

    holds("packets come as they were sent, in order, with their sender", async (table) => {
      const { server } = table;
      const [client] = await table.joined(1);
      const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)).toString("latin1");
      const texts = ["a", all, "c", "x".repeat(5000), "d"];
      for (const text of texts) {
        server.send(text);
        client!.send(text);
      }
      await table.until(() => server.log.length === 5 && client!.log.length === 5);
      expect(server.news()).toEqual(texts.map((text) => `${client!.id}:${text}`));
      expect(client!.news()).toEqual(texts.map((text) => `1:${text}`));
    });

    holds("the sender may change its memory at once", async (table) => {
      const { server } = table;
      const [client] = await table.joined(1);
      const bytes = Buffer.from("before");
      server.peer.targetPeer = 0;
      server.peer.putPacket(bytes);
      client!.peer.putPacket(bytes);
      bytes.fill(0);
      await table.until(() => server.log.length === 1 && client!.log.length === 1);
      expect([server.news(), client!.news()]).toEqual([[`${client!.id}:before`], ["1:before"]]);
    });

    holds("a server's target is one, all, or all but one", async (table) => {
      const { server } = table;
      const clients = await table.joined(3);
      const [a, b, c] = clients.map((client) => client.id) as [number, number, number];
      server.send("to b", b);
      server.send("to all", TARGET_PEER_BROADCAST);
      server.send("not to a", -a);
      server.send("not to me", -1);
      server.peer.multicast(Buffer.from("to a and c, and a stranger"), [a, 1, c, 999]);
      await table.until(() => clients.every((client, i) => client.log.length === [3, 4, 4][i]));
      await table.quiet();
      expect(clients.map((client) => client.news())).toEqual([
        ["1:to all", "1:not to me", "1:to a and c, and a stranger"],
        ["1:to b", "1:to all", "1:not to a", "1:not to me"],
        ["1:to all", "1:not to a", "1:not to me", "1:to a and c, and a stranger"],
      ]);
      expect(server.news()).toEqual([]);
    });

    holds("a client's packets go to the server, whatever the target", async (table) => {
      const { server } = table;
      const [a, b] = await table.joined(2);
      for (const target of [0, TARGET_PEER_SERVER, b!.id, -1, -b!.id, 12345]) a!.send(`${target}`, target);
      await table.until(() => server.log.length === 6);
      await table.quiet();
      expect(b!.news()).toEqual([]);
      expect(server.news().every((entry) => entry.startsWith(`${a!.id}:`))).toBe(true);
    });

    holds("what cannot be done is a UsageError", async (table) => {
      const { server } = table;
      const early = table.begin();
      expect(usageErrorOf(() => early.send("too early"))).toBe("ERR_UNCONFIGURED");
      expect(usageErrorOf(() => early.peer.getPacket())).toBe("ERR_UNAVAILABLE");
      expect(early.peer.packetPeer).toBe(0);
      await table.until(() => early.id !== 0);
      expect(usageErrorOf(() => server.send("to nobody", 77))).toBe("ERR_INVALID_PARAMETER");
      expect(usageErrorOf(() => server.send("to myself", 1))).toBe("ERR_INVALID_PARAMETER");
      expect(usageErrorOf(() => server.peer.disconnectPeer(77))).toBe("ERR_INVALID_PARAMETER");
      expect(usageErrorOf(() => server.peer.getPacket())).toBe("ERR_UNAVAILABLE");
      server.peer.close();
      expect(usageErrorOf(() => server.send("too late"))).toBe("ERR_UNCONFIGURED");
    });

    holds("a client that closes is gone, behind its last packets", async (table) => {
      const { server } = table;
      const [a, b] = await table.joined(2);
      const id = a!.id;
      a!.send("last");
      a!.send("words");
      a!.peer.close();
      expect([a!.peer.connectionStatus, a!.id]).toEqual([Status.DISCONNECTED, 0]);
      await table.until(() => server.log.includes(`-${id}`));
      expect(server.news()).toEqual([`${id}:last`, `${id}:words`, `-${id}`]);
      await table.quiet();
      expect([a!.news(), b!.news()]).toEqual([[], []]);
      expect(usageErrorOf(() => server.send("to the dead", id))).toBe("ERR_INVALID_PARAMETER");
      server.send("to the living");
      await table.until(() => b!.log.length > 0);
    });

    holds("a server that closes is gone for all, behind its last packets", async (table) => {
      const { server } = table;
      const clients = await table.joined(2);
      server.send("last words");
      server.peer.close();
      expect([server.peer.connectionStatus, server.id]).toEqual([Status.DISCONNECTED, 0]);
      await table.until(() =>
        clients.every((client) => client.peer.connectionStatus === Status.DISCONNECTED),
      );
      for (const client of clients) expect([client.news(), client.id]).toEqual([["1:last words", "-1"], 0]);
      await table.quiet();
      expect(server.news()).toEqual([]);
    });

    holds("closing twice is closing", async (table) => {
      const [client] = await table.joined(1);
      for (const { peer } of [client!, table.server]) {
        peer.close();
        peer.close();
        peer.poll();
        expect([peer.availablePacketCount, peer.needsPoll]).toEqual([0, false]);
      }
    });

    holds("disconnectPeer ends one connection, and both sides hear of it", async (table) => {
      const { server } = table;
      const [a, b] = await table.joined(2);
      const id = a!.id;
      server.send("good-bye", id);
      server.peer.disconnectPeer(id);
      await table.until(() => server.log.length > 0 && a!.peer.connectionStatus === Status.DISCONNECTED);
      expect([server.news(), a!.news()]).toEqual([[`-${id}`], ["1:good-bye", "-1"]]);
      await table.quiet();
      expect(b!.news()).toEqual([]);
    });

    holds("disconnectPeer by the client is the same", async (table) => {
      const { server } = table;
      const [a] = await table.joined(1);
      const id = a!.id;
      a!.peer.disconnectPeer(1);
      await table.until(() => server.log.length > 0 && a!.log.length > 0);
      expect([server.news(), a!.news()]).toEqual([[`-${id}`], ["-1"]]);
      expect([a!.peer.connectionStatus, a!.id]).toEqual([Status.DISCONNECTED, 0]);
    });

    holds("disconnectPeer by force is at once, and unheard by who does it", async (table) => {
      const { server } = table;
      const [a, b] = await table.joined(2);
      const [aId, bId] = [a!.id, b!.id];
      server.peer.disconnectPeer(aId, true);
      expect(usageErrorOf(() => server.send("x", aId))).toBe("ERR_INVALID_PARAMETER");
      b!.peer.disconnectPeer(1, true);
      expect([b!.peer.connectionStatus, b!.id]).toEqual([Status.DISCONNECTED, 0]);
      await table.until(() => a!.peer.connectionStatus === Status.DISCONNECTED && server.log.length > 0);
      await table.quiet();
      expect([a!.news(), b!.news(), server.news()]).toEqual([["-1"], [], [`-${bId}`]]);
    });

    holds("a server that refuses new connections keeps those it has", async (table) => {
      const { server } = table;
      const [old] = await table.joined(1);
      server.peer.refuseNewConnections = true;
      const late = table.begin();
      await table.until(() => late.peer.connectionStatus === Status.DISCONNECTED);
      expect([late.news(), late.id, server.news()]).toEqual([[], 0, []]);
      old!.send("still here");
      await table.until(() => server.log.length === 1);
      server.peer.refuseNewConnections = false;
      const later = await table.join();
      expect(later.news()).toEqual(["+1"]);
    });

    holds("whenReady tells when there is something to poll", async (table) => {
      const { server } = table;
      const [client] = await table.joined(1);
      let told = 0;
      server.peer.whenReady = () => told++;
      await table.quiet();
      const before = told;
      client!.send("x");
      await table.until(() => told > before);
      await table.until(() => server.log.length === 1);
      expect(server.peer.needsPoll).toBe(false);
    });

    holds("a slot may send, disconnect and close", async (table) => {
      const { server } = table;
      server.peer.peerConnected.connect((id) => server.send(`welcome ${id}`, id));
      const [a, b] = [await table.join(), await table.join()];
      await table.until(() => a.log.length === 2 && b.log.length === 2);
      expect(a.news()).toEqual(["+1", `1:welcome ${a.id}`]);
      server.peer.peerConnected.connect((id) => server.peer.disconnectPeer(id), { once: true });
      const c = table.begin();
      await table.until(() => c.log.includes("-1") && server.log.some((entry) => entry.startsWith("-")));
      server.news();
      server.peer.peerDisconnected.connect(() => server.peer.close(), { once: true });
      const id = a.id;
      a.peer.close();
      await table.until(() => b.peer.connectionStatus === Status.DISCONNECTED);
      expect(server.news()).toEqual([`-${id}`]);
    });
  });
}
