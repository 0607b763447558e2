// Replication as a whole: which spawners and synchronizers there are, and whose turn it is when nodes, peers and packets
// come and go. Godot: SceneReplicationInterface. It must not know layouts, nor how packets travel.

import type { Variant } from "../variant/variant.ts";
import { Attachments } from "./attachments.ts";
import { commandOf } from "./commands.ts";
import * as commands from "./network-commands.ts";
import type { Node } from "./node.ts";
import type { ReplicationPort } from "./replication-port.ts";
import type { ReplicationSettings } from "./replication-settings.ts";
import type { ReplicationPart } from "./replication-slot.ts";
import { SpawnReceiver } from "./spawn-receiver.ts";
import { type SpawnedNode, SpawnSender, type SpawnSenderHost } from "./spawn-sender.ts";
import { Spawner, type SpawnerHost } from "./spawner.ts";
import { SyncAudiences } from "./sync-audiences.ts";
import { SyncReceiver } from "./sync-receiver.ts";
import { SyncSender } from "./sync-sender.ts";
import { SyncedState } from "./synced-state.ts";
import { Synchronizer, type SynchronizerHost } from "./synchronizer.ts";

const serverId = 1;
const { VISIBILITY_PROCESS_NONE } = Synchronizer.VisibilityUpdateMode;

export class Replication implements ReplicationPart, SpawnerHost, SpawnSenderHost, SynchronizerHost {
  readonly #port: ReplicationPort;
  readonly #settings: ReplicationSettings;
  readonly #spawns: SpawnSender;
  readonly #audiences: SyncAudiences;
  readonly #syncs: SyncSender;
  readonly #remoteSpawns: SpawnReceiver;
  readonly #remoteSyncs: SyncReceiver;
  // By the node that they are started for.
  readonly #synchronizers = new Attachments<Synchronizer>();
  #ownId: number | undefined;
  #nextPass = 0;

  constructor(port: ReplicationPort, settings: ReplicationSettings) {
    this.#port = port;
    this.#settings = settings;
    this.#spawns = new SpawnSender(port, this);
    this.#audiences = new SyncAudiences(port);
    this.#syncs = new SyncSender(port, this.#audiences, settings);
    this.#remoteSpawns = new SpawnReceiver(port, settings.maxSpawnedNodes);
    this.#remoteSyncs = new SyncReceiver(port, (peer, id) => this.#remoteSpawns.synchronizer(peer, id));
  }

  // ---- what the sender of nodes asks and tells ----

  synchronizersOf(node: Node): Iterable<Synchronizer> {
    return this.#synchronizers.of(node);
  }

  stateOf(synchronizer: Synchronizer): SyncedState {
    return this.#audiences.sources.get(synchronizer)?.state ?? new SyncedState(synchronizer);
  }

  shown(spawned: SpawnedNode, listed: readonly Synchronizer[], peers: readonly number[]): void {
    for (const synchronizer of listed)
      this.#audiences.listed(synchronizer, this.#spawns.netIdOf(synchronizer), peers);
    for (const peer of peers) this.#audiences.spawnChanged(spawned, peer);
  }

  hidden(spawned: SpawnedNode, peer: number): void {
    this.#audiences.spawnChanged(spawned, peer);
  }

  // ---- nodes ----

