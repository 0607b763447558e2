// What the parts of a SceneMultiplayer share: the transport and how packets get to peers over it, who takes part and in
// which version, the time, and the nodes that peers may speak of. It must not know what is in packets.

import { GodotWsError, UsageError } from "../errors.ts";
import { connected, type MultiplayerPeer, serverId, type TransferMode } from "../peer/multiplayer-peer.ts";
import type { Signal } from "../signal.ts";
import type { Alarm } from "./alarm.ts";
import { encodeSys, sysRelay } from "./commands.ts";
import type { MultiplayerAPI } from "./multiplayer-api.ts";
import type { PacketFault, SceneMultiplayerOptions } from "./multiplayer-options.ts";
import { Node, type NodeTree } from "./node.ts";
import type { ReceivedPath } from "./path-cache.ts";
import { type Audience, type ChecksumMismatch, PathExchange } from "./path-exchange.ts";
import type { RpcMethod } from "./rpc-config.ts";
import {
  latestSessionVersion,
  type SessionDialect,
  type SessionVersion,
  sessionDialectOf,
} from "./session-dialect.ts";

const mostWaitingNodeIds = 1024;

/** Godot: MultiplayerPeer.TransferMode. */
const transferModes = { unreliable: 0, unreliable_ordered: 1, reliable: 2 } as const;

/** The `SceneMultiplayer` whose session it is. */
export interface SessionOwner extends MultiplayerAPI {
  readonly serverRelay: boolean;
  readonly allowObjectDecoding: boolean;
  readonly rootPath: string;
  readonly packetRejected: Signal<[id: number, fault: PacketFault]>;
  readonly checksumMismatched: Signal<[id: number, mismatch: ChecksumMismatch]>;
  readonly versionSuspected: Signal<[id: number, message: string]>;
}

/** Each part asks for some of it, by an interface of its own. Nothing is private, so that `extend` works. */
export class Session {
  /** The admitted ones. */
  readonly peers = new Set<number>();
  /** Those that are not `version`. */
  readonly versions = new Map<number, SessionVersion>();
  readonly owner: SessionOwner;
  readonly version: SessionVersion;
  readonly names: readonly string[];
  readonly paths: PathExchange;
  transport: MultiplayerPeer | undefined;
  /** In event style. */
  alarm: Alarm | undefined;
  tree: NodeTree | undefined;

  constructor(
    owner: SessionOwner,
    { version = latestSessionVersion, knownMethods = [], maxNodeIds = 65_536 }: SceneMultiplayerOptions,
  ) {
    this.owner = owner;
    this.version = sessionDialectOf(version).version;
    this.names = knownMethods;
    this.paths = new PathExchange(this, {
      maxPerPeer: maxNodeIds,
      maxWaitingPerPeer: mostWaitingNodeIds,
    });
  }

  /** This session, for a part that asks for more. */
  extend<More extends object>(more: More): Omit<this, keyof More> & More {
    return Object.assign(Object.create(this), more);
  }

  clear(): void {
    this.peers.clear();
    this.versions.clear();
    this.paths.clear();
    this.alarm?.clear();
  }

  forgetPeer(peer: number): void {
    this.versions.delete(peer);
    this.paths.forgetPeer(peer);
  }

  // ---- who and when ----

  /** Our own id; undefined while we are not connected. */
  ownId(): number | undefined {
    return this.transport?.connectionStatus === connected ? this.transport.uniqueId : undefined;
  }

  /** Whether the server passes on what clients send each other. */
  relays(): boolean {
    return this.owner.serverRelay && (this.transport?.isServerRelaySupported ?? false);
  }

  versionOf(peer: number): SessionVersion {
    return this.versions.get(peer) ?? this.version;
  }

  /** That of all peers, when it is the same. */
  commonVersion(): SessionVersion | undefined {
    return this.versions.size === 0 ? this.version : undefined;
  }

  dialectOf(peer: number): SessionDialect {
    return sessionDialectOf(this.versionOf(peer));
  }

  /** Whether whole objects may be sent and received. */
  allowObjects(): boolean {
    return this.owner.allowObjectDecoding;
  }

