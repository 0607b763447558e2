// A server and its clients in one program: packets go through memory. For tests, and for a local player of a game whose
// server is in the same program. It must not know bytes on any wire.

import { environment } from "#platform";
import type { Clock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import {
  type ConnectionStatus,
  connected,
  connecting,
  disconnected,
  MultiplayerPeer,
  serverId,
} from "./multiplayer-peer.ts";
import { PacketQueue } from "./packet-queue.ts";

/** Options of `MemoryMultiplayerPeer.createServer`. */
export interface MemoryServerOptions {
  /** Default: the platform's. */
  clock?: Clock;
  /** Milliseconds that everything takes on its way, chosen anew each time; order is kept. Default: none. */
  latencyMs?: () => number;
  /** Ids of the clients, in order; beyond these, and by default, 2, 3, 4 … */
  ids?: Iterable<number>;
}

interface Arrival {
  readonly from: number;
  /** Undefined when something is to happen instead of a packet to be fetched. */
  readonly bytes: Uint8Array | undefined;
  readonly happen: () => void;
}

const nothing = (): void => {};

/** What is between one client and the server. */
class Link {
  readonly clock: Clock;
  readonly #latencyMs: () => number;
  // To the server, and to the client.
  readonly #ways = [createWay(), createWay()] as const;

  constructor(clock: Clock, latencyMs: () => number) {
    this.clock = clock;
    this.#latencyMs = latencyMs;
  }

  carry(direction: 0 | 1, arrive: () => void): void {
    const way = this.#ways[direction];
    const now = this.clock.now();
    way.lastArrival = Math.max(now + this.#latencyMs(), way.lastArrival);
    way.underWay.push(arrive);
    // Nothing overtakes, whatever timers do: each lets the next in line arrive.
    const next = (): void => way.underWay.shift()?.();
    if (way.lastArrival > now) this.clock.setTimer(next, way.lastArrival - now);
    else this.clock.endOfTurn(next);
  }
}

function createWay(): { underWay: (() => void)[]; lastArrival: number } {
  return { underWay: [], lastArrival: 0 };
}

/** Made by `createServer`, and by a server's `createClient`. */
export class MemoryMultiplayerPeer extends MultiplayerPeer {
  readonly clock: Clock;
  readonly isServerRelaySupported = true;

  readonly #options: MemoryServerOptions;
  readonly #isServerPeer: boolean;
  readonly #ids: Iterator<number> | undefined;
  // By id, the server by 1.
  readonly #others = new Map<number, { peer: MemoryMultiplayerPeer; link: Link }>();
  // On a client: where it is connecting to or connected.
  #home: { peer: MemoryMultiplayerPeer; link: Link } | undefined;
  // What has come: packets, and things to happen between them, in order.
  readonly #incoming: Arrival[] = [];
  readonly #inbox = new PacketQueue<Arrival & { bytes: Uint8Array }>();
  #status: ConnectionStatus;
  #uniqueId: number;
  #lastId = 1;

  private constructor(isServer: boolean, clock: Clock, options: MemoryServerOptions) {
    super();
    this.clock = clock;
    this.#options = options;
    this.#isServerPeer = isServer;
    this.#ids = options.ids?.[Symbol.iterator]();
    this.#status = isServer ? connected : connecting;
    this.#uniqueId = isServer ? serverId : 0;
  }

  static createServer(options: MemoryServerOptions = {}): MemoryMultiplayerPeer {
    return new MemoryMultiplayerPeer(true, options.clock ?? environment.clock, options);
  }

  /** A client of this server. It is connected once both have been polled. */
  createClient(): MemoryMultiplayerPeer {
    if (!this.#isServerPeer) throw new UsageError("ERR_UNAVAILABLE", "a client has no clients");
    const client = new MemoryMultiplayerPeer(false, this.clock, {});
    const link = new Link(this.clock, this.#options.latencyMs ?? (() => 0));
    client.#home = { peer: this, link };
    link.carry(0, () => this.#take({ from: 0, bytes: undefined, happen: () => this.#admit(client, link) }));
    return client;
  }

  get connectionStatus(): ConnectionStatus {
    return this.#status;
  }

  get uniqueId(): number {
    return this.#uniqueId;
  }

  get availablePacketCount(): number {
    return this.#inbox.length;
  }

  get packetPeer(): number {
    return this.#inbox.peek()?.from ?? 0;
  }

  get needsPoll(): boolean {
    // What is behind unread packets waits for them.
    return this.#incoming.length > 0 && this.#inbox.length === 0;
  }

  poll(): void {
    while (this.#incoming.length > 0) {
      const [event] = this.#incoming as [Arrival];
      if (event.bytes === undefined && this.#inbox.length > 0) return;
      this.#incoming.shift();
      if (event.bytes === undefined) event.happen();
      else this.#inbox.push({ ...event, bytes: event.bytes });
    }
  }

  #take(event: Arrival): void {
    if (this.#status === disconnected) return;
    this.#incoming.push(event);
    this.whenReady();
  }

  #happen(happen: () => void): void {
    this.#take({ from: 0, bytes: undefined, happen });
  }

  // ---- coming and going ----

  #admit(client: MemoryMultiplayerPeer, link: Link): void {
    if (this.#status !== connected || client.#status !== connecting) return;
    if (this.refuseNewConnections) return link.carry(1, () => client.#happen(() => client.#end()));
    const id = this.#nextId();
    this.#others.set(id, { peer: client, link });
    link.carry(1, () => client.#happen(() => client.#begin(id)));
    this.peerConnected.emit(id);
  }

  #nextId(): number {
    const next = this.#ids?.next();
    return next !== undefined && next.done !== true ? next.value : ++this.#lastId;
  }

  #begin(id: number): void {
    if (this.#home === undefined) return;
    this.#uniqueId = id;
    this.#status = connected;
    this.#others.set(serverId, this.#home);
    this.peerConnected.emit(serverId);
  }

  /** On a client: it is over. */
  #end(isHeard = true): void {
    const wasConnected = this.#others.delete(serverId);
    this.#home = undefined;
    this.#status = disconnected;
    this.#uniqueId = 0;
    if (wasConnected && isHeard) this.peerDisconnected.emit(serverId);
  }

  disconnectPeer(id: number, force = false): void {
    const { peer, link } = this.#mustFind(id);
    if (this.#isServerPeer) {
      link.carry(1, () => peer.#happen(() => peer.#end()));
      if (force) this.#others.delete(id);
      else this.#happen(() => this.#lose(id));
      return;
    }
    link.carry(0, () => peer.#happen(() => peer.#loseClient(this)));
    if (force) this.#silence();
    else this.#happen(() => this.#end());
  }

  #lose(id: number): void {
    if (this.#others.delete(id)) this.peerDisconnected.emit(id);
  }

  // It may not know its id yet.
  #loseClient(client: MemoryMultiplayerPeer): void {
    for (const [id, { peer }] of this.#others) if (peer === client) this.#lose(id);
  }

  close(): void {
    if (this.#status === disconnected) return;
    if (this.#isServerPeer) {
      for (const { peer, link } of this.#others.values())
        link.carry(1, () => peer.#happen(() => peer.#end()));
    } else if (this.#home !== undefined) {
      const { peer, link } = this.#home;
      link.carry(0, () => peer.#happen(() => peer.#loseClient(this)));
    }
    this.#silence();
  }

  #silence(): void {
    this.#others.clear();
    this.#home = undefined;
    this.#incoming.length = 0;
    this.#inbox.clear();
    this.#status = disconnected;
    this.#uniqueId = 0;
    this.whenReady();
  }

  #mustFind(id: number): { peer: MemoryMultiplayerPeer; link: Link } {
    const other = this.#others.get(id);
    if (other === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
    return other;
  }

  // ---- packets ----

  getPacket(): Uint8Array {
    const item = this.#inbox.shift();
    if (item === undefined) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    return item.bytes;
  }

  putPacket(packet: Uint8Array): void {
    if (this.#status !== connected) throw new UsageError("ERR_UNCONFIGURED", "not connected");
    const target = this.#isServerPeer ? this.targetPeer : serverId;
    if (target > 0) this.#deliver(packet, this.#mustFind(target));
    else
      this.multicast(
        packet,
        [...this.#others.keys()].filter((id) => id !== -target),
      );
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    for (const id of targets) {
      const other = this.#others.get(id);
      if (other !== undefined) this.#deliver(packet, other);
    }
  }

  #deliver(packet: Uint8Array, { peer, link }: { peer: MemoryMultiplayerPeer; link: Link }): void {
    const from = this.#uniqueId;
    // Each receiver's own: it may change what it gets, as the sender may what it gave.
    const bytes = new Uint8Array(packet);
    link.carry(this.#isServerPeer ? 1 : 0, () => {
      if (peer.#status !== disconnected) peer.#take({ from, bytes, happen: nothing });
    });
  }
}
