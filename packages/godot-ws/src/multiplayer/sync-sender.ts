// The states of the synchronizers that are ours, sent at each pass to the peers that see them: encoded once, and in one
// packet for all peers that get the same (wire: SYNC). It must not know how nodes are spawned.

import { encodeStates, pathNetId } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import { type SessionVersion, sessionDialectOf } from "./session-dialect.ts";
import { type Group, type Seen, type SyncAudiences, splitGroups } from "./sync-audiences.ts";
import { isEmpty, type OwnedItem, type StateKind, type SyncSource } from "./sync-source.ts";
import { faultOf, type Mask } from "./synced-state.ts";

/** In octets; may change. */
export interface PacketLimits {
  readonly maxSyncPacketSize: number;
  readonly maxDeltaPacketSize: number;
}

export class SyncSender {
  readonly #port: ReplicationPort;
  readonly #audiences: SyncAudiences;
  readonly #limits: PacketLimits;
  #pass = 0;
  #stamp = 0;

  constructor(port: ReplicationPort, audiences: SyncAudiences, limits: PacketLimits) {
    this.#port = port;
    this.#audiences = audiences;
    this.#limits = limits;
  }

  clear(): void {
    this.#pass = 0;
    this.#stamp = 0;
  }

  /** Sends what is due. Godot: SceneReplicationInterface::on_network_process. */
  sendDue(): void {
    this.#pass++;
    const { peers } = this.#port;
    if (peers.size === 0) return;
    const now = this.#port.now();
    const hasDeltas = [...peers].some((peer) => takesChanges(this.#port.versionOf(peer)));
    const unevenly: SyncSource[] = [];
    for (const source of this.#audiences.sources.values()) {
      source.beginPass();
      if (source.synchronizer.rootNode === undefined) continue;
      this.#audiences.askPath(source);
      if (source.audience.size === 0) continue;
      source.findState(now);
      if (hasDeltas && source.findChanges(now, this.#pass, this.#port)) unevenly.push(source);
    }
    this.#sendItems(unevenly);
  }

  #sendItems(unevenly: readonly SyncSource[]): void {
    const states: Group<OwnedItem>[] = [];
    let changes: Group<OwnedItem>[] = [];
    for (const { version, peers, contents } of this.#audiences.groups) {
      states.push({ version, peers, contents: this.#itemsOf(contents, version, "state") });
      if (takesChanges(version))
        changes.push({ version, peers, contents: this.#itemsOf(contents, version, "changes") });
    }
    for (const source of unevenly) changes = this.#addUneven(changes, source);
    // It goes on only when something is sent: Godot refuses a state whose stamp is far ahead as an old one.
    if (states.some(({ contents }) => contents.length > 0)) this.#stamp = (this.#stamp + 1) & 0xffff;
    this.#send(states, "state");
    this.#send(changes, "changes");
  }

  #itemsOf(seen: readonly Seen[], version: SessionVersion, kind: StateKind): OwnedItem[] {
    const items: OwnedItem[] = [];
    for (const { source, netId } of seen) {
      const mask = kind === "state" ? undefined : source.mask;
      if (kind === "state" ? !source.hasState : mask === undefined) continue;
      const item = this.#itemFor(source, netId, mask, version);
      if (item === undefined) continue;
      items.push(item);
      // What cannot be sent now goes with what changes next.
      if (mask !== undefined) source.evenlyAt = this.#pass;
    }
    return items;
  }

  #addUneven(groups: Group<OwnedItem>[], source: SyncSource): Group<OwnedItem>[] {
    const { state, served, audience, evenlyAt, isDeltaDue } = source;
    if (evenlyAt !== undefined) for (const peer of served.keys()) served.set(peer, evenlyAt);
    source.evenlyAt = undefined;
    let upToDate = 0;
    const result = splitGroups(groups, (peer, version) => {
      if (!audience.has(peer) || (!isDeltaDue && served.has(peer))) return undefined;
      const mask = state.maskSince(served.get(peer));
      const netId = source.listedAt.has(peer) ? source.netId : pathNetId(source.pathId);
      const item = isEmpty(mask) ? undefined : this.#itemFor(source, netId, mask, version);
      if (isEmpty(mask) || item !== undefined) {
        served.set(peer, this.#pass);
        upToDate++;
      }
      return item;
    });
    if (upToDate === audience.size) source.evenlyAt = this.#pass;
    return result;
  }

  /** Made once in a pass; undefined when it cannot be. */
  #itemFor(
    source: SyncSource,
    netId: number,
    mask: Mask | undefined,
    version: SessionVersion,
  ): OwnedItem | undefined {
    for (const made of source.made)
      if (made.netId === netId && made.version === version && areSame(made.mask, mask)) return made.item;
    const item = this.#makeItem(source, netId, mask, version);
    source.made.push({ netId, mask, version, item });
    return item;
  }

  #makeItem(
    source: SyncSource,
    netId: number,
    mask: Mask | undefined,
    version: SessionVersion,
  ): OwnedItem | undefined {
    const kind = mask === undefined ? "state" : "changes";
    const limit = this.#limitOf(kind);
    const state =
      mask === undefined ? source.state.alwaysState(version) : source.state.deltaState(mask, version);
    if ("reason" in state) source.report(this.#port, kind, state);
    else if (state.length <= limit) return { netId, mask, state, source };
    else {
      const detail = `its state has more than ${limit} octets`;
      source.report(this.#port, kind, { reason: "too large", detail });
    }
    return undefined;
  }

  #limitOf(kind: StateKind): number {
    return kind === "state" ? this.#limits.maxSyncPacketSize : this.#limits.maxDeltaPacketSize;
  }

  #send(groups: readonly Group<OwnedItem>[], kind: StateKind): void {
    const stamp = kind === "state" ? this.#stamp : undefined;
    for (const { contents, peers } of groups) {
      try {
        for (const packet of encodeStates(contents, stamp, this.#limitOf(kind)))
          this.#port.send(packet, peers);
        for (const { source } of contents) source.faults[kind] = "";
      } catch (error) {
        const fault = faultOf(error, "not sent");
        for (const { source } of contents) {
          source.report(this.#port, kind, fault);
          // What has changed must not be lost.
          if (kind === "changes") for (const peer of peers) source.served.delete(peer);
        }
      }
    }
  }
}

function takesChanges(version: SessionVersion): boolean {
  return sessionDialectOf(version).hasDeltas;
}

function areSame(one: Mask | undefined, other: Mask | undefined): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}
