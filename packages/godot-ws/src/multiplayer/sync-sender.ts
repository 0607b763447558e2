// The states of the synchronizers that are ours, sent at each pass to the peers that see them: encoded once, and in one
// packet for all peers that get the same (wire: SYNC). It must not know how nodes are spawned.

import { GodotWsError } from "../errors.ts";
import { encodeStates, pathNetId, type StateItem } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import { type SessionVersion, sessionDialectOf } from "./session-dialect.ts";
import type { SpawnedNode } from "./spawn-sender.ts";
import { type StateFault, SyncedState } from "./synced-state.ts";
import { Synchronizer } from "./synchronizer.ts";

export interface SyncSenderPort extends ReplicationPort {
  /** The spawned node of ours that the synchronizer is in: who has not got it cannot be spoken to. */
  spawnedAround(synchronizer: Synchronizer): SpawnedNode | undefined;
  /** What SPAWN has called it. */
  netIdOf(synchronizer: Synchronizer): number;
}

/** In octets; may change. */
export interface PacketLimits {
  readonly maxSyncPacketSize: number;
  readonly maxDeltaPacketSize: number;
}

/** A synchronizer of ours, and who gets its state how. */
interface Source {
  readonly synchronizer: Synchronizer;
  readonly state: SyncedState;
  /** The spawned node of ours that it is in. */
  readonly spawned: SpawnedNode | undefined;
  /** They know it by the net id of SPAWN; the others by the number of its path. */
  readonly listedAt: Set<number>;
  /** They see it, and have not confirmed the number of its path. */
  readonly waiting: Set<number>;
  /** They see it and know its id. */
  readonly audience: Set<number>;
  /** Who has been sent what had changed, and the pass in which that was; `evenlyAt` comes before it. */
  readonly served: Map<number, number>;
  /** Where it was the same pass for all of them: that pass. */
  evenlyAt: number | undefined;
  /** The pass in which all were. */
  servedAllAt: number;
  /** The number of its path, and the path that it is for. */
  pathId: number;
  path: string;
  nextSync: number;
  nextDelta: number;
  // Of this pass: whether there is a state, what has changed for all alike, whether those served before are due, and items.
  hasState: boolean;
  mask: readonly [number, number] | undefined;
  isDeltaDue: boolean;
  readonly made: { state: MadeItem[]; changes: MadeItem[] };
  /** What was last reported of states and of changes, so that it is reported once. */
  faults: { state: string; changes: string };
}

interface OwnedItem extends StateItem {
  readonly source: Source;
}

/** Undefined when it cannot be sent. */
interface MadeItem {
  readonly netId: number;
  readonly version: SessionVersion;
  readonly item: OwnedItem | undefined;
}

/** Peers that get the same. */
interface Group {
  readonly version: SessionVersion;
  readonly peers: readonly number[];
  readonly items: OwnedItem[];
}

/** Peers that see the same, and know it by the same ids. */
interface Audience {
  readonly version: SessionVersion;
  readonly peers: readonly number[];
  readonly seen: Seen[];
}

interface Seen {
  readonly source: Source;
  readonly netId: number;
}

type ItemFor = (peer: number, version: SessionVersion) => OwnedItem | undefined;

const { VISIBILITY_PROCESS_NONE } = Synchronizer.VisibilityUpdateMode;

export class SyncSender {
  readonly #port: SyncSenderPort;
  readonly #limits: PacketLimits;
  readonly #sources = new Map<Synchronizer, Source>();
  readonly #bySpawned = new Map<SpawnedNode, Set<Source>>();
  #pass = 0;
  #stamp = 0;
  // Until somebody comes or goes, or sees something else.
  #audiences: readonly Audience[] | undefined;
  #versions = new Map<number, SessionVersion>();

  constructor(port: SyncSenderPort, limits: PacketLimits) {
    this.#port = port;
    this.#limits = limits;
  }

  get hasSources(): boolean {
    return this.#sources.size > 0;
  }

