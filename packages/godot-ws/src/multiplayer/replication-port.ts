// What the parts of replication need of the multiplayer API around them, and how they tell what went wrong.

import type { Node } from "./node.ts";
import type { ReceivedPath } from "./path-cache.ts";
import type { Audience } from "./path-exchange.ts";
import type { SessionVersion } from "./session-dialect.ts";

export interface ReplicationPort {
  /** Our own id; undefined while we are not connected. */
  ownId(): number | undefined;
  readonly peers: ReadonlySet<number>;
  versionOf(peer: number): SessionVersion;
  /** Says the node's number to those who have not heard of it. */
  announce(node: Node, peers: readonly number[]): Audience;
  received(peer: number, id: number): ReceivedPath | undefined;
  nodeOf(entry: ReceivedPath): Node | undefined;
  /** May throw when a queue is full. */
  send(packet: Uint8Array, peers: readonly number[]): void;
  now(): number;
  /** At this time there is something to be sent. */
  wakeAt(time: number): void;
  rejected(peer: number, rejection: ReplicationRejection): void;
  failed(failure: ReplicationFailure): void;
}

/** Why something of a peer's was not carried out. */
export type ReplicationRejectReason =
  | "malformed"
  | "not allowed"
  | "unknown spawner"
  | "no spawn node"
  | "invalid name"
  | "name taken"
  | "unknown scene"
  | "spawn function failed"
  | "net id taken"
  | "too many nodes"
  | "unknown net id"
  | "unused net ids"
  | "malformed state"
  | "wrong property";

/** Something of a peer's that was not carried out, or not all of it. Where Godot prints an error. */
export interface ReplicationRejection {
  readonly reason: ReplicationRejectReason;
  /** Of the spawner, the spawned node or the synchronizer, where it is known. */
  readonly path: string | undefined;
  /** For people. */
  readonly detail: string;
  /** What a function of the game has thrown. */
  readonly error?: unknown;
}

/** Why something of ours was not sent. */
export type ReplicationFailReason =
  | "no such property"
  | "cannot be encoded"
  | "too large"
  | "too many properties"
  | "not sent";

/** Something of ours that was not sent. Where Godot prints an error. */
export interface ReplicationFailure {
  readonly reason: ReplicationFailReason;
  /** Of the node or synchronizer. */
  readonly path: string;
  /** For people. */
  readonly detail: string;
}
