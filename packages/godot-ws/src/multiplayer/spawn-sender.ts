// The nodes that this side spawns: noticed when they are added, told to the peers that may see them, parents before what
// is below them, and taken back (wire: SPAWN and DESPAWN). It must not know how states go on from there.

import { GodotWsError, UsageError } from "../errors.ts";
import { decodeArguments, encodeArguments } from "../variant/compact.ts";
import type { Variant } from "../variant/variant.ts";
import { Attachments } from "./attachments.ts";
import { groupBy } from "./grouping.ts";
import { Node } from "./node.ts";
import { joinOctets } from "./octets.ts";
import { customScene, encodeDespawn, encodeSpawn } from "./replication-packets.ts";
import type { ReplicationPort } from "./replication-port.ts";
import { type SessionVersion, variantOptions } from "./session-dialect.ts";
import type { Spawner } from "./spawner.ts";
import type { SyncedState } from "./synced-state.ts";
import type { Synchronizer } from "./synchronizer.ts";

/** A node that this side has spawned. */
export interface SpawnedNode {
  readonly node: Node;
  readonly spawner: Spawner;
  readonly scene: number;
  /** For the spawn function. */
  readonly data: Variant;
  /** The one that it is below of, which a peer needs first. */
  readonly above: SpawnedNode | undefined;
  /** Those of which this is that one. */
  readonly below: Set<SpawnedNode>;
  /** Those in it whose states are ours to send. */
  readonly synchronizers: Set<Synchronizer>;
  /** 0 until it is sent to somebody. */
  netId: number;
  /** Its `ready` has run. */
  isReady: boolean;
  /** So has that of the outermost of its pass: peers may hear of it. */
  isOut: boolean;
  /** Who has it. */
  readonly peers: Set<number>;
  /** Why it last was not sent, so that it is reported once. */
  fault: string;
}

/** A DESPAWN, until our own queue has taken it. */
interface OwedDespawn {
  readonly netId: number;
  readonly peers: Set<number>;
}

const serverId = 1;

/** In milliseconds: what was not sent is tried again after so long. */
const retryMs = 250;

/** What the sender needs of the rest of replication. */
export interface SpawnSenderHost {
  /** Of a root node. */
  synchronizersOf(node: Node): Iterable<Synchronizer>;
  stateOf(synchronizer: Synchronizer): SyncedState;
  /** The peers now have the node, and know these synchronizers by their net ids. */
  shown(spawned: SpawnedNode, listed: readonly Synchronizer[], peers: readonly number[]): void;
  hidden(spawned: SpawnedNode, peer: number): void;
}

export class SpawnSender {
  readonly #port: ReplicationPort;
  readonly #host: SpawnSenderHost;
  // In the order in which they came into the tree: what is above another comes first.
  readonly #spawned = new Map<Node, SpawnedNode>();
  // By their spawn nodes.
  readonly #spawners = new Attachments<Spawner>();
  readonly #syncIds = new Map<Synchronizer, number>();
  /** Nodes of one pass, sent when the outermost, which is the first, is ready. */
  #queue: SpawnedNode[] = [];
  #custom: { node: Node; spawner: Spawner; data: Variant } | undefined;
  #lastNetId = 0;
  // Peers would be out of step for ever without these.
  readonly #unsent = new Set<SpawnedNode>();
  #owed: OwedDespawn[] = [];
  #retryAt = 0;

  constructor(port: ReplicationPort, host: SpawnSenderHost) {
    this.#port = port;
    this.#host = host;
  }

  // ---- which nodes ----

  /** The spawner is in the tree, or watches another node now. */
  watch(spawner: Spawner): void {
    const { spawnNode } = spawner;
    this.#spawners.attach(spawner, spawnNode?.isInsideTree ? spawnNode : undefined);
  }

