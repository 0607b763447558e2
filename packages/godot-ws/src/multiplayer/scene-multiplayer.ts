// Godot's SceneMultiplayer: who takes part, packets between them, and which part carries out which. It must not know that
// WebSocket exists.

import { UsageError } from "../errors.ts";
import { MultiplayerPeer, type TransferMode } from "../peer/multiplayer-peer.ts";
import { reportUncaught, Signal } from "../signal.ts";
import { Admission, type AuthCallback } from "./admission.ts";
import { Alarm } from "./alarm.ts";
import { commandOf, commands, encodeRaw, shortestReplication } from "./commands.ts";
import { MultiplayerAPI } from "./multiplayer-api.ts";
import type { PacketFault, SceneMultiplayerOptions } from "./multiplayer-options.ts";
import { Node, type NodeTree } from "./node.ts";
import { PacketSender } from "./packet-sender.ts";
import { type ReceivedPath, relativePath } from "./path-cache.ts";
import { type ChecksumMismatch, PathExchange } from "./path-exchange.ts";
import { ServerRelay } from "./relay.ts";
import type { ReplicationFailure, ReplicationRejection } from "./replication-port.ts";
import { ReplicationSettings } from "./replication-settings.ts";
import { ReplicationSlot } from "./replication-slot.ts";
import type { RpcMethod } from "./rpc-config.ts";
import { type RpcFailure, RpcReceiver, type RpcRejection } from "./rpc-receiver.ts";
import { RpcSender } from "./rpc-sender.ts";
import { latestSessionVersion, type SessionVersion, sessionDialectOf } from "./session-dialect.ts";
import { SystemPackets } from "./system-packets.ts";

const serverId = MultiplayerPeer.TARGET_PEER_SERVER;
const { ConnectionStatus: Status } = MultiplayerPeer;
const mostWaitingNodeIds = 1024;
/** That a server may announce to us. */
const mostPeers = 65_536;

/** Godot: SceneMultiplayer. */
export class SceneMultiplayer extends MultiplayerAPI {
  /** Bytes that a peer sent with `sendBytes`. Godot: SceneMultiplayer.peer_packet. */
  readonly peerPacket = new Signal<[id: number, packet: Uint8Array]>();
  /** A peer is to be authenticated: time for `sendAuth`. Godot: SceneMultiplayer.peer_authenticating. */
  readonly peerAuthenticating = new Signal<[id: number]>();
  /** It left or took too long. Godot: SceneMultiplayer.peer_authentication_failed. */
  readonly peerAuthenticationFailed = new Signal<[id: number]>();
  /** A packet was dropped. Where Godot prints an error, or says nothing. */
  readonly packetRejected = new Signal<[id: number, fault: PacketFault]>();
  /** A call was not carried out. Where Godot prints an error. */
  readonly rpcRejected = new Signal<[id: number, rejection: RpcRejection]>();
  /** An RPC of ours threw, or its promise was rejected. With no slot it is reported as an uncaught error. */
  readonly rpcFailed = new Signal<[error: unknown, call: RpcFailure]>();
  /** Something that a peer replicates was not carried out. Where Godot prints an error. */
  readonly replicationRejected = new Signal<[id: number, rejection: ReplicationRejection]>();
  /** Something of ours was not replicated. Where Godot prints an error. */
  readonly replicationFailed = new Signal<[failure: ReplicationFailure]>();
  /** The RPCs of a node are not the same on both sides. Where Godot prints an error. */
  readonly checksumMismatched = new Signal<[id: number, mismatch: ChecksumMismatch]>();
  /** A peer's bytes betray another version of Godot than was set. */
  readonly versionSuspected = new Signal<[id: number, message: string]>();

  /** Set it equally on both sides, before connecting. Godot: SceneMultiplayer.server_relay. */
  serverRelay: boolean;
  /** Whether whole objects may be in arguments, as `GodotObject`. Godot: SceneMultiplayer.allow_object_decoding. */
  allowObjectDecoding: boolean;

