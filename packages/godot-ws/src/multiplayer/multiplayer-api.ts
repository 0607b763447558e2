// Godot's MultiplayerAPI: what a node sees of the multiplayer API that it belongs to. It must not know nodes, nor how
// calls travel.

import type { MultiplayerPeer } from "../peer/multiplayer-peer.ts";
import { Signal } from "../signal.ts";

/** Godot: MultiplayerAPI. The one there is is `SceneMultiplayer`. */
export abstract class MultiplayerAPI {
  /** Godot: MultiplayerAPI.RPCMode. */
  static readonly RPCMode = { DISABLED: 0, ANY_PEER: 1, AUTHORITY: 2 } as const;

  /** A peer was admitted; on a client other clients too. Godot: MultiplayerAPI.peer_connected. */
  readonly peerConnected = new Signal<[id: number]>();
  /** Godot: MultiplayerAPI.peer_disconnected. */
  readonly peerDisconnected = new Signal<[id: number]>();
  /** Client: the server has admitted us. Godot: MultiplayerAPI.connected_to_server. */
  readonly connectedToServer = new Signal();
  /** Client: the attempt failed. Godot: MultiplayerAPI.connection_failed. */
  readonly connectionFailed = new Signal();
  /** Client: the connection was lost. Godot: MultiplayerAPI.server_disconnected. */
  readonly serverDisconnected = new Signal();

  /** The transport, an `OfflineMultiplayerPeer` from the start. Godot: MultiplayerAPI.multiplayer_peer. */
  abstract get multiplayerPeer(): MultiplayerPeer | undefined;
  abstract set multiplayerPeer(transport: MultiplayerPeer | undefined);

  /** Our own id, 0 without a transport. Godot: MultiplayerAPI.get_unique_id. */
  abstract get uniqueId(): number;
  /** Ids of the admitted peers. Godot: MultiplayerAPI.get_peers. */
  abstract get peers(): number[];
  /**
   * Who called, while a call is being carried out, our own id for a local call; 0 otherwise, so an async method has to
   * read it before its first `await`. Godot: MultiplayerAPI.get_remote_sender_id.
   */
  abstract get remoteSenderId(): number;

  /** Godot: MultiplayerAPI.poll. */
  abstract poll(): void;
  /**
   * Calls `method` of the same node at `peer`, at all (0), or at all but one (-id). `method` is the TypeScript name or
   * the one on the wire. Godot: MultiplayerAPI.rpc.
   */
  abstract rpc(peer: number, node: object, method: string, args?: readonly unknown[]): void;

  /** Godot: MultiplayerAPI.has_multiplayer_peer. */
  get hasMultiplayerPeer(): boolean {
    return this.multiplayerPeer !== undefined;
  }

  /** Godot: MultiplayerAPI.is_server. */
  get isServer(): boolean {
    return this.uniqueId === 1;
  }
}