  now(): number {
    return this.transport?.clock.now() ?? 0;
  }

  /** At this time there is something to do. A game loop polls anyway. */
  wakeAt(time: number): void {
    this.alarm?.setFor(time);
  }

  // ---- nodes ----

  rootNode(): Node | undefined {
    return this.tree?.root.getNodeOrNull(this.owner.rootPath);
  }

  rootPath(): string | undefined {
    return this.rootNode()?.path;
  }

  /** Only nodes of this API: with several of them in one tree, a peer reaches no other's. */
  find(path: string): Node | undefined {
    const node = this.rootNode()?.getNodeOrNull(path);
    return node?.isNodeReady && this.tree?.multiplayerOf(node) === this.owner ? node : undefined;
  }

  /** Throws UsageError for a node of another API. */
  mustOwn(node: object): Node {
    if (node instanceof Node && node.tree !== undefined && node.tree === this.tree) return node;
    throw new UsageError("ERR_INVALID_PARAMETER", "the node is not in the tree of this multiplayer API");
  }

  announce(node: Node, peers: readonly number[]): Audience {
    return this.paths.announce(node, peers);
  }

  received(peer: number, id: number): ReceivedPath | undefined {
    return this.paths.received(peer, id);
  }

  nodeOf(entry: ReceivedPath): Node | undefined {
    return this.paths.nodeOf(entry);
  }

  // ---- what is told ----

  knownMethods(): readonly string[] {
    return this.names;
  }

  rejected(peer: number, fault: PacketFault): void {
    this.owner.packetRejected.emit(peer, fault);
  }

  mismatched(peer: number, mismatch: ChecksumMismatch): void {
    this.owner.checksumMismatched.emit(peer, mismatch);
  }

  suspected(peer: number, message: string): void {
    this.owner.versionSuspected.emit(peer, message);
  }

  // ---- sending ----

  /** To one, to all (0) or to all but one (-id). Throws UsageError without a connection and for an unknown peer. */
  sendTo(target: number, packet: Uint8Array, mode: TransferMode = transferModes.reliable, channel = 0): void {
    const transport = this.mustBeConnected();
    if (target > 0 && !this.peers.has(target))
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${target}`);
    const isOne = target > 0 || !transport.isServer;
    this.put(packet, isOne ? [target] : [...this.peers].filter((id) => id !== -target), mode, channel);
  }

  /** To admitted peers. */
  send(packet: Uint8Array, peers: readonly number[], method?: RpcMethod): void {
    this.put(packet, peers, transferModes[method?.transferMode ?? "reliable"], method?.channel ?? 0);
  }

  /** As Godot, a client sends to each of the others through the server. */
  put(packet: Uint8Array, targets: readonly number[], mode: TransferMode, channel: number): void {
    const { transport } = this;
    if (transport === undefined) return;
    transport.transferMode = mode;
    transport.transferChannel = channel;
    if (transport.isServer) return transport.multicast(packet, targets);
    transport.targetPeer = serverId;
    for (const target of targets) {
      const isDirect = target === serverId || !this.relays();
      transport.putPacket(isDirect ? packet : encodeSys(sysRelay, target, packet));
    }
  }

  /** Nobody called, so nobody can be told when it fails; without it the peer goes on with long packets. */
  answer(packet: Uint8Array, peer: number): void {
    try {
      this.send(packet, [peer]);
    } catch (error) {
      if (!(error instanceof GodotWsError)) throw error;
    }
  }

  /** To a peer of the transport, which need not be admitted. */
  sendDirectly(packet: Uint8Array, peer: number): void {
    this.mustBeConnected();
    this.send(packet, [peer]);
  }

  /** A server's, encoded once. */
  multicast(packet: Uint8Array, peers: Iterable<number>): void {
    this.transport?.multicast(packet, peers);
  }

  /** Throws UsageError otherwise. */
  mustBeConnected(): MultiplayerPeer {
    const { transport } = this;
    if (transport?.connectionStatus === connected) return transport;
    throw new UsageError("ERR_UNCONFIGURED", "there is no connected multiplayerPeer");
  }
}
