// A state of a peer's, taken over into the properties of a node. It must not know packets.

import { DataError } from "../errors.ts";
import { decodeArguments } from "../variant/compact.ts";
import type { Node } from "./node.ts";
import { type PropertyList, writeAll } from "./property-access.ts";
import type { ReplicatedProperty } from "./replication-config.ts";
import type { ReplicationRejectReason } from "./replication-port.ts";
import { keptOptions, type SessionVersion } from "./session-dialect.ts";

export interface ReceivedState {
  readonly bytes: Uint8Array;
  readonly version: SessionVersion;
  /** Where it begins, and once it was decoded, where it ended. */
  offset: number;
  /** Whether it must be all of the bytes. */
  readonly isExact: boolean;
}

/** Why it was not taken, or not all of it. */
export interface StateRejection {
  readonly reason: ReplicationRejectReason;
  readonly detail: string;
}

export function takeState(
  state: ReceivedState,
  root: Node | undefined,
  list: PropertyList,
  properties: readonly ReplicatedProperty[],
): StateRejection | undefined {
  const bound = root === undefined ? "the root node" : list.of(root, properties);
  if (typeof bound === "string") return { reason: "wrong property", detail: `${bound} is not there` };
  try {
    const { bytes, version, isExact } = state;
    const { values, offset } = decodeArguments(bytes, state.offset, bound.length, keptOptions(version));
    state.offset = offset;
    if (isExact && offset < bytes.length)
      return { reason: "malformed state", detail: `${bytes.length - offset} octets are too many` };
    const failed = writeAll(bound, values);
    return failed === undefined ? undefined : { reason: "wrong property", detail: failed };
  } catch (error) {
    if (error instanceof DataError) return { reason: "malformed state", detail: error.message };
    throw error;
  }
}