  /** It leaves the tree: peers lose its nodes, which stay here. Godot: MultiplayerSpawner, NOTIFICATION_EXIT_TREE. */
  spawnerExited(spawner: Spawner): void {
    this.#spawners.detach(spawner);
    for (const spawned of this.#spawnedBy(spawner).reverse()) this.#untrack(spawned);
  }

  #spawnedBy(spawner: Spawner): SpawnedNode[] {
    return [...this.#spawned.values()].filter((spawned) => spawned.spawner === spawner);
  }

  countOf(spawner: Spawner): number {
    return this.#spawnedBy(spawner).length;
  }

  /** The spawned node that this is, or is below of. */
  around(node: Node | undefined): SpawnedNode | undefined {
    if (this.#spawned.size === 0) return undefined;
    for (let above = node; above !== undefined; above = above.parent) {
      const spawned = this.#spawned.get(above);
      if (spawned !== undefined) return spawned;
    }
    return undefined;
  }

  get(node: Node): SpawnedNode | undefined {
    return this.#spawned.get(node);
  }

  /** Adds a node that a spawn function has made. */
  spawn(spawner: Spawner, node: Node, data: Variant): void {
    const { spawnNode } = spawner;
    if (!(node instanceof Node) || node.parent !== undefined || spawnNode === undefined) {
      throw new UsageError("ERR_INVALID_PARAMETER", "spawnFunction has to give a node without a parent");
    }
    // What cannot be encoded is the caller's error. A copy: what the value turns into later is none of the peers'.
    const copy = decodeArguments(encodeArguments([data]), 0, 1, { keepKinds: true, copyBytes: true });
    const outer = this.#custom;
    this.#custom = { node, spawner, data: copy.values[0] ?? null };
    try {
      spawnNode.addChild(node);
    } finally {
      this.#custom = outer;
    }
  }

  nodeEntered(node: Node): void {
    for (const spawner of this.#spawners.loose) if (spawner.spawnNode?.isInsideTree) this.watch(spawner);
    const custom = this.#custom?.node === node ? this.#custom : undefined;
    if (custom !== undefined) return this.#track(node, custom.spawner, customScene, custom.data);
    if (node.parent === undefined) return;
    for (const spawner of this.#spawners.of(node.parent)) {
      const scene = spawner.sceneIndexOf(node);
      if (scene < 0 || !this.#mayOwn(spawner)) continue;
      // As Godot, whose limit is for `spawn` alone.
      return this.#track(node, spawner, scene, null);
    }
  }

  // Before there is a connection, a server may be building its world.
  #mayOwn(spawner: Spawner): boolean {
    return (this.#port.ownId() ?? 1) === spawner.multiplayerAuthority;
  }

  #track(node: Node, spawner: Spawner, scene: number, data: Variant): void {
    const above = this.around(node.parent);
    const spawned: SpawnedNode = {
      ...{ node, spawner, scene, data, above },
      below: new Set(),
      synchronizers: new Set(),
      netId: 0,
      isReady: false,
      isOut: false,
      peers: new Set(),
      fault: "",
    };
    this.#spawned.set(node, spawned);
    above?.below.add(spawned);
    this.#queue.push(spawned);
  }

  nodeReady(node: Node): void {
    const spawned = this.#spawned.get(node);
    if (spawned === undefined) return;
    spawned.isReady = true;
    this.#sendQueue();
  }

  #sendQueue(): void {
    if (this.#queue[0]?.isReady !== true) return;
    const queue = this.#queue;
    this.#queue = [];
    for (const spawned of queue) {
      spawned.isOut = true;
      this.update(spawned);
    }
  }

  nodeExited(node: Node): void {
    for (const spawner of [...this.#spawners.of(node)]) this.#spawners.attach(spawner, undefined);
    const spawned = this.#spawned.get(node);
    if (spawned !== undefined) this.#untrack(spawned);
  }

  #untrack(spawned: SpawnedNode): void {
    this.#spawned.delete(spawned.node);
    this.#unsent.delete(spawned);
    spawned.above?.below.delete(spawned);
    this.#despawn(spawned, [...spawned.peers]);
    if (spawned.isOut) return;
    this.#queue = this.#queue.filter((other) => other !== spawned);
    // Those behind it may have waited for it alone.
    this.#sendQueue();
  }

  forgetSynchronizer(synchronizer: Synchronizer): void {
    this.#syncIds.delete(synchronizer);
  }

  // ---- who has them ----

  /** Whoever is new gets all that it may see. */
  peerAdded(peer: number): void {
    for (const spawned of [...this.#spawned.values()])
      if (spawned.above === undefined) this.update(spawned, peer);
  }

  peerRemoved(peer: number): void {
    for (const spawned of this.#spawned.values()) spawned.peers.delete(peer);
    for (const owed of this.#owed) owed.peers.delete(peer);
  }

  /** Nobody is there any more; our nodes stay. */
  clear(): void {
    this.#lastNetId = 0;
    this.#syncIds.clear();
    this.#unsent.clear();
    this.#owed = [];
    for (const spawned of this.#spawned.values()) {
      spawned.netId = 0;
      spawned.fault = "";
      spawned.peers.clear();
    }
  }

  /** Tells and takes back until who has it is who may see it: one peer, or all (0). */
  update(spawned: SpawnedNode, peer = 0): void {
    const ownId = this.#port.ownId();
    if (!spawned.isOut || ownId === undefined || !this.#isTracked(spawned)) return;
    const isOurs = spawned.spawner.multiplayerAuthority === ownId;
    const news: number[] = [];
    const gone: number[] = [];
    for (const id of peer === 0 ? this.#port.peers : [peer]) {
      if (!this.#port.peers.has(id)) continue;
      const isVisible = isOurs && this.#isVisible(spawned, id);
      if (isVisible && !spawned.peers.has(id)) news.push(id);
      else if (!isVisible && spawned.peers.has(id)) gone.push(id);
    }
    // The filters may have freed it.
    if (!this.#isTracked(spawned)) return;
    // What is below it goes first, and comes last.
    this.#hide(spawned, gone);
    this.#show(spawned, news);
    if (news.length === 0) return;
    for (const other of [...spawned.below]) this.update(other, peer);
  }

  #isTracked(spawned: SpawnedNode): boolean {
    return this.#spawned.get(spawned.node) === spawned;
  }

  #hide(spawned: SpawnedNode, peers: readonly number[]): void {
    if (peers.length === 0) return;
    for (const other of [...spawned.below].reverse())
      this.#hide(
        other,
        peers.filter((peer) => other.peers.has(peer)),
      );
    this.#despawn(spawned, peers);
  }

  #isVisible({ node, above }: SpawnedNode, peer: number): boolean {
    if (above !== undefined && !above.peers.has(peer)) return false;
    const ownId = this.#port.ownId();
    let isVisible = true;
    for (const synchronizer of this.#host.synchronizersOf(node)) {
      if (synchronizer.multiplayerAuthority !== ownId) continue;
      if (synchronizer.isVisibleTo(peer)) return true;
      isVisible = false;
    }
    return isVisible;
  }

  #show(spawned: SpawnedNode, peers: readonly number[]): void {
    // A filter of the game's own may have thrown it out.
    const present = peers.filter((peer) => this.#port.peers.has(peer));
    for (const [version, members] of groupBy(present, (peer) => this.#port.versionOf(peer)))
      this.#sendSpawn(spawned, version, members);
  }

  #sendSpawn(spawned: SpawnedNode, version: SessionVersion, peers: readonly number[]): void {
    const { node, spawner } = spawned;
    if (spawned.netId === 0) spawned.netId = ++this.#lastNetId;
    const listed = this.#listed(spawned);
    let packet: Uint8Array;
    try {
      const states = listed.map((synchronizer) => this.#host.stateOf(synchronizer).spawnState(version));
      const fault = states.find((state) => "reason" in state);
      if (fault !== undefined) return this.#port.failed({ ...fault, path: node.path });
      const options = variantOptions(version, false);
      packet = encodeSpawn({
        scene: spawned.scene,
        spawnerId: this.#port.announce(spawner, peers).entry.id,
        netId: spawned.netId,
        syncIds: listed.map((synchronizer) => this.#syncIds.get(synchronizer) ?? 0),
        name: node.name,
        argument: spawned.scene === customScene ? encodeArguments([spawned.data], options) : undefined,
        state: joinOctets(...(states as Uint8Array[])),
      });
    } catch (error) {
      if (!(error instanceof GodotWsError)) throw error;
      return this.#missed(spawned, error);
    }
    const missing = new Set(peers);
    // What is owed goes first: the node may have the name of one that has gone.
    const error = this.#sendOwed() ?? this.#send(packet, missing);
    const sent = peers.filter((peer) => !missing.has(peer));
    for (const peer of sent) spawned.peers.add(peer);
    if (error !== undefined) this.#missed(spawned, error);
    else spawned.fault = "";
    if (sent.length > 0) this.#host.shown(spawned, listed, sent);
  }

  /** The synchronizers that the packet gives net ids to. */
  #listed({ node, spawner }: SpawnedNode): Synchronizer[] {
    const listed: Synchronizer[] = [];
    for (const synchronizer of this.#host.synchronizersOf(node)) {
      if (synchronizer.multiplayerAuthority !== spawner.multiplayerAuthority) continue;
      if (!this.#syncIds.has(synchronizer)) this.#syncIds.set(synchronizer, ++this.#lastNetId);
      listed.push(synchronizer);
    }
    return listed;
  }

  /** What SPAWN has called it; 0 when it was in none. */
  netIdOf(synchronizer: Synchronizer): number {
    return this.#syncIds.get(synchronizer) ?? 0;
  }

  #despawn(spawned: SpawnedNode, peers: readonly number[]): void {
    if (peers.length === 0) return;
    for (const peer of peers) {
      spawned.peers.delete(peer);
      this.#host.hidden(spawned, peer);
    }
    if (this.#port.ownId() === undefined) return;
    this.#owed.push({ netId: spawned.netId, peers: new Set(peers) });
    const error = this.#sendOwed();
    if (error !== undefined) this.#missed(spawned, error);
  }

  // ---- what was not sent ----

  /** Tries it again, from time to time. */
  retry(): void {
    if (this.#unsent.size === 0 && this.#owed.length === 0) return;
    if (this.#port.now() < this.#retryAt) return this.#port.wakeAt(this.#retryAt);
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    if (this.#sendOwed() !== undefined) this.#retryLater();
    for (const spawned of unsent) this.update(spawned);
  }

  #missed(spawned: SpawnedNode, { message }: GodotWsError): void {
    if (this.#isTracked(spawned)) this.#unsent.add(spawned);
    this.#retryLater();
    if (spawned.fault === message) return;
    spawned.fault = message;
    this.#port.failed({ reason: "not sent", path: spawned.node.path, detail: message });
  }

  #retryLater(): void {
    this.#retryAt = this.#port.now() + retryMs;
    this.#port.wakeAt(this.#retryAt);
  }

  #sendOwed(): GodotWsError | undefined {
    for (let owed = this.#owed[0]; owed !== undefined; owed = this.#owed[0]) {
      const error = this.#send(encodeDespawn(owed.netId), owed.peers);
      if (error !== undefined) return error;
      // Sending may run code of the game's, which may have freed another node.
      if (this.#owed[0] === owed) this.#owed.shift();
    }
    return undefined;
  }

  /** Leaves those of the peers that it has not gone to. */
  #send(packet: Uint8Array, peers: Set<number>): GodotWsError | undefined {
    // A client's packets go to the server one by one, and its queue may be full behind any of them.
    const parts = this.#port.ownId() === serverId ? [[...peers]] : [...peers].map((peer) => [peer]);
    for (const part of parts) {
      for (const peer of part) peers.delete(peer);
      try {
        this.#port.send(packet, part);
      } catch (error) {
        for (const peer of part) peers.add(peer);
        if (!(error instanceof GodotWsError)) throw error;
        return error;
      }
    }
    return undefined;
  }
}
