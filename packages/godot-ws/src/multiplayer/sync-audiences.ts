// The synchronizers that are ours, and which peers see which of them, by which ids. It must not know states.

import { groupBy } from "./grouping.ts";
import { pathNetId } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { SessionVersion } from "./session-dialect.ts";
import type { SpawnedNode } from "./spawn-sender.ts";
import { SyncSource } from "./sync-source.ts";
import { faultOf } from "./synced-state.ts";
import type { Synchronizer } from "./synchronizer.ts";

/** Peers that get the same. */
export interface Group<Content> {
  readonly version: SessionVersion;
  readonly peers: readonly number[];
  readonly contents: Content[];
}

/** A source, and what those who see it know it by. */
export interface Seen {
  readonly source: SyncSource;
  readonly netId: number;
}

export class SyncAudiences {
  readonly #port: ReplicationPort;
  readonly sources = new Map<Synchronizer, SyncSource>();
  // Until somebody comes or goes, or sees something else.
  #groups: readonly Group<Seen>[] | undefined;

  constructor(port: ReplicationPort) {
    this.#port = port;
  }

  add(synchronizer: Synchronizer, spawned: SpawnedNode | undefined): void {
    if (this.sources.has(synchronizer)) return;
    this.sources.set(synchronizer, new SyncSource(synchronizer, spawned));
    spawned?.synchronizers.add(synchronizer);
    this.updateVisibility(synchronizer, 0);
  }

  remove(synchronizer: Synchronizer): void {
    this.sources.get(synchronizer)?.spawned?.synchronizers.delete(synchronizer);
    if (this.sources.delete(synchronizer)) this.#groups = undefined;
  }

  clear(): void {
    for (const synchronizer of this.sources.keys()) this.remove(synchronizer);
  }

  peerAdded(peer: number): void {
    this.#groups = undefined;
    for (const source of this.sources.values()) this.#updatePeer(source, peer);
  }

  peerRemoved(peer: number): void {
    this.#groups = undefined;
    for (const source of this.sources.values()) {
      source.listedAt.delete(peer);
      source.leave(peer);
    }
  }

  /** SPAWN has told the peers its net id. */
  listed(synchronizer: Synchronizer, netId: number, peers: readonly number[]): void {
    const source = this.sources.get(synchronizer);
    if (source === undefined) return;
    this.#groups = undefined;
    source.netId = netId;
    for (const peer of peers) source.listedAt.add(peer);
  }

  /** A peer has got, or lost, the node that these are in. */
  spawnChanged(spawned: SpawnedNode, peer: number): void {
    for (const synchronizer of spawned.synchronizers) {
      if (!spawned.peers.has(peer)) this.sources.get(synchronizer)?.listedAt.delete(peer);
      this.updateVisibility(synchronizer, peer);
    }
  }

  /** For one peer, or for all (0). */
  updateVisibility(synchronizer: Synchronizer, peer: number): void {
    const source = this.sources.get(synchronizer);
    if (source === undefined) return;
    for (const id of peer === 0 ? this.#port.peers : [peer]) this.#updatePeer(source, id);
  }

  #updatePeer(source: SyncSource, peer: number): void {
    const { synchronizer, spawned, listedAt, waiting, audience } = source;
    const isReached = this.#port.peers.has(peer) && (spawned === undefined || spawned.peers.has(peer));
    if (!isReached || !synchronizer.isVisibleTo(peer)) {
      if (source.leave(peer)) this.#groups = undefined;
    } else if (listedAt.has(peer)) this.#join(source, peer);
    else if (!audience.has(peer)) waiting.add(peer);
  }

  #join({ waiting, audience }: SyncSource, peer: number): void {
    waiting.delete(peer);
    if (audience.has(peer)) return;
    audience.add(peer);
    this.#groups = undefined;
  }

  /** Those who know no net id are told the number of the path, and are in once they have confirmed it. */
  askPath(source: SyncSource): void {
    const { synchronizer, waiting, path } = source;
    // It has moved: its number is for where it was.
    if (path !== "" && path !== synchronizer.path) this.#forgetPath(source);
    if (waiting.size === 0) return;
    try {
      const { entry, confirmed } = this.#port.announce(synchronizer, [...waiting]);
      // Another number for the same path: it has other RPCs than before. The others hear of it the next time.
      if (source.path !== "" && entry.id !== source.pathId) this.#forgetPath(source);
      source.pathId = entry.id;
      source.path = synchronizer.path;
      for (const peer of confirmed) this.#join(source, peer);
    } catch (error) {
      source.report(this.#port, "state", faultOf(error, "not sent"));
    }
  }

  #forgetPath(source: SyncSource): void {
    const { audience, listedAt, waiting } = source;
    for (const peer of [...audience]) {
      if (listedAt.has(peer)) continue;
      source.leave(peer);
      waiting.add(peer);
      this.#groups = undefined;
    }
    source.path = "";
  }

  /** Peers that see the same sources, and know them by the same ids. */
  get groups(): readonly Group<Seen>[] {
    const versionOf = (peer: number): SessionVersion => this.#port.versionOf(peer);
    const isStale = this.#groups?.some(({ peers, version }) => peers.some((id) => versionOf(id) !== version));
    if (this.#groups !== undefined && isStale !== true) return this.#groups;
    const byVersion = groupBy(this.#port.peers, versionOf);
    let groups: Group<Seen>[] = [...byVersion].map(([version, peers]) => ({ version, peers, contents: [] }));
    for (const source of this.sources.values()) {
      const { audience, listedAt } = source;
      if (audience.size === 0) continue;
      const listed = { source, netId: source.netId };
      const byPath = { source, netId: pathNetId(source.pathId) };
      const seenBy = (peer: number): Seen => (listedAt.has(peer) ? listed : byPath);
      groups = splitGroups(groups, (peer) => (audience.has(peer) ? seenBy(peer) : undefined));
    }
    this.#groups = groups;
    return groups;
  }
}

/** By one content more, which each peer gets or, where it is undefined, does not get. */
export function splitGroups<Content>(
  groups: readonly Group<Content>[],
  contentFor: (peer: number, version: SessionVersion) => Content | undefined,
): Group<Content>[] {
  const result: Group<Content>[] = [];
  for (const { version, peers, contents } of groups) {
    const parts = groupBy(peers, (peer) => contentFor(peer, version));
    for (const [content, members] of parts) {
      const all = parts.size === 1 ? contents : [...contents];
      if (content !== undefined) all.push(content);
      result.push({ version, peers: members, contents: all });
    }
  }
  return result;
}
