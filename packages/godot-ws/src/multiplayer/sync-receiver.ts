// The states of peers' synchronizers: found, permitted, put in order of age, decoded and set (wire: SYNC). It must not
// know how nodes are spawned.

import { PropertyList } from "./property-access.ts";
import { takeState } from "./received-state.ts";
import type { ReplicatedProperty } from "./replication-config.ts";
import { decodeStates, isDelta, pathOfNetId, type StateItem } from "./replication-packets.ts";
import type { ReplicationPort, ReplicationRejectReason } from "./replication-port.ts";
import { namedBy } from "./synced-state.ts";
import { Synchronizer } from "./synchronizer.ts";

/** What a peer's SPAWN has called so. */
type FindSynchronizer = (peer: number, netId: number) => Synchronizer | undefined;

/** Behind a silence of so long, a stamp says nothing: its 16 bits may have come round. */
const silenceMs = 10_000;

/** A packet may hold thousands of items, each of them wrong: so many are told of. */
const mostReports = 16;

interface Incoming {
  readonly always: PropertyList;
  readonly onChange: PropertyList;
  /** When the last state came. */
  lastAt: number;
}

export class SyncReceiver {
  readonly #port: ReplicationPort;
  readonly #findListed: FindSynchronizer;
  readonly #incoming = new Map<Synchronizer, Incoming>();
  #reports = 0;

  constructor(port: ReplicationPort, findListed: FindSynchronizer) {
    this.#port = port;
    this.#findListed = findListed;
  }

  forgetSynchronizer(synchronizer: Synchronizer): void {
    this.#incoming.delete(synchronizer);
  }

  /** A packet of at least 11 octets. */
  receive(peer: number, packet: Uint8Array): void {
    this.#reports = 0;
    const { stamp, items, isCut } = decodeStates(packet);
    const delta = isDelta(packet);
    for (const item of items) {
      const synchronizer = this.#find(peer, item.netId);
      if (synchronizer === undefined) {
        // Of a SYNC it may be early, or late.
        if (delta) this.#reject(peer, "unknown net id", undefined, String(item.netId));
      } else if (synchronizer.multiplayerAuthority !== peer) {
        const detail = `only the authority, ${synchronizer.multiplayerAuthority}, may`;
        this.#reject(peer, "not allowed", synchronizer, detail);
      } else if (delta) this.#takeChanges(peer, synchronizer, item);
      else this.#takeState(peer, synchronizer, item, stamp);
    }
    if (isCut)
      this.#reject(peer, "malformed", undefined, `a state beyond the ${packet.length} octets there are`);
  }

  #find(peer: number, netId: number): Synchronizer | undefined {
    const pathId = pathOfNetId(netId);
    if (pathId === undefined) return this.#findListed(peer, netId);
    const entry = this.#port.received(peer, pathId);
    const node = entry && this.#port.nodeOf(entry);
    return node instanceof Synchronizer ? node : undefined;
  }

  #takeState(peer: number, synchronizer: Synchronizer, item: StateItem, stamp: number): void {
    const incoming = this.#incomingOf(synchronizer);
    const now = this.#port.now();
    const age = stampBehind(synchronizer.stamp, stamp, now - incoming.lastAt > silenceMs);
    if (age === undefined) return;
    const properties = synchronizer.replicationConfig?.lists.always ?? [];
    if (!this.#set(peer, synchronizer, item, incoming.always, properties)) return;
    incoming.lastAt = now;
    synchronizer.stamp = age;
    synchronizer.synchronized.emit();
  }

  #takeChanges(peer: number, synchronizer: Synchronizer, item: StateItem): void {
    const onChange = synchronizer.replicationConfig?.lists.onChange ?? [];
    const named = namedBy(item.mask ?? [0, 0], onChange);
    if (named.length === 0)
      return this.#reject(peer, "malformed state", synchronizer, "it names no property that is there");
    const isAll = named.length === onChange.length;
    const list = isAll ? this.#incomingOf(synchronizer).onChange : new PropertyList();
    if (this.#set(peer, synchronizer, item, list, isAll ? onChange : named))
      synchronizer.deltaSynchronized.emit();
  }

  #set(
    peer: number,
    synchronizer: Synchronizer,
    { state: bytes, mask }: StateItem,
    list: PropertyList,
    properties: readonly ReplicatedProperty[],
  ): boolean {
    // As Godot, which lets more pass in a SYNC.
    const state = { bytes, version: this.#port.versionOf(peer), offset: 0, isExact: mask !== undefined };
    const fault = takeState(state, synchronizer.rootNode, list, properties);
    if (fault !== undefined) this.#reject(peer, fault.reason, synchronizer, fault.detail);
    return fault === undefined;
  }

  #incomingOf(synchronizer: Synchronizer): Incoming {
    let incoming = this.#incoming.get(synchronizer);
    if (incoming === undefined) {
      incoming = { always: new PropertyList(), onChange: new PropertyList(), lastAt: 0 };
      this.#incoming.set(synchronizer, incoming);
    }
    return incoming;
  }

  #reject(
    peer: number,
    reason: ReplicationRejectReason,
    synchronizer: Synchronizer | undefined,
    detail: string,
  ): void {
    if (this.#reports++ < mostReports)
      this.#port.rejected(peer, { reason, path: synchronizer?.path, detail });
  }
}

/**
 * Where a stamp of 16 bits lies on the line that `last` (0: nothing yet) is on; undefined for one that is not newer, by
 * the shorter way around. Godot only compares the numbers, and so takes an old one from before they came round.
 */
export function stampBehind(last: number, stamp: number, wasSilent: boolean): number | undefined {
  if (last === 0) return 0x1_0000 + stamp;
  const ahead = (stamp - last) & 0xffff;
  if (wasSilent) return last + (ahead === 0 ? 0x1_0000 : ahead);
  return ahead === 0 || ahead >= 0x8000 ? undefined : last + ahead;
}
