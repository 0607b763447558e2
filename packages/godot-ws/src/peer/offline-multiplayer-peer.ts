// Godot's OfflineMultiplayerPeer: a server without clients, so that a game of one player runs the same code.

import { environment } from "#platform";
import type { Clock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { type ConnectionStatus, connected, MultiplayerPeer, serverId } from "./multiplayer-peer.ts";

/** Connected, id 1, no peers; what is sent vanishes. Godot: OfflineMultiplayerPeer. */
export class OfflineMultiplayerPeer extends MultiplayerPeer {
  readonly connectionStatus: ConnectionStatus = connected;
  readonly uniqueId = serverId;
  readonly isServerRelaySupported = false;
  readonly availablePacketCount = 0;
  readonly packetPeer = 0;
  readonly needsPoll = false;
  readonly clock: Clock;

  /** `clock` is for tests. */
  constructor(clock: Clock = environment.clock) {
    super();
    this.clock = clock;
  }

  poll(): void {}
  putPacket(): void {}
  multicast(): void {}
  disconnectPeer(): void {}
  close(): void {}

  getPacket(): Uint8Array {
    throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
  }
}
