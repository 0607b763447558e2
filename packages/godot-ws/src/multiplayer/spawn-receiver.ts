// The nodes that peers spawn here: made, named, given what they begin with before they are ready, and taken away (wire:
// SPAWN and DESPAWN). It must not know how states go on from there.

import { DataError } from "../errors.ts";
import { decodeArguments } from "../variant/compact.ts";
import { forbiddenInNames, Node } from "./node.ts";
import { PropertyList } from "./property-access.ts";
import { type ReceivedState, takeState } from "./received-state.ts";
import { customScene, decodeDespawn, decodeSpawn, type SpawnPacket } from "./replication-packets.ts";
import type { ReplicationPort, ReplicationRejectReason } from "./replication-port.ts";
import { keptOptions } from "./session-dialect.ts";
import { Spawner } from "./spawner.ts";
import type { Synchronizer } from "./synchronizer.ts";

interface RemoteNode {
  readonly node: Node;
  readonly spawner: Spawner;
  readonly peer: number;
  readonly netId: number;
}

/** A node that is being added, and what its synchronizers have not taken yet. */
interface Pending extends ReceivedState {
  readonly node: Node;
  readonly peer: number;
  readonly ids: number[];
}

/** Characters: a name is kept as long as its node is there. As long as paths may be. */
const longestName = 4096;

export class SpawnReceiver {
  readonly #port: ReplicationPort;
  readonly #maxNodes: number;
  readonly #byPeer = new Map<number, Map<number, RemoteNode>>();
  readonly #byNode = new Map<Node, RemoteNode>();
  readonly #synchronizers = new Map<number, Map<number, Synchronizer>>();
  readonly #idOf = new Map<Synchronizer, { peer: number; netId: number }>();
  #pending: Pending | undefined;

  /** `maxNodes`: of one peer's that may be there at a time. */
  constructor(port: ReplicationPort, maxNodes: number) {
    this.#port = port;
    this.#maxNodes = maxNodes;
  }

  /** The peer that has spawned the node; undefined for one of our own. */
  spawnerOf(node: Node): number | undefined {
    return this.#byNode.get(node)?.peer;
  }

  /** What SPAWN has called so. */
  synchronizer(peer: number, netId: number): Synchronizer | undefined {
    return this.#synchronizers.get(peer)?.get(netId);
  }