  get synchronizers(): Synchronizer[] {
    return [...this.#sources.keys()];
  }

  stateOf(synchronizer: Synchronizer): SyncedState {
    return this.#sources.get(synchronizer)?.state ?? new SyncedState(synchronizer);
  }

  // ---- whose states ----

  add(synchronizer: Synchronizer): void {
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
      evenlyAt: undefined,
      servedAllAt: 0,
      pathId: 0,
      path: "",
      nextSync: 0,
      nextDelta: 0,
      hasState: false,
      mask: undefined,
      isDeltaDue: false,
      made: { state: [], changes: [] },
      faults: { state: "", changes: "" },
    };
    this.#sources.set(synchronizer, source);
    if (spawned !== undefined) {
      const others = this.#bySpawned.get(spawned) ?? new Set();
      this.#bySpawned.set(spawned, others.add(source));
    }
    this.updateVisibility(synchronizer, 0);
  }

  remove(synchronizer: Synchronizer): void {
    const source = this.#sources.get(synchronizer);
    if (source === undefined) return;
    this.#sources.delete(synchronizer);
    this.#audiences = undefined;
    const { spawned } = source;
    const others = spawned && this.#bySpawned.get(spawned);
    others?.delete(source);
    if (spawned !== undefined && others?.size === 0) this.#bySpawned.delete(spawned);
  }

