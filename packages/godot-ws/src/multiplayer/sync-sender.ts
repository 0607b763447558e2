// The states of the synchronizers that are ours, sent at each pass to the peers that see them: encoded once, and in one
// packet for all peers that get the same (wire: SYNC). It must not know how nodes are spawned.

import { GodotWsError } from "../errors.ts";
import { encodeStates, pathNetId, type StateItem } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import { type SessionVersion, sessionDialectOf } from "./session-dialect.ts";
import type { SpawnedNode } from "./spawn-sender.ts";
import { type StateFault, SyncedState } from "./synced-state.ts";
import { MultiplayerSynchronizer } from "./synchronizer.ts";

export interface SyncSenderPort extends ReplicationPort {
  /** The spawned node of ours that the synchronizer is in: who has not got it cannot be spoken to. */
  spawnedAround(synchronizer: MultiplayerSynchronizer): SpawnedNode | undefined;
  /** What SPAWN has called it. */
  netIdOf(synchronizer: MultiplayerSynchronizer): number;
}

/** In octets; may change. */
export interface PacketLimits {
  readonly maxSyncPacketSize: number;
  readonly maxDeltaPacketSize: number;
}

/** A synchronizer of ours, and who gets its state how. */
interface Source {
  readonly synchronizer: MultiplayerSynchronizer;
  readonly state: SyncedState;
  /** The spawned node of ours that it is in. */
  readonly spawned: SpawnedNode | undefined;
  /** They know it by the net id of SPAWN; the others by the number of its path. */
  readonly listedAt: Set<number>;
  /** They see it, and have not confirmed the number of its path. */
  readonly waiting: Set<number>;
  /** They see it and know its id. */
  readonly audience: Set<number>;
  /** The pass in which each was last sent what had changed. */
  readonly served: Map<number, number>;
  /** The pass in which all were. */
  servedAllAt: number;
  /** The number of its path, and the path that it is for. */
  pathId: number;
  path: string;
  nextSync: number;
  nextDelta: number;
  /** What was last reported of states and of changes, so that it is reported once. */
  faults: { state: string; changes: string };
}

interface OwnedItem extends StateItem {
  readonly source: Source;
}

/** Peers that get the same. */
interface Group {
  readonly version: SessionVersion;
  readonly peers: readonly number[];
  readonly items: OwnedItem[];
}

type ItemFor = (peer: number, version: SessionVersion) => OwnedItem | undefined;

const { VISIBILITY_PROCESS_NONE } = MultiplayerSynchronizer.VisibilityUpdateMode;

export class SyncSender {
  readonly #port: SyncSenderPort;
  readonly #limits: PacketLimits;
  readonly #sources = new Map<MultiplayerSynchronizer, Source>();
  readonly #bySpawned = new Map<SpawnedNode, Set<Source>>();
  #pass = 0;
  #stamp = 0;

  constructor(port: SyncSenderPort, limits: PacketLimits) {
    this.#port = port;
    this.#limits = limits;
  }

  get hasSources(): boolean {
    return this.#sources.size > 0;
  }

