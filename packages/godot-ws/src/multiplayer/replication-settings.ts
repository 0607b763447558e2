// How much and how often is replicated. Knows no nodes.

import { UsageError } from "../errors.ts";
import type { SceneMultiplayerOptions } from "./multiplayer-options.ts";

/** Godot's smallest. */
const smallestPacketSize = 128;

export class ReplicationSettings {
  /** Nodes that one peer may have spawned here at a time. */
  readonly maxSpawnedNodes: number;
  /** Milliseconds between passes; undefined: at each poll. */
  readonly passMs: number | undefined;
  #maxSyncPacketSize = 1350;
  #maxDeltaPacketSize = 65_535;

  constructor({
    autoPoll = true,
    replicationPassMs = 1000 / 60,
    maxSpawnedNodes = 65_536,
  }: SceneMultiplayerOptions) {
    if (!(replicationPassMs > 0))
      throw new UsageError("ERR_INVALID_PARAMETER", `replicationPassMs cannot be ${replicationPassMs}`);
    this.passMs = autoPoll ? replicationPassMs : undefined;
    this.maxSpawnedNodes = maxSpawnedNodes;
  }

  /** Octets. */
  get maxSyncPacketSize(): number {
    return this.#maxSyncPacketSize;
  }

  set maxSyncPacketSize(octets: number) {
    this.#maxSyncPacketSize = checkSize(octets);
  }

  /** Octets. */
  get maxDeltaPacketSize(): number {
    return this.#maxDeltaPacketSize;
  }

  set maxDeltaPacketSize(octets: number) {
    this.#maxDeltaPacketSize = checkSize(octets);
  }
}

function checkSize(octets: number): number {
  if (octets >= smallestPacketSize) return octets;
  throw new UsageError(
    "ERR_PARAMETER_RANGE_ERROR",
    `a packet size is at least ${smallestPacketSize}, not ${octets}`,
  );
}