  receiveSpawn(peer: number, packet: Uint8Array): void {
    const reject = (reason: ReplicationRejectReason, detail: string, error?: unknown): void =>
      this.#port.rejected(peer, { reason, path: spawner?.path, detail, error });
    let spawner: Spawner | undefined;
    const spawn = decodeSpawn(packet);
    if (spawn === undefined) return reject("malformed", `a SPAWN of ${packet.length} octets`);
    const entry = this.#port.received(peer, spawn.spawnerId);
    const found = entry && this.#port.nodeOf(entry);
    if (!(found instanceof Spawner))
      return reject("unknown spawner", entry?.path ?? `it has not told of a node ${spawn.spawnerId}`);
    spawner = found;
    if (spawner.multiplayerAuthority !== peer)
      return reject("not allowed", `only the authority, ${spawner.multiplayerAuthority}, may spawn`);
    if (spawn.name === "" || spawn.name.length > longestName || forbiddenInNames.test(spawn.name))
      return reject("invalid name", spawn.name.slice(0, 100));
    const parent = spawner.spawnNode;
    if (parent?.isInsideTree !== true) return reject("no spawn node", spawner.spawnPath);
    if (parent.hasNode(spawn.name)) return reject("name taken", `${parent.path}/${spawn.name}`);
    const nodes = this.#byPeer.get(peer);
    if (nodes?.has(spawn.netId)) return reject("net id taken", String(spawn.netId));
    if (nodes !== undefined && nodes.size >= this.#maxNodes)
      return reject("too many nodes", `it has spawned ${this.#maxNodes} already`);
    this.#carryOut(peer, spawn, spawner, parent, reject);
  }

  #carryOut(
    peer: number,
    spawn: SpawnPacket,
    spawner: Spawner,
    parent: Node,
    reject: (reason: ReplicationRejectReason, detail: string, error?: unknown) => void,
  ): void {
    const { scene, netId } = spawn;
    let node: Node;
    try {
      if (scene === customScene) node = this.#makeCustom(peer, spawn, spawner);
      else if (scene < spawner.spawnableSceneCount) node = spawner.instantiate(scene);
      else return reject("unknown scene", String(scene));
      if (!(node instanceof Node) || node.parent !== undefined || node.isInsideTree)
        return reject("spawn function failed", "it has to give a node without a parent");
      node.name = spawn.name;
    } catch (error) {
      if (error instanceof DataError) return reject("malformed", `its argument: ${error.message}`);
      return reject("spawn function failed", String(error), error);
    }
    // The game's own code may have thrown the peer out, which takes nothing back any more.
    if (!this.#port.peers.has(peer)) return node.free();
    const remote: RemoteNode = { node, spawner, peer, netId };
    const nodes = this.#byPeer.get(peer) ?? new Map<number, RemoteNode>();
    this.#byPeer.set(peer, nodes.set(netId, remote));
    this.#byNode.set(node, remote);
    const version = this.#port.versionOf(peer);
    const state = { bytes: spawn.state, version, offset: 0, isExact: false };
    const pending = { ...state, node, peer, ids: [...spawn.syncIds] };
    const outer = this.#pending;
    this.#pending = pending;
    try {
      parent.addChild(node);
    } finally {
      this.#pending = outer;
    }
    // Its own code may have taken it away again.
    if (this.#byNode.get(node) !== remote) return;
    if (pending.ids.length > 0)
      reject("unused net ids", `${node.path} has fewer synchronizers of that peer's than it says`);
    spawner.spawned.emit(node);
  }

  #makeCustom(peer: number, { argument }: SpawnPacket, spawner: Spawner): Node {
    const options = keptOptions(this.#port.versionOf(peer));
    const [data = null] = decodeArguments(argument ?? new Uint8Array(0), 0, 1, options).values;
    const { spawnFunction } = spawner;
    if (spawnFunction === undefined) throw new Error("the spawner has no spawnFunction");
    return spawnFunction(data);
  }

  /** A synchronizer has come into the tree: it may be one that SPAWN lists, which takes its id and its state now. */
  synchronizerEntered(synchronizer: Synchronizer): void {
    const pending = this.#pending;
    if (pending === undefined || pending.ids.length === 0) return;
    const { node, peer } = pending;
    // Its own code may have thrown the peer out, whose node it is no more.
    if (!this.#byNode.has(node)) return;
    if (synchronizer.multiplayerAuthority !== peer || synchronizer.rootNode !== node) return;
    const netId = pending.ids.shift()!;
    const known = this.#synchronizers.get(peer) ?? new Map<number, Synchronizer>();
    this.#synchronizers.set(peer, known.set(netId, synchronizer));
    this.#idOf.set(synchronizer, { peer, netId });
    const properties = synchronizer.replicationConfig?.lists.spawn ?? [];
    const fault = takeState(pending, node, new PropertyList(), properties);
    if (fault === undefined) return;
    // Where the next one's begins is not known.
    pending.offset = pending.bytes.length;
    this.#port.rejected(peer, { ...fault, path: node.path });
  }

  receiveDespawn(peer: number, packet: Uint8Array): void {
    const netId = decodeDespawn(packet);
    const remote = this.#byPeer.get(peer)?.get(netId);
    if (remote === undefined) {
      return this.#port.rejected(peer, { reason: "unknown net id", path: undefined, detail: String(netId) });
    }
    const { node, spawner } = remote;
    if (spawner.multiplayerAuthority !== peer) {
      const detail = `only the authority, ${spawner.multiplayerAuthority}, may despawn`;
      return this.#port.rejected(peer, { reason: "not allowed", path: spawner.path, detail });
    }
    this.#forget(remote);
    node.free();
    spawner.despawned.emit(node);
  }

  nodeExited(node: Node): void {
    const remote = this.#byNode.get(node);
    if (remote !== undefined) this.#forget(remote);
  }

  #forget({ node, peer, netId }: RemoteNode): void {
    this.#byNode.delete(node);
    this.#byPeer.get(peer)?.delete(netId);
  }

  forgetSynchronizer(synchronizer: Synchronizer): void {
    const known = this.#idOf.get(synchronizer);
    if (known === undefined) return;
    this.#idOf.delete(synchronizer);
    const others = this.#synchronizers.get(known.peer);
    // The peer may have given the same id to another.
    if (others?.get(known.netId) === synchronizer) others.delete(known.netId);
  }

  /** What it has spawned here goes with it. Godot: SceneReplicationInterface::_free_remotes. */
  peerRemoved(peer: number): void {
    const nodes = [...(this.#byPeer.get(peer)?.values() ?? [])];
    this.#byPeer.delete(peer);
    this.#synchronizers.delete(peer);
    // What is below others first.
    for (const { node } of nodes.reverse()) {
      this.#byNode.delete(node);
      node.free();
    }
  }

  clear(): void {
    for (const peer of [...this.#byPeer.keys()]) this.peerRemoved(peer);
    this.#synchronizers.clear();
  }
}