  get synchronizers(): MultiplayerSynchronizer[] {
    return [...this.#sources.keys()];
  }

  stateOf(synchronizer: MultiplayerSynchronizer): SyncedState {
    return this.#sources.get(synchronizer)?.state ?? new SyncedState(synchronizer);
  }

  // ---- whose states ----

  add(synchronizer: MultiplayerSynchronizer): void {
    if (this.#sources.has(synchronizer)) return;
    const spawned = this.#port.spawnedAround(synchronizer);
    const source: Source = {
      synchronizer,
      spawned,
      state: new SyncedState(synchronizer),
      listedAt: new Set(),
      waiting: new Set(),
      audience: new Set(),
      served: new Map(),
      servedAllAt: 0,
      pathId: 0,
      path: "",
      nextSync: 0,
      nextDelta: 0,
      faults: { state: "", changes: "" },
    };
    this.#sources.set(synchronizer, source);
    if (spawned !== undefined) {
      const others = this.#bySpawned.get(spawned) ?? new Set();
      this.#bySpawned.set(spawned, others.add(source));
    }
    this.updateVisibility(synchronizer, 0);
  }

  remove(synchronizer: MultiplayerSynchronizer): void {
    const source = this.#sources.get(synchronizer);
    if (source === undefined) return;
    this.#sources.delete(synchronizer);
    const { spawned } = source;
    const others = spawned && this.#bySpawned.get(spawned);
    others?.delete(source);
    if (spawned !== undefined && others?.size === 0) this.#bySpawned.delete(spawned);
  }

  peerAdded(peer: number): void {
    for (const source of this.#sources.values()) this.#updatePeer(source, peer);
  }

  peerRemoved(peer: number): void {
    for (const source of this.#sources.values()) {
      source.listedAt.delete(peer);
      source.waiting.delete(peer);
      leave(source, peer);
    }
  }

  clear(): void {
    this.#sources.clear();
    this.#bySpawned.clear();
    this.#pass = 0;
    this.#stamp = 0;
  }

  /** SPAWN has told the peers its net id. */
  listed(synchronizer: MultiplayerSynchronizer, peers: readonly number[]): void {
    const source = this.#sources.get(synchronizer);
    for (const peer of peers) source?.listedAt.add(peer);
  }

  /** A peer has got, or lost, the node that these are in. */
  spawnChanged(spawned: SpawnedNode, peer: number, isThere: boolean): void {
    for (const source of this.#bySpawned.get(spawned) ?? []) {
      if (!isThere) source.listedAt.delete(peer);
      this.#updatePeer(source, peer);
    }
  }

  updateVisibility(synchronizer: MultiplayerSynchronizer, peer: number): void {
    const source = this.#sources.get(synchronizer);
    if (source === undefined) return;
    for (const id of peer === 0 ? this.#port.peers : [peer]) this.#updatePeer(source, id);
  }

  #updatePeer(source: Source, peer: number): void {
    const { synchronizer, spawned, listedAt, waiting, audience } = source;
    const isReached = this.#port.peers.has(peer) && (spawned === undefined || spawned.peers.has(peer));
    if (!isReached || !synchronizer.isVisibleTo(peer)) {
      waiting.delete(peer);
      leave(source, peer);
    } else if (listedAt.has(peer)) {
      waiting.delete(peer);
      audience.add(peer);
    } else if (!audience.has(peer)) {
      waiting.add(peer);
    }
  }

  // ---- a pass ----

  /** Sends what is due. Godot: SceneReplicationInterface::on_network_process. */
  sendDue(): void {
    this.#pass++;
    const { peers } = this.#port;
    if (peers.size === 0 || this.#sources.size === 0) return;
    const now = this.#port.now();
    const syncGroups = this.#createGroups();
    const deltaGroups = syncGroups.filter(({ version }) => sessionDialectOf(version).hasDeltas);
    const deltas = deltaGroups.map((group) => ({ ...group, items: [] }));
    let syncs: Group[] = syncGroups;
    let changes: Group[] = deltas;
    for (const source of this.#sources.values()) {
      if (source.synchronizer.rootNode === undefined) continue;
      this.#askPaths(source);
      if (source.audience.size === 0) continue;
      syncs = this.#addState(syncs, source, now);
      changes = this.#addChanges(changes, source, now);
    }
    // It goes on only when something is sent: Godot refuses a state whose stamp is far ahead as an old one.
    if (syncs.some(({ items }) => items.length > 0)) this.#stamp = (this.#stamp + 1) & 0xffff;
    this.#send(syncs, this.#stamp);
    this.#send(changes, undefined);
  }

  /** Those whose filters are to be asked again at each pass. */
  *filtered(): Iterable<MultiplayerSynchronizer> {
    for (const synchronizer of this.#sources.keys()) {
      if (synchronizer.hasVisibilityFilters && synchronizer.visibilityUpdateMode !== VISIBILITY_PROCESS_NONE)
        yield synchronizer;
    }
  }

  #createGroups(): Group[] {
    const byVersion = new Map<SessionVersion, number[]>();
    for (const peer of this.#port.peers) {
      const version = this.#port.versionOf(peer);
      const members = byVersion.get(version);
      if (members === undefined) byVersion.set(version, [peer]);
      else members.push(peer);
    }
    return [...byVersion].map(([version, peers]) => ({ version, peers, items: [] }));
  }

  /** Those who know no net id are told the number of the path, and are in once they have confirmed it. */
  #askPaths(source: Source): void {
    const { synchronizer, waiting, audience, listedAt, path } = source;
    if (path !== "" && path !== synchronizer.path) {
      // It has moved: its number is for where it was.
      for (const peer of [...audience]) {
        if (listedAt.has(peer)) continue;
        leave(source, peer);
        waiting.add(peer);
      }
      source.path = "";
    }
    if (waiting.size === 0) return;
    try {
      const { entry, confirmed } = this.#port.announce(synchronizer, [...waiting]);
      source.pathId = entry.id;
      source.path = synchronizer.path;
      for (const peer of confirmed) {
        waiting.delete(peer);
        audience.add(peer);
      }
    } catch (error) {
      this.#report(source, "state", faultOf(error));
    }
  }

  #addState(groups: Group[], source: Source, now: number): Group[] {
    const { synchronizer, state } = source;
    if (!state.hasAlways || now < source.nextSync) return groups;
    source.nextSync = nextTime(source.nextSync, synchronizer.replicationInterval, now);
    const make = (netId: number, version: SessionVersion): OwnedItem | undefined =>
      this.#makeItem(source, netId, undefined, state.alwaysState(version), this.#limits.maxSyncPacketSize);
    return this.#addToAll(groups, source, make);
  }

  #addChanges(groups: Group[], source: Source, now: number): Group[] {
    const { synchronizer, state, served, audience } = source;
    if (!state.hasWatched || groups.length === 0) return groups;
    const isDue = now >= source.nextDelta;
    // Whoever is new does not wait.
    if (!isDue && served.size === audience.size) return groups;
    if (isDue) source.nextDelta = nextTime(source.nextDelta, synchronizer.deltaInterval, now);
    const fault = state.watch(this.#pass);
    if (fault !== undefined) {
      this.#report(source, "changes", fault);
      return groups;
    }
    if (state.lastChange <= source.servedAllAt && served.size === audience.size) return groups;
    if (isDue) source.servedAllAt = this.#pass;
    const items = new Map<string, OwnedItem | undefined>();
    return this.#split(groups, (peer, version) => {
      if (!audience.has(peer) || (!isDue && served.has(peer))) return undefined;
      const netId = this.#idFor(source, peer);
      const mask = state.maskSince(served.get(peer));
      const isNothing = mask[0] === 0 && mask[1] === 0;
      const key = `${netId} ${mask} ${version}`;
      if (!isNothing && !items.has(key)) {
        const bytes = state.deltaState(mask, version);
        items.set(key, this.#makeItem(source, netId, mask, bytes, this.#limits.maxDeltaPacketSize));
      }
      const item = items.get(key);
      // What cannot be sent now goes with what changes next.
      if (isNothing || item !== undefined) served.set(peer, this.#pass);
      return item;
    });
  }

  #makeItem(
    source: Source,
    netId: number,
    mask: readonly [number, number] | undefined,
    state: Uint8Array | StateFault,
    limit: number,
  ): OwnedItem | undefined {
    const kind = mask === undefined ? "state" : "changes";
    if ("reason" in state) {
      this.#report(source, kind, state);
      return undefined;
    }
    if (state.length > limit) {
      const detail = `its state has more than ${limit} octets`;
      this.#report(source, kind, { reason: "too large", detail });
      return undefined;
    }
    return { netId, mask, state, source };
  }

