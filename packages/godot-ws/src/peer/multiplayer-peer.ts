// Godot's MultiplayerPeer: the contract between a transport with numbered peers and the multiplayer API above it.

import type { Clock } from "../clock.ts";
import { Signal } from "../signal.ts";

/** Godot: MultiplayerPeer.ConnectionStatus. */
export type ConnectionStatus = 0 | 1 | 2;

/** Godot: MultiplayerPeer.TransferMode. */
export type TransferMode = 0 | 1 | 2;

export const disconnected = 0;
export const connecting = 1;
export const connected = 2;

export const serverId = 1;

/**
 * Peers with ids; the server is 1. Whoever uses one calls `poll()`, then fetches packets while there are any: `packetPeer`
 * names the sender of the next one. Godot: MultiplayerPeer.
 */
export abstract class MultiplayerPeer {
  /** Godot: MultiplayerPeer.ConnectionStatus. */
  static readonly ConnectionStatus = {
    DISCONNECTED: disconnected,
    CONNECTING: connecting,
    CONNECTED: connected,
  } as const;
  /** Godot: MultiplayerPeer.TransferMode. */
  static readonly TransferMode = { UNRELIABLE: 0, UNRELIABLE_ORDERED: 1, RELIABLE: 2 } as const;
  /** Godot: MultiplayerPeer.TARGET_PEER_BROADCAST. */
  static readonly TARGET_PEER_BROADCAST = 0;
  /** Godot: MultiplayerPeer.TARGET_PEER_SERVER. */
  static readonly TARGET_PEER_SERVER = serverId;

  /** A peer is there; on a client, 1 is the server. */
  readonly peerConnected = new Signal<[id: number]>();
  /** A peer is gone, and every packet of its has been fetched. */
  readonly peerDisconnected = new Signal<[id: number]>();

  /** Stored for Godot's sake; WebSocket delivers everything reliably and in order. */
  transferMode: TransferMode = MultiplayerPeer.TransferMode.RELIABLE;
  /** Stored for Godot's sake, as `transferMode`. */
  transferChannel = 0;
  /** When true, nobody new is admitted. */
  refuseNewConnections = false;
  /** Whom `putPacket` is for: a peer, 0 for all, -n for all but n. Godot: MultiplayerPeer.set_target_peer. */
  targetPeer = 0;

  /** Told when there is something to poll. Set by whoever polls. */
  whenReady: () => void = () => {};

  /** Kept up to date by `poll()` and `close()`. Godot: MultiplayerPeer.get_connection_status. */
  abstract get connectionStatus(): ConnectionStatus;
  /** Our own id; 0 while there is none. */
  abstract get uniqueId(): number;
  /** May the layer above relay packets between clients? */
  abstract get isServerRelaySupported(): boolean;
  /** The time that this peer goes by, for those above it. */
  abstract get clock(): Clock;
  /** Packets to fetch now. */
  abstract get availablePacketCount(): number;
  /** The sender of the next packet; 0 when there is none. */
  abstract get packetPeer(): number;
  /** True when one more `poll()` would bring something: a packet, or a signal that waited for one to be fetched. */
  abstract get needsPoll(): boolean;

  /** Takes in what has come, and emits the signals that are due. Godot: MultiplayerPeer.poll. */
  abstract poll(): void;
  /** The next packet. Throws UsageError when there is none. */
  abstract getPacket(): Uint8Array;
  /** Sends to `targetPeer`. Throws UsageError when not connected or for an unknown peer, LimitError when it is full. */
  abstract putPacket(packet: Uint8Array): void;
  /**
   * Server: sends one packet to many, encoded once. Who cannot take it now is reported, not thrown; a packet that is
   * larger than all that may ever wait for a peer is a LimitError, once those who can take it have it.
   */
  abstract multicast(packet: Uint8Array, targets: Iterable<number>): void;
  /** Closes one connection; with `force` at once and without `peerDisconnected`. */
  abstract disconnectPeer(id: number, force?: boolean): void;
  /** Closes all connections; no signals follow. Godot: MultiplayerPeer.close. */
  abstract close(): void;

  /** Whether our own id is 1. */
  get isServer(): boolean {
    return this.uniqueId === serverId;
  }
}
