// What a SceneMultiplayer can be told, and why it drops packets.

import type { PathFault } from "./path-exchange.ts";
import type { AnnouncePeer } from "./relay.ts";
import type { SessionVersion } from "./session-dialect.ts";
import type { SystemFault } from "./system-packets.ts";

/** Why a packet was not carried out. Godot prints an error in these cases, or nothing. */
export type PacketFault = "unknown sender" | "not authenticated" | SystemFault | PathFault;

/** Options of `SceneMultiplayer`. */
export interface SceneMultiplayerOptions {
  /** Announce clients to each other, and forward what they send each other. Default true. */
  serverRelay?: boolean;
  /** True (the default) for event style; false when a game loop calls `poll()`. */
  autoPoll?: boolean;
  /** The peers' version of Godot, default the latest; `setPeerVersion` says it of a single one. */
  version?: SessionVersion;
  /** Whether whole objects may be in arguments, as `GodotObject`. Default false. */
  allowObjectDecoding?: boolean;
  /** Server: whether a client is told of another one. Default: all of all, as Godot. */
  announcePeer?: AnnouncePeer;
  /** The names of the RPCs that the game's scripts have, so that a difference can be explained. */
  knownMethods?: readonly string[];
  /** How long a call waits for its node to be there. Default 5000; 0: not at all, as Godot. */
  heldCallTimeoutMs?: number;
  /** How many calls of one peer wait for their nodes at most. Default 256. */
  maxHeldCalls?: number;
  /** Octets of the calls of one peer that wait. Default 1 MiB. */
  maxHeldBytes?: number;
  /** How many nodes one peer may speak of. Default 65,536; of these 1,024 may not be there. */
  maxNodeIds?: number;
  /** With `autoPoll`: milliseconds between looks at what is to be replicated. Default 1000 / 60; a game loop polls. */
  replicationPassMs?: number;
  /** How many nodes one peer may have spawned here at a time. Default 65,536. */
  maxSpawnedNodes?: number;
}
