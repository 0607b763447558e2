// Replication as a whole: which spawners and synchronizers there are, and whose turn it is when nodes, peers and packets
// come and go. Godot: SceneReplicationInterface. It must not know layouts, nor how packets travel.

import type { Variant } from "../variant/variant.ts";
import { commandOf } from "./commands.ts";
import * as commands from "./network-commands.ts";
import type { Node } from "./node.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { ReplicationSettings } from "./replication-settings.ts";
import type { ReplicationPart } from "./replication-slot.ts";
import { SpawnReceiver } from "./spawn-receiver.ts";
import { type SpawnedNode, SpawnSender } from "./spawn-sender.ts";
import { Spawner, type SpawnerHost } from "./spawner.ts";
import { SyncReceiver } from "./sync-receiver.ts";
import { SyncSender } from "./sync-sender.ts";
import { Synchronizer, type SynchronizerHost } from "./synchronizer.ts";

const serverId = 1;
const none: ReadonlySet<Synchronizer> = new Set();

export class Replication implements ReplicationPart, SpawnerHost, SynchronizerHost {
  readonly #port: ReplicationPort;
  readonly #settings: ReplicationSettings;
  readonly #spawns: SpawnSender;
  readonly #syncs: SyncSender;
  readonly #remoteSpawns: SpawnReceiver;
  readonly #remoteSyncs: SyncReceiver;
  // By the node that they are started for.
  readonly #byRoot = new Map<Node, Set<Synchronizer>>();
  readonly #rootOf = new Map<Synchronizer, Node>();
  // Those in the tree whose root node is not.
  readonly #rootless = new Set<Synchronizer>();
  #ownId: number | undefined;
  #nextPass = 0;

