// Godot's MultiplayerSpawner, which brings replication into the tree that it enters.

import { Replication } from "./replication.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { ReplicationSettings } from "./replication-settings.ts";
import type { BringsReplication, ReplicationPart } from "./replication-slot.ts";
import { Spawner } from "./spawner.ts";

/** Godot: MultiplayerSpawner. */
export class MultiplayerSpawner extends Spawner implements BringsReplication {
  /** For `SceneMultiplayer`. */
  createReplication(port: ReplicationPort, settings: ReplicationSettings): ReplicationPart {
    return new Replication(port, settings);
  }
}
