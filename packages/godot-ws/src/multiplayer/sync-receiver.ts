// The states of peers' synchronizers: found, permitted, put in order of age, decoded and set (wire: SYNC). It must not
// know how nodes are spawned.

import { DataError } from "../errors.ts";
import { decodeArguments } from "../variant/compact.ts";
import type { Variant } from "../variant/variant.ts";
import { type BoundProperty, PropertyList, writeAll } from "./property-access.ts";
import { decodeStates, isDelta, pathOfNetId, type StateItem } from "./replication-packets.ts";
import type { ReplicationPort, ReplicationRejectReason } from "./replication-port.ts";
import { keptOptions } from "./session-dialect.ts";
import { mostWatched } from "./synced-state.ts";
import { Synchronizer } from "./synchronizer.ts";

export interface SyncReceiverPort extends ReplicationPort {
  /** What a peer's SPAWN has called so. */
  synchronizer(peer: number, netId: number): Synchronizer | undefined;
}

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
  readonly #port: SyncReceiverPort;
  readonly #incoming = new Map<Synchronizer, Incoming>();
  #reports = 0;

  constructor(port: SyncReceiverPort) {
    this.#port = port;
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
    if (pathId === undefined) return this.#port.synchronizer(peer, netId);
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
    const [low, high] = item.mask ?? [0, 0];
    const onChange = synchronizer.replicationConfig?.lists.onChange ?? [];
    const properties = onChange.filter(
      (_, i) => i < mostWatched && ((i < 32 ? low >>> i : high >>> (i - 32)) & 1) === 1,
    );
    if (properties.length === 0) {
      return this.#reject(peer, "malformed state", synchronizer, "it names no property that is there");
    }
    const list = properties.length === onChange.length ? this.#incomingOf(synchronizer).onChange : undefined;
    const all = list === undefined ? properties : onChange;
    if (this.#set(peer, synchronizer, item, list ?? new PropertyList(), all))
      synchronizer.deltaSynchronized.emit();
  }

  #set(
    peer: number,
    synchronizer: Synchronizer,
    { state, mask }: StateItem,
    list: PropertyList,
    properties: Parameters<PropertyList["of"]>[1],
  ): boolean {
    const root = synchronizer.rootNode;
    const bound = root === undefined ? "the root node" : list.of(root, properties);
    if (typeof bound === "string") {
      this.#reject(peer, "wrong property", synchronizer, `${bound} is not there`);
      return false;
    }
    const values = this.#decode(peer, synchronizer, state, bound, mask !== undefined);
    if (values === undefined) return false;
    const failed = writeAll(bound, values);
    if (failed === undefined) return true;
    this.#reject(peer, "wrong property", synchronizer, failed);
    return false;
  }

  #decode(
    peer: number,
    synchronizer: Synchronizer,
    state: Uint8Array,
    bound: readonly BoundProperty[],
    isExact: boolean,
  ): Variant[] | undefined {
    try {
      const options = keptOptions(this.#port.versionOf(peer));
      const { values, offset } = decodeArguments(state, 0, bound.length, options);
      // As Godot, which lets more pass in a SYNC.
      if (!isExact || offset === state.length) return values;
      this.#reject(peer, "malformed state", synchronizer, `${state.length - offset} octets are too many`);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      this.#reject(peer, "malformed state", synchronizer, error.message);
    }
    return undefined;
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