  nodeEntered(node: Node): void {
    this.#spawns.nodeEntered(node);
    for (const synchronizer of this.#synchronizers.loose)
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
    for (const synchronizer of [...this.#synchronizers.of(node)]) {
      this.synchronizerStops(synchronizer);
      this.#synchronizers.attach(synchronizer, undefined);
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
    this.#synchronizers.attach(synchronizer, root);
    if (root === undefined) return;
    this.#remoteSpawns.synchronizerEntered(synchronizer);
    if (synchronizer.multiplayerAuthority !== this.#ownId) return;
    this.#add(synchronizer);
    this.#wake();
  }

  #add(synchronizer: Synchronizer): void {
    this.#audiences.add(synchronizer, this.#spawns.around(synchronizer));
  }

  synchronizerStops(synchronizer: Synchronizer): void {
    if (!this.#synchronizers.detach(synchronizer)) return;
    synchronizer.stamp = 0;
    this.#audiences.remove(synchronizer);
    this.#spawns.forgetSynchronizer(synchronizer);
    this.#remoteSpawns.forgetSynchronizer(synchronizer);
    this.#remoteSyncs.forgetSynchronizer(synchronizer);
  }

  visibilityChanged(synchronizer: Synchronizer, peer: number): void {
    const root = this.#synchronizers.nodeOf(synchronizer);
    const spawned = root && this.#spawns.get(root);
    if (spawned !== undefined) this.#spawns.update(spawned, peer);
    this.#audiences.updateVisibility(synchronizer, peer);
  }

  /** Whether a call of ours about the node goes to the peer. Godot: SceneReplicationInterface::is_rpc_visible. */
  canCall(node: Node, peer: number): boolean {
    const synchronizers = this.#synchronizers.of(node);
    if (synchronizers.size === 0 || this.#remoteSpawns.spawnerOf(node) === peer) return true;
    const spawned = this.#spawns.get(node);
    if (spawned !== undefined) return spawned.peers.has(peer);
    for (const synchronizer of synchronizers) if (synchronizer.isVisibleTo(peer)) return true;
    return false;
  }

  // ---- peers ----

  peerAdded(peer: number): void {
    this.#checkOwnId();
    this.#spawns.peerAdded(peer);
    this.#audiences.peerAdded(peer);
    this.#wake();
  }

  peerRemoved(peer: number): void {
    this.#spawns.peerRemoved(peer);
    this.#audiences.peerRemoved(peer);
    this.#remoteSpawns.peerRemoved(peer);
    // The server's id comes back, all others are random: what was said of them is of no use any more.
    if (peer === serverId) return;
    const { items, loose } = this.#synchronizers;
    for (const synchronizer of [...items, ...loose]) synchronizer.forgetPeer(peer);
  }

  /** The connection is over: what peers have spawned goes with it. */
  clear(): void {
    this.#ownId = undefined;
    // The next connection may go by another clock.
    this.#nextPass = 0;
    this.#spawns.clear();
    this.#audiences.clear();
    this.#syncs.clear();
    this.#remoteSpawns.clear();
    for (const synchronizer of this.#synchronizers.items) synchronizer.stamp = 0;
  }

  /** Which synchronizers are ours is known once we have an id. */
  #checkOwnId(): void {
    const ownId = this.#port.ownId();
    if (ownId === this.#ownId) return;
    this.#ownId = ownId;
    for (const synchronizer of this.#synchronizers.items) {
      if (synchronizer.multiplayerAuthority === ownId) this.#add(synchronizer);
      else this.#audiences.remove(synchronizer);
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
    const { sources } = this.#audiences;
    if (sources.size === 0) return;
    this.#checkOwnId();
    const { passMs } = this.#settings;
    if (passMs !== undefined) {
      const now = this.#port.now();
      if (now < this.#nextPass) return this.#wake();
      this.#nextPass = now - this.#nextPass < passMs ? this.#nextPass + passMs : now + passMs;
    }
    for (const synchronizer of [...sources.keys()].filter(asksFilters))
      this.visibilityChanged(synchronizer, 0);
    this.#syncs.sendDue();
    this.#wake();
  }

  #wake(): void {
    const { passMs } = this.#settings;
    if (passMs !== undefined && this.#audiences.sources.size > 0 && this.#port.peers.size > 0)
      this.#port.wakeAt(Math.max(this.#nextPass, this.#port.now()));
  }
}

/** At each pass. */
function asksFilters({ hasVisibilityFilters, visibilityUpdateMode }: Synchronizer): boolean {
  return hasVisibilityFilters && visibilityUpdateMode !== VISIBILITY_PROCESS_NONE;
}
