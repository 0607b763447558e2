// A room in memory: one server and any number of clients that join, talk and leave as chance has it, over connections
// that are slow and cut what is sent. Checks, at each event, that what is seen can be.

import { LimitError } from "../../src/errors.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import type { ByteStream } from "../../src/transport/stream.ts";
import {
  createVirtualEnvironment,
  type SeededRandom,
  type VirtualClock,
  type VirtualEnvironment,
} from "./virtual-environment.ts";

export interface RoomOptions {
  readonly seed: number;
  /** Clients there at most at a time. */
  readonly mostClients: number;
  /** Milliseconds that a piece may take. */
  readonly mostLatencyMs: number;
}

/** How a client left: `"orderly"` ways let everything sent before arrive. */
type Leave = "orderly" | "abrupt";

interface Sent {
  readonly to: ReadonlySet<number>;
  readonly sender: Guest;
}

/** Longer than all that may queue up in the slowest of connections takes. */
const longestSilenceMs = 300_000;

class Violation extends Error {}

function require(condition: boolean, what: string): void {
  if (!condition) throw new Violation(what);
}

/** Someone who takes part: the server, or a client. */
class Guest {
  readonly multiplayer: SceneMultiplayer;
  readonly transport: WebSocketMultiplayerPeer;
  /** Clients: our end of the connection. */
  readonly stream: ByteStream | undefined;
  /** Who is there, by the signals. */
  readonly view = new Set<number>();
  /** The last number that came from each. */
  readonly #heard = new Map<number, number>();
  /** The numbers that came. */
  readonly received = new Set<number>();
  id = 0;
  left: Leave | undefined;

  constructor(room: Room, transport: WebSocketMultiplayerPeer, stream?: ByteStream) {
    this.transport = transport;
    this.stream = stream;
    this.multiplayer = new SceneMultiplayer();
    this.multiplayer.peerConnected.connect((id) => {
      require(!this.view.has(id), `${this.id} hears twice that ${id} is there`);
      require(id !== this.id, `${id} hears of itself`);
      this.view.add(id);
      this.id = transport.uniqueId;
    });
    this.multiplayer.peerDisconnected.connect((id) => {
      require(this.view.delete(id), `${this.id} hears that ${id} is gone, which was not there`);
      this.#heard.delete(id);
    });
    this.multiplayer.serverDisconnected.connect(() => this.view.clear());
    this.multiplayer.peerPacket.connect((id, bytes) => this.#receive(room, id, bytes));
    this.multiplayer.packetRejected.connect((id, fault) => {
      // A peer that was kicked or has left may have been on its way to us, or we on ours to it.
      const harmless = fault === "unknown sender" || fault === "unknown relay target";
      require(harmless, `${this.id} rejects a packet of ${id}: ${fault}`);
    });
    this.multiplayer.multiplayerPeer = transport;
    if (transport.isServer) this.id = 1;
  }

  #receive(room: Room, from: number, bytes: Uint8Array): void {
    require(this.view.has(from), `${this.id} gets a packet of ${from}, which is not there`);
    const number = readNumber(bytes);
    const sent = room.sent.get(number);
    require(sent !== undefined, `${this.id} gets a packet that nobody has sent`);
    require(sent!.sender.id === from, `${this.id} gets a packet of ${sent!.sender.id} as from ${from}`);
    require(isWhole(bytes, number), `${this.id} gets packet ${number} with other octets`);
    require(sent!.to.has(this.id), `${this.id} gets packet ${number}, which was not for it`);
    const before = this.#heard.get(from) ?? -1;
    require(number > before, `${this.id} gets packet ${number} of ${from} after ${before}`);
    this.#heard.set(from, number);
    this.received.add(number);
  }
}

export class Room {
  /** Every packet by its number: for whom it may be. */
  readonly sent = new Map<number, Sent>();
  /** Who must get it, if they and the sender stay. */
  readonly #due: { number: number; sender: Guest; receiver: Guest }[] = [];
  readonly clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #env: VirtualEnvironment;
  readonly #options: RoomOptions;
  readonly #server: Guest;
  readonly #guests: Guest[] = [];
  readonly #byId = new Map<number, Guest>();
  #nextNumber = 0;
  joins = 0;
  deliveries = 0;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#env = createVirtualEnvironment(options.seed);
    this.clock = this.#env.clock;
    this.#random = this.#env.random;
    const transport = WebSocketMultiplayerPeer.createAcceptor({ environment: this.#env.environment });
    this.#server = new Guest(this, transport);
    this.#byId.set(1, this.#server);
  }

  get #present(): Guest[] {
    return this.#guests.filter((guest) => guest.left === undefined);
  }