  /** The node from which all paths on the wire start, the same on both sides; set by `SceneTree.setMultiplayer`. Godot: SceneMultiplayer.root_path. */
  rootPath = "";

  readonly #replicationSettings: ReplicationSettings;
  readonly #autoPoll: boolean;
  readonly #version: SessionVersion;
  readonly #knownMethods: readonly string[];
  readonly #peers = new Set<number>();
  readonly #versions = new Map<number, SessionVersion>();
  readonly #relay: ServerRelay;
  readonly #system: SystemPackets;
  readonly #admission: Admission;
  readonly #packets: PacketSender;
  readonly #paths: PathExchange;
  readonly #replication: ReplicationSlot;
  readonly #sender: RpcSender;
  readonly #receiver: RpcReceiver;
  #tree: NodeTree | undefined;
  #transport: MultiplayerPeer | undefined;
  #alarm: Alarm | undefined;
  #leaveTransport = (): void => {};
  #lastStatus: number = Status.DISCONNECTED;
  #polling = false;
  #pollAgain = false;
  // Nodes that somebody has spoken of before they were there.
  readonly #awaited: Node[] = [];
  #pollIsDue = false;

  constructor(options: SceneMultiplayerOptions = {}) {
    super();
    const { heldCallTimeoutMs = 5000, maxHeldCalls = 256, maxHeldBytes = 1024 * 1024 } = options;
    this.serverRelay = options.serverRelay ?? true;
    this.allowObjectDecoding = options.allowObjectDecoding ?? false;
    this.#autoPoll = options.autoPoll ?? true;
    this.#version = sessionDialectOf(options.version ?? latestSessionVersion).version;
    this.#knownMethods = options.knownMethods ?? [];
    this.#replicationSettings = new ReplicationSettings(options);
    const session = this.#createSession();
    this.#packets = new PacketSender(session);
    this.#relay = new ServerRelay(session, options.announcePeer);
    this.#system = new SystemPackets(this.#relay, session);
    this.#admission = new Admission(session);
    this.#paths = new PathExchange(session, {
      maxPerPeer: options.maxNodeIds ?? 65_536,
      maxWaitingPerPeer: mostWaitingNodeIds,
    });
    this.#sender = new RpcSender(session);
    this.#receiver = new RpcReceiver(
      {
        ...session,
        rejected: (peer, rejection) => this.rpcRejected.emit(peer, rejection),
        failed: (error, call) => {
          if (this.rpcFailed.hasConnections) this.rpcFailed.emit(error, call);
          else reportUncaught(error);
        },
      },
      { maxMs: heldCallTimeoutMs, maxPerPeer: maxHeldCalls, maxBytesPerPeer: maxHeldBytes },
    );
    this.#replication = new ReplicationSlot(
      {
        ...session,
        rejected: (peer, rejection) => this.replicationRejected.emit(peer, rejection),
        failed: (failure) => this.replicationFailed.emit(failure),
      },
      this.#replicationSettings,
    );
  }

  /** What the parts need of each other and of us; each takes what it asks for. */
  #createSession() {
    return {
      peers: this.#peers,
      transport: () => this.#transport,
      ownId: () => (this.#transport?.connectionStatus === Status.CONNECTED ? this.uniqueId : undefined),
      relays: () => this.#relays,
      now: () => this.#transport?.clock.now() ?? 0,
      // A game loop polls anyway.
      wakeAt: (time: number) => this.#alarm?.setFor(time),
      commonVersion: () => (this.#versions.size === 0 ? this.#version : undefined),
      versionOf: (peer: number) => this.#versionOf(peer),
      dialectOf: (peer: number) => sessionDialectOf(this.#versionOf(peer)),
      allowObjects: () => this.allowObjectDecoding,
      knownMethods: () => this.#knownMethods,
      // Sending.
      multicast: (packet: Uint8Array, peers: Iterable<number>) => this.#transport?.multicast(packet, peers),
      send: (packet: Uint8Array, peers: readonly number[], method?: RpcMethod) =>
        this.#packets.send(packet, peers, method),
      answer: (packet: Uint8Array, peer: number) => this.#packets.answer(packet, peer),
      sendDirectly: (packet: Uint8Array, peer: number) => this.#packets.sendDirectly(packet, peer),
      // Coming and going.
      authenticating: (peer: number) => this.peerAuthenticating.emit(peer),
      notAdmitted: (peer: number) => this.peerAuthenticationFailed.emit(peer),
      admit: (peer: number) => this.#admit(peer),
      disconnect: (peer: number) => this.#transport?.disconnectPeer(peer),
      add: (peer: number) =>
        this.#peers.size < mostPeers ? this.#addPeer(peer) : this.#reject(serverId, "too many peers"),
      remove: (peer: number) => this.#remove(peer),
      // Nodes.
      rootPath: () => this.#rootNode()?.path,
      find: (path: string) => this.#find(path),
      mustOwn: (node: object) => this.#mustOwn(node),
      announce: (node: Node, peers: readonly number[]) => this.#paths.announce(node, peers),
      received: (peer: number, id: number) => this.#paths.received(peer, id),
      nodeOf: (entry: ReceivedPath) => this.#paths.nodeOf(entry),
      canCall: (node: Node, peer: number) => this.#replication.canCall(node, peer),
      // Carrying out, or not.
      carryOut: (source: number, packet: Uint8Array) => this.#carryOut(source, packet),
      callLocally: (node: Node, method: RpcMethod, args: readonly unknown[]) =>
        this.#receiver.carryOut(node, method, args, this.uniqueId),
      rejected: (peer: number, fault: PacketFault) => this.#reject(peer, fault),
      mismatched: (peer: number, mismatch: ChecksumMismatch) => this.checksumMismatched.emit(peer, mismatch),
      suspected: (peer: number, message: string) => this.versionSuspected.emit(peer, message),
    };
  }

  // ---- the scene ----

  /** The nodes that calls are for; undefined takes them away. For `SceneTree`. */
  attachTree(tree: NodeTree | undefined, rootPath: string): void {
    this.#tree = tree;
    this.rootPath = rootPath;
  }

  /** For `SceneTree`. */
  nodeEntered(node: Node): void {
    this.#replication.nodeEntered(node);
  }

  /** For `SceneTree`. */
  nodeReady(node: Node): void {
    this.#replication.nodeReady(node);
    if (this.#receiver.holdsNothing && !this.#paths.hasWaiting) return;
    this.#awaited.push(node);
    this.#pollSoon();
  }

  /** For `SceneTree`. */
  nodeExited(node: Node): void {
    this.#replication.nodeExited(node);
    this.#paths.nodeExited(node);
  }

  #rootNode(): Node | undefined {
    return this.#tree?.root.getNodeOrNull(this.rootPath);
  }

  /** Only nodes of this API: with several of them in one tree, a peer reaches no other's. */
  #find(path: string): Node | undefined {
    const node = this.#rootNode()?.getNodeOrNull(path);
    return node?.isNodeReady && this.#tree?.multiplayerOf(node) === this ? node : undefined;
  }

  #mustOwn(node: object): Node {
    if (node instanceof Node && node.tree !== undefined && node.tree === this.#tree) return node;
    throw new UsageError("ERR_INVALID_PARAMETER", "the node is not in the tree of this multiplayer API");
  }

  #handleAwaited(): void {
    for (const node of this.#awaited.splice(0)) {
      const rootPath = this.#rootNode()?.path;
      if (!node.isInsideTree || rootPath === undefined) continue;
      const path = relativePath(rootPath, node.path);
      this.#paths.nodeReady(node, path);
      this.#receiver.nodeReady(path);
    }
  }

  /** Octets of packets of states, at least 128; default 1350. Godot: SceneMultiplayer.max_sync_packet_size. */
  get maxSyncPacketSize(): number {
    return this.#replicationSettings.maxSyncPacketSize;
  }

  set maxSyncPacketSize(octets: number) {
    this.#replicationSettings.maxSyncPacketSize = octets;
  }

  /** Octets of packets of changes, at least 128; default 65,535. Godot: SceneMultiplayer.max_delta_packet_size. */
  get maxDeltaPacketSize(): number {
    return this.#replicationSettings.maxDeltaPacketSize;
  }

  set maxDeltaPacketSize(octets: number) {
    this.#replicationSettings.maxDeltaPacketSize = octets;
  }

  // ---- versions ----

  /** Says the version of Godot that one peer is, where the game knows it. It is forgotten when the peer leaves. */
  setPeerVersion(id: number, version: SessionVersion): void {
    sessionDialectOf(version);
    this.#versions.set(id, version);
  }

  #versionOf(peer: number): SessionVersion {
    return this.#versions.get(peer) ?? this.#version;
  }

  // ---- the transport ----

  /** The transport; replacing it forgets all peers, without signals. Godot: MultiplayerAPI.multiplayer_peer. */
  get multiplayerPeer(): MultiplayerPeer | undefined {
    return this.#transport;
  }

  set multiplayerPeer(transport: MultiplayerPeer | undefined) {
    if (transport === this.#transport) return;
    if (transport instanceof Promise) {
      throw new UsageError("ERR_INVALID_PARAMETER", "the multiplayerPeer is a promise: await it");
    }
    if (transport?.connectionStatus === Status.DISCONNECTED) {
      throw new UsageError("ERR_INVALID_PARAMETER", "the multiplayerPeer must be connecting or connected");
    }
    this.#leaveTransport();
    this.clear();
    this.#transport = transport;
    this.#lastStatus = transport?.connectionStatus ?? Status.DISCONNECTED;
    this.#alarm = undefined;
    this.#leaveTransport = () => {};
    if (transport !== undefined) this.#useTransport(transport);
  }

  #useTransport(transport: MultiplayerPeer): void {
    const forgetConnected = transport.peerConnected.connect((id) => this.#begin(id));
    const forgetDisconnected = transport.peerDisconnected.connect((id) => this.#remove(id));
    this.#leaveTransport = () => {
      forgetConnected();
      forgetDisconnected();
      transport.whenReady = () => {};
    };
    if (!this.#autoPoll) return;
    const poll = (): void => this.poll();
    this.#alarm = new Alarm(transport.clock, poll);
    transport.whenReady = poll;
    // What has arrived before; not at once, since the program has yet to connect its slots.
    if (transport.needsPoll) queueMicrotask(poll);
  }

  /** Our own id, 0 without a transport. Godot: MultiplayerAPI.get_unique_id. */
  get uniqueId(): number {
    return this.#transport?.uniqueId ?? 0;
  }

  /** Ids of the admitted peers. Godot: MultiplayerAPI.get_peers. */
  get peers(): number[] {
    return [...this.#peers];
  }

  /** When true, nobody new is admitted: the transport's. Godot: SceneMultiplayer.refuse_new_connections. */
  get refuseNewConnections(): boolean {
    return this.#transport?.refuseNewConnections ?? false;
  }

  set refuseNewConnections(refuse: boolean) {
    if (this.#transport === undefined)
      throw new UsageError("ERR_UNCONFIGURED", "there is no multiplayerPeer");
    this.#transport.refuseNewConnections = refuse;
  }

  /** Server: packets forwarded from one client to others. */
  get relayedPacketCount(): number {
    return this.#relay.forwardedCount;
  }

  /** Forgets all peers and what was agreed on with them. Godot: SceneMultiplayer.clear. */
  clear(): void {
    this.#peers.clear();
    this.#replication.clear();
    this.#versions.clear();
    this.#relay.clear();
    this.#admission.clear();
    this.#paths.clear();
    this.#receiver.clear();
    this.#alarm?.clear();
    this.#awaited.length = 0;
  }

  /** Drops a peer; the others hear of it, `peerDisconnected` is not emitted here. Godot: SceneMultiplayer.disconnect_peer. */
  disconnectPeer(id: number): void {
    const transport = this.#packets.mustBeConnected();
    this.#admission.forget(id);
    this.#drop(id);
    transport.disconnectPeer(id);
  }

  /** Server: asks the option `announcePeer` again about this peer, and tells the others what has changed. */
  updateAnnouncements(id: number): void {
    if (this.#peers.has(id)) this.#announcing?.update(id);
  }

  // ---- authentication ----

  /** Gets what peers send with `sendAuth`; with one, a peer is admitted only by `completeAuth` on both sides. */
  get authCallback(): AuthCallback | undefined {
    return this.#admission.callback;
  }

  set authCallback(callback: AuthCallback | undefined) {
    this.#admission.callback = callback;
  }

  /** Seconds until a peer that is not admitted is dropped; 0 is never. Default 3. Godot: SceneMultiplayer.auth_timeout. */
  get authTimeout(): number {
    return this.#admission.timeout;
  }

  set authTimeout(seconds: number) {
    if (!(seconds >= 0)) throw new UsageError("ERR_INVALID_PARAMETER", `authTimeout cannot be ${seconds}`);
    this.#admission.timeout = seconds;
  }

  /** Godot: SceneMultiplayer.get_authenticating_peers. */
  get authenticatingPeers(): number[] {
    return this.#admission.peers;
  }

  /** Sends data to the other side's `authCallback`, at least one octet. Godot: SceneMultiplayer.send_auth. */
  sendAuth(id: number, data: Uint8Array): void {
    this.#packets.mustBeConnected();
    this.#admission.send(id, data);
  }

  /** Says that this side is content. Godot: SceneMultiplayer.complete_auth. */
  completeAuth(id: number): void {
    this.#packets.mustBeConnected();
    this.#admission.complete(id);
  }

  // ---- calls ----

  get remoteSenderId(): number {
    return this.#receiver.senderId;
  }

  /**
   * Throws UsageError when not connected, for a node outside of the tree, for a method that is no RPC, for an unknown
   * peer, for ourselves without `callLocal`, and for arguments that are no values of Godot; on a client LimitError when
   * its queue is full (a server reports who reads too slowly).
   */
  rpc(peer: number, node: object, method: string, args: readonly unknown[] = []): void {
    this.#sender.call(peer, node, method, args);
  }

  // ---- sending ----

  /**
   * Sends bytes to a peer, to all (0), or to all but one (-id); they arrive as `peerPacket`. Throws UsageError for no
   * bytes, without a connection, and for an unknown peer. `mode` (default: reliable) and `channel` (default: 0) are for
   * transports that have them: WebSocket delivers everything in order. Godot: SceneMultiplayer.send_bytes.
   */
  sendBytes(bytes: Uint8Array, id = 0, mode?: TransferMode, channel?: number): void {
    if (bytes.length === 0) throw new UsageError("ERR_INVALID_DATA", "there are no bytes to send");
    this.#packets.sendTo(id, encodeRaw(bytes), mode, channel);
  }

  get #relays(): boolean {
    return this.serverRelay && (this.#transport?.isServerRelaySupported ?? false);
  }

  /** The relay, where it is for us to tell peers of each other. */
  get #announcing(): ServerRelay | undefined {
    return this.isServer && this.#relays ? this.#relay : undefined;
  }

  // ---- the loop ----

  /** Fetches and handles what has arrived. In event style it calls itself. Godot: MultiplayerAPI.poll. */
  poll(): void {
    this.#pollAgain = true;
    if (this.#polling) return;
    this.#polling = true;
    try {
      while (this.#pollAgain) {
        this.#pollAgain = false;
        this.#pollOnce();
      }
    } finally {
      this.#polling = false;
    }
  }

  #pollOnce(): void {
    this.#handleAwaited();
    const transport = this.#transport;
    if (transport === undefined) return;
    do {
      transport.poll();
      while (transport === this.#transport && transport.availablePacketCount > 0) {
        const sender = transport.packetPeer;
        this.#receive(sender, transport.getPacket());
      }
    } while (transport === this.#transport && transport.needsPoll);
    if (transport !== this.#transport) return;
    this.#admission.checkTimeouts();
    this.#receiver.reportExpired();
    this.#replication.sendDue();
    this.#checkStatus(transport);
  }

  /** In event style: at the end of what is going on now. */
  #pollSoon(): void {
    const transport = this.#transport;
    if (!this.#autoPoll || this.#pollIsDue || transport === undefined) return;
    this.#pollIsDue = true;
    transport.clock.endOfTurn(() => {
      this.#pollIsDue = false;
      this.poll();
    });
  }

  #checkStatus(transport: MultiplayerPeer): void {
    const before = this.#lastStatus;
    const now = transport.connectionStatus;
    this.#lastStatus = now;
    if (now !== Status.DISCONNECTED || before === Status.DISCONNECTED) return;
    this.clear();
    if (before === Status.CONNECTING) this.connectionFailed.emit();
    else this.serverDisconnected.emit();
  }

  /** The transport has a new peer. */
  #begin(id: number): void {
    this.#lastStatus = Status.CONNECTED;
    this.#admission.begin(id);
  }

  #admit(id: number): void {
    this.#announcing?.announce(id);
    this.#addPeer(id);
  }

  #addPeer(id: number): void {
    if (this.#peers.has(id)) return;
    this.#peers.add(id);
    this.#replication.peerAdded(id);
    if (id === serverId) this.connectedToServer.emit();
    this.peerConnected.emit(id);
  }

  #remove(id: number): void {
    if (!this.#admission.lost(id) && this.#drop(id)) this.peerDisconnected.emit(id);
  }

  /** Forgets a peer. True when it was admitted. */
  #drop(id: number): boolean {
    const wasAdmitted = this.#peers.delete(id);
    if (wasAdmitted) this.#announcing?.retract(id);
    this.#versions.delete(id);
    this.#paths.forgetPeer(id);
    this.#receiver.forgetPeer(id);
    this.#replication.peerRemoved(id);
    return wasAdmitted;
  }

  // ---- receiving ----

  #receive(sender: number, packet: Uint8Array): void {
    if (!this.#peers.has(sender)) return this.#receiveOfPending(sender, packet);
    if (packet.length === 0) return this.#reject(sender, "too short");
    if (commandOf(packet) === commands.sys) this.#system.receive(sender, packet);
    else this.#carryOut(sender, packet);
  }

  #receiveOfPending(sender: number, packet: Uint8Array): void {
    if (!this.#admission.isPending(sender)) return this.#reject(sender, "unknown sender");
    if (packet.length < 2) return this.#reject(sender, "too short");
    if (!this.#admission.receive(sender, packet)) this.#reject(sender, "not authenticated");
  }

  #carryOut(source: number, packet: Uint8Array): void {
    const command = commandOf(packet);
    if (command === commands.raw) {
      if (packet.length < 2) this.#reject(source, "too short");
      else this.peerPacket.emit(source, packet.subarray(1));
      return;
    }
    // A server that only relays has no nodes, and what is none of its business is no fault.
    if (this.#tree === undefined) return;
    // A relayed packet of somebody who was not announced. Godot takes it, but nothing would ever end what is kept of it.
    if (!this.#peers.has(source)) return this.#reject(source, "unknown sender");
    if (command === commands.remoteCall) this.#receiver.receive(source, packet);
    else if (command === commands.simplifyPath) this.#paths.receiveSimplify(source, packet);
    else if (command === commands.confirmPath) this.#paths.receiveConfirm(source, packet);
    else if (packet.length < (shortestReplication[command] ?? 0)) this.#reject(source, "too short");
    else this.#replication.receive(source, packet);
  }

  #reject(sender: number, fault: PacketFault): void {
    this.packetRejected.emit(sender, fault);
  }
}
