// A synchronizer of ours: who gets its state, and what is due to them in a pass. It must not know packets.

import type { StateItem } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { SessionVersion } from "./session-dialect.ts";
import type { SpawnedNode } from "./spawn-sender.ts";
import { type Mask, type StateFault, SyncedState } from "./synced-state.ts";
import type { Synchronizer } from "./synchronizer.ts";

/** The state of a source, or what has changed in it, as it goes into packets. */
export interface OwnedItem extends StateItem {
  readonly source: SyncSource;
}

/** Undefined when it cannot be sent. */
export interface MadeItem {
  readonly netId: number;
  readonly mask: Mask | undefined;
  readonly version: SessionVersion;
  readonly item: OwnedItem | undefined;
}

export type StateKind = "state" | "changes";

export class SyncSource {
  readonly synchronizer: Synchronizer;
  /** The spawned node of ours that it is in: who has not got it cannot be spoken to. */
  readonly spawned: SpawnedNode | undefined;
  readonly state: SyncedState;

  /** They know it by the net id of SPAWN; the others by the number of its path. */
  readonly listedAt = new Set<number>();
  /** They see it, and have not confirmed the number of its path. */
  readonly waiting = new Set<number>();
  /** They see it and know its id. */
  readonly audience = new Set<number>();
  netId = 0;
  /** The number of its path, and the path that it is for. */
  pathId = 0;
  path = "";

  /** Who has been sent what had changed, and the pass in which that was; `evenlyAt` comes before it. */
  readonly served = new Map<number, number>();
  /** Where it was the same pass for all of them: that pass. */
  evenlyAt: number | undefined;
  /** The pass in which all were. */
  #servedAllAt = 0;
  #nextSync = 0;
  #nextDelta = 0;

  // Of this pass: whether there is a state, what has changed for all alike, whether those served before are due, and items.
  hasState = false;
  mask: Mask | undefined;
  isDeltaDue = false;
  readonly made: MadeItem[] = [];
  /** What was last reported of states and of changes, so that it is reported once. */
  readonly faults = { state: "", changes: "" };

  constructor(synchronizer: Synchronizer, spawned: SpawnedNode | undefined) {
    this.synchronizer = synchronizer;
    this.spawned = spawned;
    this.state = new SyncedState(synchronizer);
  }

  /** Whether the peer was in the audience. */
  leave(peer: number): boolean {
    this.waiting.delete(peer);
    this.served.delete(peer);
    return this.audience.delete(peer);
  }

  beginPass(): void {
    this.made.length = 0;
    this.hasState = false;
    this.mask = undefined;
  }

  findState(now: number): void {
    if (!this.state.hasAlways || now < this.#nextSync) return;
    this.#nextSync = nextTime(this.#nextSync, this.synchronizer.replicationInterval, now);
    this.hasState = true;
  }

  /** True when it is not the same for all: some of the audience were last served in another pass, or never. */
  findChanges(now: number, pass: number, port: ReplicationPort): boolean {
    const { synchronizer, state, evenlyAt } = this;
    if (!state.hasWatched) return false;
    const isDue = now >= this.#nextDelta;
    const hasNew = this.served.size !== this.audience.size;
    this.isDeltaDue = isDue;
    // Whoever is new does not wait.
    if (!isDue && !hasNew) return false;
    if (isDue) this.#nextDelta = nextTime(this.#nextDelta, synchronizer.deltaInterval, now);
    const fault = state.watch(pass);
    if (fault !== undefined) this.report(port, "changes", fault);
    if (fault !== undefined || (state.lastChange <= this.#servedAllAt && !hasNew)) return false;
    if (isDue) this.#servedAllAt = pass;
    if (evenlyAt === undefined || hasNew) return true;
    const mask = state.maskSince(evenlyAt);
    if (!isEmpty(mask)) this.mask = mask;
    return false;
  }

  /** Once for each fault. */
  report(port: ReplicationPort, kind: StateKind, { reason, detail }: StateFault): void {
    const fault = `${reason}: ${detail}`;
    if (this.faults[kind] === fault) return;
    this.faults[kind] = fault;
    port.failed({ reason, path: this.synchronizer.path, detail });
  }
}

export function isEmpty([low, high]: Mask): boolean {
  return low === 0 && high === 0;
}

/** One interval after the last; from now on where that has long passed. */
function nextTime(last: number, seconds: number, now: number): number {
  const interval = seconds * 1000;
  return now - last < interval ? last + interval : now + interval;
}