  /** One thing that chance picks, and some time. */
  step(): void {
    const dice = this.#random.below(100);
    if (dice < 12) this.#join();
    else if (dice < 20) this.#leave();
    else this.#talk();
    this.clock.advance(this.#random.below(8));
    for (const guest of this.#guests) if (guest.id !== 0) this.#byId.set(guest.id, guest);
  }

  #join(): void {
    if (this.#present.length >= this.#options.mostClients) return;
    this.joins++;
    const { environment } = this.#env;
    const random = this.#random;
    const [near, far] = createMemoryPair(this.clock, {
      latencyMs: () => random.below(this.#options.mostLatencyMs + 1),
      pieceLength: (available) => (random.chance(70) ? available : 1 + random.below(available)),
    });
    const socket = new WebSocketPeer({
      environment,
      autoPoll: false,
      outboundBufferSize: 0,
      heartbeatInterval: longestSilenceMs / 1000,
    });
    socket.acceptStream(far);
    this.#server.transport.acceptPeer(socket);
    const client = WebSocketMultiplayerPeer.createClient("ws://room/", { environment, stream: near });
    this.#guests.push(new Guest(this, client, near));
  }

  #leave(): void {
    if (this.#present.length === 0) return;
    const guest = this.#random.pick(this.#present);
    const way = this.#random.below(5);
    guest.left = way < 2 ? "orderly" : "abrupt";
    if (way === 0) guest.transport.close();
    else if (way === 1 && guest.id !== 0) guest.transport.disconnectPeer(1);
    else if (way === 2 && this.#server.view.has(guest.id)) this.#server.multiplayer.disconnectPeer(guest.id);
    else if (way === 3 && guest.id !== 0) guest.transport.disconnectPeer(1, true);
    else guest.stream?.destroy();
    if (way === 1 && guest.id === 0) guest.left = "abrupt";
    if (way === 2) this.#server.view.delete(guest.id);
  }

  #talk(): void {
    const guest = this.#random.chance(15)
      ? this.#server
      : this.#random.pick([this.#server, ...this.#present]);
    const others = [...guest.view];
    if (guest.id === 0 || others.length === 0) return;
    const someone = this.#random.pick(others);
    const target = this.#random.pick([0, someone, -someone]);
    const number = this.#nextNumber++;
    const reached = others.filter((id) => (target > 0 ? id === target : id !== -target));
    // To all means also those whom the sender has not heard of yet.
    const to = target > 0 ? new Set([target]) : new Everybody(guest.id, -target);
    this.sent.set(number, { to, sender: guest });
    try {
      guest.multiplayer.sendBytes(makePacket(number, this.#random.below(2000)), target);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      this.sent.delete(number);
      return;
    }
    for (const id of reached) {
      const receiver = this.#byId.get(id);
      if (receiver !== undefined) this.#due.push({ number, sender: guest, receiver });
    }
  }

  /** Lets everything arrive, and checks what must hold then. */
  settle(): void {
    // Heartbeats go on for ever, so there is no waiting until nothing is left to do.
    this.clock.advance(2.5 * longestSilenceMs);
    const present = this.#present.map((guest) => guest.id).sort();
    require(!present.includes(0), "somebody was never admitted");
    require(new Set(present).size === present.length, "two have the same id");
    const same = (ids: Iterable<number>, expected: number[]): boolean =>
      `${[...ids].sort()}` === `${[...expected].sort()}`;
    for (const guest of [this.#server, ...this.#present]) {
      const others = [...(guest === this.#server ? [] : [1]), ...present.filter((id) => id !== guest.id)];
      require(same(
        guest.view,
        others,
      ), `${guest.id} thinks that ${[...guest.view]} are there, not ${others}`);
      require(same(guest.multiplayer.peers, others), `peers of ${guest.id} are ${guest.multiplayer.peers}`);
    }
    for (const { number, sender, receiver } of this.#due) {
      if (sender.left === "abrupt" || receiver.left !== undefined) continue;
      require(receiver.received.has(number), `${receiver.id} has not got packet ${number} of ${sender.id}`);
      this.deliveries++;
    }
  }

  /** Everybody goes home; nothing may be left then. */
  close(): void {
    for (const guest of this.#present) {
      guest.left = "orderly";
      guest.transport.close();
    }
    this.clock.runUntilIdle();
    require(this.#server.view.size === 0, `the server thinks that ${[...this.#server.view]} are there`);
    require(this.#server.transport.connectionCount === 0, "the server has connections left");
    this.#server.transport.close();
    this.clock.runUntilIdle();
    require(this.clock.timerCount === 0, `${this.clock.timerCount} timers are left`);
    for (const guest of this.#guests) {
      require(guest.transport.connectionCount === 0, `${guest.id} has a connection left`);
      require(guest.transport.connectionStatus === 0, `${guest.id} thinks that it is connected`);
    }
  }
}

/** All but two. */
class Everybody extends Set<number> {
  readonly #sender: number;
  readonly #excluded: number;

  constructor(sender: number, excluded: number) {
    super();
    this.#sender = sender;
    this.#excluded = excluded;
  }

  override has(id: number): boolean {
    return id !== this.#sender && id !== this.#excluded;
  }
}

function makePacket(number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length);
  new DataView(bytes.buffer).setUint32(0, number);
  for (let i = 4; i < bytes.length; i++) bytes[i] = number + i;
  return bytes;
}

function readNumber(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
}

function isWhole(bytes: Uint8Array, number: number): boolean {
  for (let i = 4; i < bytes.length; i++) if (bytes[i] !== ((number + i) & 0xff)) return false;
  return true;
}