  #idFor({ listedAt, synchronizer, pathId }: Source, peer: number): number {
    return listedAt.has(peer) ? this.#port.netIdOf(synchronizer) : pathNetId(pathId);
  }

  /** Adds an item that differs only by the id that the peers know it by. */
  #addToAll(
    groups: Group[],
    source: Source,
    make: (netId: number, version: SessionVersion) => OwnedItem | undefined,
  ): Group[] {
    const { audience, listedAt } = source;
    const isSame = listedAt.size === 0 || listedAt.size >= audience.size;
    if (isSame && audience.size === this.#port.peers.size) {
      // The usual case: everybody gets it.
      for (const { version, peers, items } of groups) {
        const item = make(this.#idFor(source, peers[0]!), version);
        if (item !== undefined) items.push(item);
      }
      return groups;
    }
    const made = new Map<string, OwnedItem | undefined>();
    return this.#split(groups, (peer, version) => {
      if (!audience.has(peer)) return undefined;
      const netId = this.#idFor(source, peer);
      const key = `${netId} ${version}`;
      if (!made.has(key)) made.set(key, make(netId, version));
      return made.get(key);
    });
  }

  #split(groups: Group[], itemFor: ItemFor): Group[] {
    const result: Group[] = [];
    for (const group of groups) {
      const byItem = new Map<OwnedItem | undefined, number[]>();
      for (const peer of group.peers) {
        const item = itemFor(peer, group.version);
        const members = byItem.get(item);
        if (members === undefined) byItem.set(item, [peer]);
        else members.push(peer);
      }
      for (const [item, peers] of byItem) {
        const items = byItem.size === 1 ? group.items : [...group.items];
        if (item !== undefined) items.push(item);
        result.push({ version: group.version, peers, items });
      }
    }
    return result;
  }

  #send(groups: readonly Group[], stamp: number | undefined): void {
    const { maxSyncPacketSize, maxDeltaPacketSize } = this.#limits;
    const limit = stamp === undefined ? maxDeltaPacketSize : maxSyncPacketSize;
    const kind = stamp === undefined ? "changes" : "state";
    for (const { items, peers } of groups) {
      try {
        for (const packet of encodeStates(items, stamp, limit)) this.#port.send(packet, peers);
        for (const { source } of items) source.faults[kind] = "";
      } catch (error) {
        const fault = faultOf(error);
        for (const { source } of items) this.#report(source, kind, fault);
        if (kind === "changes") forgetServed(items, peers);
      }
    }
  }

  #report(source: Source, kind: "state" | "changes", { reason, detail }: StateFault): void {
    const fault = `${reason}: ${detail}`;
    if (source.faults[kind] === fault) return;
    source.faults[kind] = fault;
    this.#port.failed({ reason, path: source.synchronizer.path, detail });
  }
}

function leave({ audience, served }: Source, peer: number): void {
  audience.delete(peer);
  served.delete(peer);
}

/** What has changed must not be lost. */
function forgetServed(items: readonly OwnedItem[], peers: readonly number[]): void {
  for (const { source } of items) for (const peer of peers) source.served.delete(peer);
}

function faultOf(error: unknown): StateFault {
  if (error instanceof GodotWsError) return { reason: "not sent", detail: error.message };
  throw error;
}

/** One interval after the last; from now on where that has long passed. */
function nextTime(last: number, seconds: number, now: number): number {
  const interval = seconds * 1000;
  return now - last < interval ? last + interval : now + interval;
}