  constructor(port: ReplicationPort, settings: ReplicationSettings) {
    this.#port = port;
    this.#settings = settings;
    // A port with more in it, of which the rest stays what it is.
    const extend = <More extends object>(more: More): ReplicationPort & More =>
      Object.assign(Object.create(port) as ReplicationPort, more);
    this.#spawns = new SpawnSender(
      extend({
        synchronizersOf: (node: Node) => this.#byRoot.get(node) ?? none,
        stateOf: (synchronizer: Synchronizer) => this.#syncs.stateOf(synchronizer),
        shown: (spawned: SpawnedNode, listed: readonly Synchronizer[], peers: readonly number[]) =>
          this.#shown(spawned, listed, peers),
        hidden: (spawned: SpawnedNode, peer: number) => this.#syncs.spawnChanged(spawned, peer, false),
      }),
    );
    this.#syncs = new SyncSender(
      extend({
        spawnedAround: (synchronizer: Synchronizer) => this.#spawns.around(synchronizer),
        netIdOf: (synchronizer: Synchronizer) => this.#spawns.netIdOf(synchronizer),
      }),
      settings,
    );
    this.#remoteSpawns = new SpawnReceiver(port, settings.maxSpawnedNodes);
    this.#remoteSyncs = new SyncReceiver(
      extend({ synchronizer: (peer: number, id: number) => this.#remoteSpawns.synchronizer(peer, id) }),
    );
  }

  #shown(spawned: SpawnedNode, listed: readonly Synchronizer[], peers: readonly number[]): void {
    for (const synchronizer of listed) this.#syncs.listed(synchronizer, peers);
    for (const peer of peers) this.#syncs.spawnChanged(spawned, peer, true);
  }

  // ---- nodes ----

  nodeEntered(node: Node): void {
    this.#spawns.nodeEntered(node);
    for (const synchronizer of this.#rootless)
      if (synchronizer.rootNode?.isInsideTree) this.synchronizerStarts(synchronizer);
    if (node instanceof Synchronizer) {
      node.host = this;
      this.synchronizerStarts(node);
    } else if (node instanceof Spawner) {
      node.host = this;
      this.#spawns.watch(node);
    }
  }

  nodeReady(node: Node): void {
    // What its path leads to may have come behind it.
    if (node instanceof Spawner) this.#spawns.watch(node);
    this.#spawns.nodeReady(node);
  }

  nodeExited(node: Node): void {
    this.#spawns.nodeExited(node);
    this.#remoteSpawns.nodeExited(node);
    for (const synchronizer of [...(this.#byRoot.get(node) ?? none)]) {
      this.synchronizerStops(synchronizer);
      this.#rootless.add(synchronizer);
    }
    if (node instanceof Synchronizer) {
      this.synchronizerStops(node);
      node.host = undefined;
    } else if (node instanceof Spawner) {
      this.#spawns.spawnerExited(node);
      node.host = undefined;
    }
  }

  // ---- what spawners and synchronizers tell ----

  spawnPathChanged(spawner: Spawner): void {
    this.#spawns.watch(spawner);
  }

  spawn(spawner: Spawner, node: Node, data: Variant): void {
    this.#spawns.spawn(spawner, node, data);
  }

  spawnedCount(spawner: Spawner): number {
    return this.#spawns.countOf(spawner);
  }

  synchronizerStarts(synchronizer: Synchronizer): void {
    const root = synchronizer.rootNode;
    if (root === undefined) {
      this.#rootless.add(synchronizer);
      return;
    }
    this.#rootless.delete(synchronizer);
    this.#rootOf.set(synchronizer, root);
    this.#byRoot.set(root, (this.#byRoot.get(root) ?? new Set()).add(synchronizer));
    this.#remoteSpawns.synchronizerEntered(synchronizer);
    if (synchronizer.multiplayerAuthority !== this.#ownId) return;
    this.#syncs.add(synchronizer);
    this.#wake();
  }

  synchronizerStops(synchronizer: Synchronizer): void {
    this.#rootless.delete(synchronizer);
    const root = this.#rootOf.get(synchronizer);
    if (root === undefined) return;
    this.#rootOf.delete(synchronizer);
    const others = this.#byRoot.get(root);
    others?.delete(synchronizer);
    if (others?.size === 0) this.#byRoot.delete(root);
    synchronizer.stamp = 0;
    this.#syncs.remove(synchronizer);
    this.#spawns.forgetSynchronizer(synchronizer);
    this.#remoteSpawns.forgetSynchronizer(synchronizer);
    this.#remoteSyncs.forgetSynchronizer(synchronizer);
  }

  visibilityChanged(synchronizer: Synchronizer, peer: number): void {
    const root = this.#rootOf.get(synchronizer);
    const spawned = root && this.#spawns.get(root);
    if (spawned !== undefined) this.#spawns.update(spawned, peer);
    this.#syncs.updateVisibility(synchronizer, peer);
  }

  /** Whether a call of ours about the node goes to the peer. Godot: SceneReplicationInterface::is_rpc_visible. */
  canCall(node: Node, peer: number): boolean {
    const synchronizers = this.#byRoot.get(node);
    if (synchronizers === undefined || this.#remoteSpawns.spawnerOf(node) === peer) return true;
    const spawned = this.#spawns.get(node);
    if (spawned !== undefined) return spawned.peers.has(peer);
    for (const synchronizer of synchronizers) if (synchronizer.isVisibleTo(peer)) return true;
    return false;
  }

  // ---- peers ----

  peerAdded(peer: number): void {
    this.#checkOwnId();
    this.#spawns.peerAdded(peer);
    this.#syncs.peerAdded(peer);
    this.#wake();
  }

  peerRemoved(peer: number): void {
    this.#spawns.peerRemoved(peer);
    this.#syncs.peerRemoved(peer);
    this.#remoteSpawns.peerRemoved(peer);
    // The server's id comes back, all others are random: what was said of them is of no use any more.
    if (peer === serverId) return;
    for (const synchronizer of this.#rootOf.keys()) synchronizer.forgetPeer(peer);
    for (const synchronizer of this.#rootless) synchronizer.forgetPeer(peer);
  }

  /** The connection is over: what peers have spawned goes with it. */
  clear(): void {
    this.#ownId = undefined;
    // The next connection may go by another clock.
    this.#nextPass = 0;
    this.#spawns.clear();
    this.#syncs.clear();
    this.#remoteSpawns.clear();
    for (const synchronizer of this.#rootOf.keys()) synchronizer.stamp = 0;
  }

  /** Which synchronizers are ours is known once we have an id. */
  #checkOwnId(): void {
    const ownId = this.#port.ownId();
    if (ownId === this.#ownId) return;
    this.#ownId = ownId;
    for (const synchronizer of this.#rootOf.keys()) {
      if (synchronizer.multiplayerAuthority === ownId) this.#syncs.add(synchronizer);
      else this.#syncs.remove(synchronizer);
    }
  }

  // ---- packets ----

  /** One of replication, of no less than its shortest length. */
  receive(peer: number, packet: Uint8Array): void {
    const command = commandOf(packet);
    if (command === commands.spawn) this.#remoteSpawns.receiveSpawn(peer, packet);
    else if (command === commands.despawn) this.#remoteSpawns.receiveDespawn(peer, packet);
    else this.#remoteSyncs.receive(peer, packet);
  }

  /** Sends what is due. */
  sendDue(): void {
    if (this.#port.ownId() === undefined) return;
    this.#spawns.retry();
    if (!this.#syncs.hasSources) return;
    this.#checkOwnId();
    const { passMs } = this.#settings;
    if (passMs !== undefined) {
      const now = this.#port.now();
      if (now < this.#nextPass) return this.#wake();
      this.#nextPass = now - this.#nextPass < passMs ? this.#nextPass + passMs : now + passMs;
    }
    for (const synchronizer of [...this.#syncs.filtered()]) this.visibilityChanged(synchronizer, 0);
    this.#syncs.sendDue();
    this.#wake();
  }

  #wake(): void {
    if (this.#settings.passMs === undefined || !this.#syncs.hasSources || this.#port.peers.size === 0) return;
    this.#port.wakeAt(Math.max(this.#nextPass, this.#port.now()));
  }
}