  peerAdded(peer: number): void {
    this.#audiences = undefined;
    for (const source of this.#sources.values()) this.#updatePeer(source, peer);
  }

  peerRemoved(peer: number): void {
    this.#audiences = undefined;
    for (const source of this.#sources.values()) {
      source.listedAt.delete(peer);
      source.waiting.delete(peer);
      leave(source, peer);
    }
  }

  clear(): void {
    this.#sources.clear();
    this.#bySpawned.clear();
    this.#audiences = undefined;
    this.#pass = 0;
    this.#stamp = 0;
  }

  /** SPAWN has told the peers its net id. */
  listed(synchronizer: Synchronizer, peers: readonly number[]): void {
    const source = this.#sources.get(synchronizer);
    this.#audiences = undefined;
    for (const peer of peers) source?.listedAt.add(peer);
  }

  /** A peer has got, or lost, the node that these are in. */
  spawnChanged(spawned: SpawnedNode, peer: number, isThere: boolean): void {
    for (const source of this.#bySpawned.get(spawned) ?? []) {
      if (!isThere && source.listedAt.delete(peer)) this.#audiences = undefined;
      this.#updatePeer(source, peer);
    }
  }

  updateVisibility(synchronizer: Synchronizer, peer: number): void {
    const source = this.#sources.get(synchronizer);
    if (source === undefined) return;
    for (const id of peer === 0 ? this.#port.peers : [peer]) this.#updatePeer(source, id);
  }

  #updatePeer(source: Source, peer: number): void {
    const { synchronizer, spawned, listedAt, waiting, audience } = source;
    const isReached = this.#port.peers.has(peer) && (spawned === undefined || spawned.peers.has(peer));
    if (!isReached || !synchronizer.isVisibleTo(peer)) {
      waiting.delete(peer);
      if (leave(source, peer)) this.#audiences = undefined;
    } else if (listedAt.has(peer)) {
      waiting.delete(peer);
      if (audience.has(peer)) return;
      audience.add(peer);
      this.#audiences = undefined;
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
    const hasDeltas = this.#checkVersions();
    const unevenly: Source[] = [];
    for (const source of this.#sources.values()) {
      const { made, synchronizer } = source;
      made.state.length = 0;
      made.changes.length = 0;
      source.hasState = false;
      source.mask = undefined;
      if (synchronizer.rootNode === undefined) continue;
      this.#askPaths(source);
      if (source.audience.size === 0) continue;
      this.#findState(source, now);
      if (hasDeltas && this.#findChanges(source, now) === "unevenly") unevenly.push(source);
    }
    this.#sendItems(unevenly);
  }

  #sendItems(unevenly: readonly Source[]): void {
    const syncs: Group[] = [];
    let changes: Group[] = [];
    for (const { version, peers, seen } of this.#findAudiences()) {
      const states = this.#stateItems(seen, version);
      if (states.length > 0) syncs.push({ version, peers, items: states });
      if (!sessionDialectOf(version).hasDeltas) continue;
      const deltas = this.#deltaItems(seen, version);
      if (deltas.length > 0 || unevenly.length > 0) changes.push({ version, peers, items: deltas });
    }
    for (const source of unevenly) changes = this.#addUneven(changes, source);
    // It goes on only when something is sent: Godot refuses a state whose stamp is far ahead as an old one.
    if (syncs.length > 0) this.#stamp = (this.#stamp + 1) & 0xffff;
    this.#send(syncs, this.#stamp);
    this.#send(changes, undefined);
  }

  #stateItems(seen: readonly Seen[], version: SessionVersion): OwnedItem[] {
    const items: OwnedItem[] = [];
    for (const { source, netId } of seen) {
      const item = source.hasState ? this.#stateItem(source, netId, version) : undefined;
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  #deltaItems(seen: readonly Seen[], version: SessionVersion): OwnedItem[] {
    const items: OwnedItem[] = [];
    for (const { source, netId } of seen) {
      const item = source.mask && this.#deltaItem(source, netId, source.mask, version);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** Those whose filters are to be asked again at each pass. */
  *filtered(): Iterable<Synchronizer> {
    for (const synchronizer of this.#sources.keys()) {
      if (synchronizer.hasVisibilityFilters && synchronizer.visibilityUpdateMode !== VISIBILITY_PROCESS_NONE)
        yield synchronizer;
    }
  }

  /** Whether anybody can be sent what has changed. */
  #checkVersions(): boolean {
    let hasDeltas = false;
    for (const peer of this.#port.peers) {
      const version = this.#port.versionOf(peer);
      hasDeltas ||= sessionDialectOf(version).hasDeltas;
      if (this.#versions.get(peer) !== version) this.#audiences = undefined;
    }
    return hasDeltas;
  }

  #findAudiences(): readonly Audience[] {
    if (this.#audiences !== undefined) return this.#audiences;
    this.#versions = new Map();
    const byVersion = new Map<SessionVersion, number[]>();
    for (const peer of this.#port.peers) {
      const version = this.#port.versionOf(peer);
      this.#versions.set(peer, version);
      const members = byVersion.get(version);
      if (members === undefined) byVersion.set(version, [peer]);
      else members.push(peer);
    }
    let audiences: Audience[] = [...byVersion].map(([version, peers]) => ({ version, peers, seen: [] }));
    for (const source of this.#sources.values()) {
      if (source.audience.size === 0) continue;
      const parts: Audience[] = [];
      for (const audience of audiences) this.#splitAudience(audience, source, parts);
      audiences = parts;
    }
    this.#audiences = audiences;
    return audiences;
  }

  /** By the id that the peers know the source by, if they see it. */
  #splitAudience(audience: Audience, source: Source, parts: Audience[]): void {
    const { version, peers, seen } = audience;
    const idOf = (peer: number): number => (source.audience.has(peer) ? this.#idFor(source, peer) : 0);
    const firstId = idOf(peers[0]!);
    if (peers.every((peer) => idOf(peer) === firstId)) {
      if (firstId !== 0) seen.push({ source, netId: firstId });
      parts.push(audience);
      return;
    }
    const byId = new Map<number, number[]>();
    for (const peer of peers) {
      const netId = idOf(peer);
      const members = byId.get(netId);
      if (members === undefined) byId.set(netId, [peer]);
      else members.push(peer);
    }
    for (const [netId, members] of byId)
      parts.push({ version, peers: members, seen: netId === 0 ? [...seen] : [...seen, { source, netId }] });
  }

  /** Those who know no net id are told the number of the path, and are in once they have confirmed it. */
  #askPaths(source: Source): void {
    const { synchronizer, waiting, audience, path } = source;
    // It has moved: its number is for where it was.
    if (path !== "" && path !== synchronizer.path) this.#forgetPath(source);
    if (waiting.size === 0) return;
    try {
      const { entry, confirmed } = this.#port.announce(synchronizer, [...waiting]);
      // Another number for the same path: it has other RPCs than before. The others hear of it the next time.
      if (source.path !== "" && entry.id !== source.pathId) this.#forgetPath(source);
      source.pathId = entry.id;
      source.path = synchronizer.path;
      for (const peer of confirmed) {
        waiting.delete(peer);
        audience.add(peer);
        this.#audiences = undefined;
      }
    } catch (error) {
      this.#report(source, "state", faultOf(error));
    }
  }

  #forgetPath(source: Source): void {
    const { audience, listedAt, waiting } = source;
    for (const peer of [...audience]) {
      if (listedAt.has(peer)) continue;
      leave(source, peer);
      waiting.add(peer);
      this.#audiences = undefined;
    }
    source.path = "";
  }

  #findState(source: Source, now: number): void {
    const { synchronizer, state } = source;
    if (!state.hasAlways || now < source.nextSync) return;
    source.nextSync = nextTime(source.nextSync, synchronizer.replicationInterval, now);
    source.hasState = true;
  }

  #stateItem(source: Source, netId: number, version: SessionVersion): OwnedItem | undefined {
    const made = findMade(source.made.state, netId, version);
    if (made !== undefined) return made.item;
    const bytes = source.state.alwaysState(version);
    const item = this.#makeItem(source, netId, undefined, bytes, this.#limits.maxSyncPacketSize);
    source.made.state.push({ netId, version, item });
    return item;
  }

