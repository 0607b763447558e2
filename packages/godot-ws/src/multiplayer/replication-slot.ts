// The place of replication in a multiplayer API: empty until a spawner or synchronizer, which bring it, comes into the
// tree, so that programs without them do not contain it. It must not know `Replication` itself.

import { commandOf } from "./commands.ts";
import * as commands from "./network-commands.ts";
import type { Node } from "./node.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { ReplicationSettings } from "./replication-settings.ts";

/** What a multiplayer API tells of nodes, peers and packets, and asks. */
export interface ReplicationPart {
  nodeEntered(node: Node): void;
  nodeReady(node: Node): void;
  nodeExited(node: Node): void;
  peerAdded(peer: number): void;
  peerRemoved(peer: number): void;
  /** The connection is over. */
  clear(): void;
  /** Whether a call of ours about the node goes to the peer. */
  canCall(node: Node, peer: number): boolean;
  /** A packet of replication, of no less than its shortest length. */
  receive(peer: number, packet: Uint8Array): void;
  /** Sends what is due. */
  sendDue(): void;
}

/** A node that cannot do without. */
export interface BringsReplication {
  createReplication(port: ReplicationPort, settings: ReplicationSettings): ReplicationPart;
}

export class ReplicationSlot implements ReplicationPart {
  readonly #port: ReplicationPort;
  readonly #settings: ReplicationSettings;
  #part: ReplicationPart | undefined;

  constructor(port: ReplicationPort, settings: ReplicationSettings) {
    this.#port = port;
    this.#settings = settings;
  }

  nodeEntered(node: Node): void {
    if (this.#part === undefined && bringsReplication(node)) {
      this.#part = node.createReplication(this.#port, this.#settings);
      for (const peer of this.#port.peers) this.#part.peerAdded(peer);
    }
    this.#part?.nodeEntered(node);
  }

  nodeReady(node: Node): void {
    this.#part?.nodeReady(node);
  }

  nodeExited(node: Node): void {
    this.#part?.nodeExited(node);
  }

  peerAdded(peer: number): void {
    this.#part?.peerAdded(peer);
  }

  peerRemoved(peer: number): void {
    this.#part?.peerRemoved(peer);
  }

  clear(): void {
    this.#part?.clear();
  }

  canCall(node: Node, peer: number): boolean {
    return this.#part?.canCall(node, peer) ?? true;
  }

  receive(peer: number, packet: Uint8Array): void {
    if (this.#part !== undefined) return this.#part.receive(peer, packet);
    // A state may be early, or late.
    if (packet[0] === commands.sync) return;
    const isSpawn = commandOf(packet) === commands.spawn;
    this.#port.rejected(peer, {
      reason: isSpawn ? "unknown spawner" : "unknown net id",
      path: undefined,
      detail: "there is no spawner or synchronizer in the tree",
    });
  }

  sendDue(): void {
    this.#part?.sendDue();
  }
}

function bringsReplication(node: Node): node is Node & BringsReplication {
  return "createReplication" in node && typeof node.createReplication === "function";
}
