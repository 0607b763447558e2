// One session of games that hear each other: a multiplayer server of its own, in which we are peer 1 and relay.

import {
  MultiplayerPeer,
  SceneMultiplayer,
  Signal,
  WebSocketMultiplayerPeer,
  type WebSocketPeer,
} from "godot-ws";
import type { Logger } from "pino";

export interface RoomOptions {
  readonly maxPeers: number;
  readonly addressOf: AddressOf;
}

/** Who a peer is, as far as its address goes. */
export type AddressOf = (peer: WebSocketPeer) => string;

/** What the page and `/status` tell of a peer. */
export interface PeerStatus {
  readonly id: number;
  readonly seconds: number;
}

/** What the page and `/status` tell of a room. */
export interface RoomStatus {
  readonly name: string;
  readonly peers: readonly PeerStatus[];
  /** Packets forwarded from one peer to others, ever. */
  readonly relayedPackets: number;
}

const { TARGET_PEER_SERVER: serverId } = MultiplayerPeer;

/** One session of games that hear each other, in which the server is peer 1 and relays. */
export class Room {
  readonly name: string;
  /** The last peer has left. */
  readonly emptied = new Signal();
  readonly multiplayer = new SceneMultiplayer();
  readonly #transport: WebSocketMultiplayerPeer;
  readonly #joinedAt = new Map<number, number>();
  readonly #log: Logger;
  readonly #maxPeers: number;
  readonly #addressOf: AddressOf;

  constructor(name: string, { maxPeers, addressOf }: RoomOptions, log: Logger) {
    this.name = name;
    this.#maxPeers = maxPeers;
    this.#addressOf = addressOf;
    this.#log = log.child({ room: name });
    this.#transport = WebSocketMultiplayerPeer.createAcceptor({ maxPeers });
    this.multiplayer.multiplayerPeer = this.#transport;
    this.multiplayer.peerConnected.connect((id) => this.#peerJoined(id));
    this.multiplayer.peerDisconnected.connect((id) => this.#peerLeft(id));
    this.multiplayer.packetRejected.connect((id, fault) =>
      this.#log.warn({ peer: id }, `sent a packet that was dropped: ${fault}`),
    );
    this.#transport.peerOverflowed.connect((id) =>
      this.#log.warn({ peer: id }, "reads too slowly, disconnecting"),
    );
  }

  /** Whether nobody else may come in. */
  get isFull(): boolean {
    return this.#transport.connectionCount >= this.#maxPeers;
  }

  /** Peers in it, the server not counted. */
  get peerCount(): number {
    return this.#joinedAt.size;
  }

  /** Makes an open connection a peer of this room. */
  join(socket: WebSocketPeer): void {
    this.#transport.acceptPeer(socket);
  }

  status(now: number): RoomStatus {
    const peers = [...this.#joinedAt].map(([id, at]) => ({ id, seconds: Math.floor((now - at) / 1000) }));
    return { name: this.name, peers, relayedPackets: this.multiplayer.relayedPacketCount };
  }

  /** Sends everybody a close frame with 1001 and waits until they are gone. */
  close(): Promise<void> {
    return this.#transport[Symbol.asyncDispose]();
  }

  #peerJoined(id: number): void {
    if (id === serverId) return;
    this.#joinedAt.set(id, performance.now());
    const socket = this.#transport.getPeer(id);
    const from = socket && this.#addressOf(socket);
    this.#log.info({ peer: id, from }, "joined");
  }

  #peerLeft(id: number): void {
    this.#joinedAt.delete(id);
    this.#log.info({ peer: id }, "left");
    if (this.#transport.connectionCount === 0) this.emptied.emit();
  }
}