  /** Evenly: all of the audience were last served in the same pass, and miss the same. */
  #findChanges(source: Source, now: number): "nothing" | "evenly" | "unevenly" {
    const { synchronizer, state, served, audience } = source;
    if (!state.hasWatched) return "nothing";
    const isDue = now >= source.nextDelta;
    source.isDeltaDue = isDue;
    // Whoever is new does not wait.
    if (!isDue && served.size === audience.size) return "nothing";
    if (isDue) source.nextDelta = nextTime(source.nextDelta, synchronizer.deltaInterval, now);
    const fault = state.watch(this.#pass);
    if (fault !== undefined) {
      this.#report(source, "changes", fault);
      return "nothing";
    }
    if (state.lastChange <= source.servedAllAt && served.size === audience.size) return "nothing";
    if (isDue) source.servedAllAt = this.#pass;
    if (source.evenlyAt === undefined || served.size !== audience.size) return "unevenly";
    const mask = state.maskSince(source.evenlyAt);
    source.mask = isEmpty(mask) ? undefined : mask;
    return "evenly";
  }

  #deltaItem(
    source: Source,
    netId: number,
    mask: readonly [number, number],
    version: SessionVersion,
  ): OwnedItem | undefined {
    const made = findMade(source.made.changes, netId, version);
    if (made !== undefined) return made.item;
    const bytes = source.state.deltaState(mask, version);
    const item = this.#makeItem(source, netId, mask, bytes, this.#limits.maxDeltaPacketSize);
    source.made.changes.push({ netId, version, item });
    // What cannot be sent now goes with what changes next.
    if (item !== undefined) source.evenlyAt = this.#pass;
    return item;
  }

  #addUneven(groups: Group[], source: Source): Group[] {
    const { state, served, audience, isDeltaDue: isDue } = source;
    if (source.evenlyAt !== undefined) for (const peer of served.keys()) served.set(peer, source.evenlyAt);
    source.evenlyAt = undefined;
    let upToDate = 0;
    const items = new Map<string, OwnedItem | undefined>();
    const result = split(groups, (peer, version) => {
      if (!audience.has(peer) || (!isDue && served.has(peer))) return undefined;
      const netId = this.#idFor(source, peer);
      const mask = state.maskSince(served.get(peer));
      const key = `${netId} ${mask} ${version}`;
      if (!isEmpty(mask) && !items.has(key)) {
        const bytes = state.deltaState(mask, version);
        items.set(key, this.#makeItem(source, netId, mask, bytes, this.#limits.maxDeltaPacketSize));
      }
      const item = items.get(key);
      if (isEmpty(mask) || item !== undefined) {
        served.set(peer, this.#pass);
        upToDate++;
      }
      return item;
    });
    if (upToDate === audience.size) source.evenlyAt = this.#pass;
    return result;
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

/** Whether it was there. */
function leave({ audience, served }: Source, peer: number): boolean {
  served.delete(peer);
  return audience.delete(peer);
}

function isEmpty([low, high]: readonly [number, number]): boolean {
  return low === 0 && high === 0;
}

function findMade(made: readonly MadeItem[], netId: number, version: SessionVersion): MadeItem | undefined {
  for (const one of made) if (one.netId === netId && one.version === version) return one;
  return undefined;
}

function split(groups: readonly Group[], itemFor: ItemFor): Group[] {
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
