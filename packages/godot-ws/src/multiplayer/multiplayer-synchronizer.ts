// Godot's MultiplayerSynchronizer, which brings replication into the tree that it enters.

import { Replication } from "./replication.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { ReplicationSettings } from "./replication-settings.ts";
import type { BringsReplication, ReplicationPart } from "./replication-slot.ts";
import { Synchronizer } from "./synchronizer.ts";

/** Godot: MultiplayerSynchronizer. */
export class MultiplayerSynchronizer extends Synchronizer implements BringsReplication {
  /** For `SceneMultiplayer`. */
  createReplication(port: ReplicationPort, settings: ReplicationSettings): ReplicationPart {
    return new Replication(port, settings);
  }
}
