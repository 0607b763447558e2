// Godot's SceneMultiplayer: who takes part, packets between them, and which part carries out which. It must not know that
// WebSocket exists.

import { UsageError } from "../errors.ts";
import {
  connected,
  connecting,
  disconnected,
  type MultiplayerPeer,
  serverId,
  type TransferMode,
} from "../peer/multiplayer-peer.ts";
import { OfflineMultiplayerPeer } from "../peer/offline-multiplayer-peer.ts";
import { reportUncaught, Signal } from "../signal.ts";
import { Admission, type AuthCallback } from "./admission.ts";
import { Alarm } from "./alarm.ts";
import { commandOf, encodeRaw, shortestReplication } from "./commands.ts";
import { MultiplayerAPI } from "./multiplayer-api.ts";
import type { PacketFault, SceneMultiplayerOptions } from "./multiplayer-options.ts";
import * as commands from "./network-commands.ts";
import type { Node, NodeTree } from "./node.ts";
import { relativePath } from "./path-cache.ts";
import type { ChecksumMismatch } from "./path-exchange.ts";
import { ServerRelay } from "./relay.ts";
import type { ReplicationFailure, ReplicationRejection } from "./replication-port.ts";
import { ReplicationSettings } from "./replication-settings.ts";
import { ReplicationSlot } from "./replication-slot.ts";
import type { RpcMethod } from "./rpc-config.ts";
import { type RpcFailure, RpcReceiver, type RpcRejection } from "./rpc-receiver.ts";
import { RpcSender } from "./rpc-sender.ts";
import { Session } from "./session.ts";
import { type SessionVersion, sessionDialectOf } from "./session-dialect.ts";
import { SystemPackets } from "./system-packets.ts";

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

  readonly #session: Session;
  readonly #relay: ServerRelay;
  readonly #system: SystemPackets;
  readonly #admission: Admission;
  readonly #replicationSettings: ReplicationSettings;
  readonly #replication: ReplicationSlot;
  readonly #sender: RpcSender;
  readonly #receiver: RpcReceiver;
  readonly #autoPoll: boolean;
  #lastStatus: number = disconnected;
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
    const session = new Session(this, options);
    this.#session = session;
    this.#relay = new ServerRelay(session, options.announcePeer);
    const port = session.extend({
      authenticating: (peer: number) => this.peerAuthenticating.emit(peer),
      notAdmitted: (peer: number) => this.peerAuthenticationFailed.emit(peer),
      admit: (peer: number) => this.#admit(peer),
      disconnect: (peer: number) => session.transport?.disconnectPeer(peer),
      add: (peer: number) => {
        if (session.peers.size < mostPeers) this.#addPeer(peer);
        else session.rejected(serverId, "too many peers");
      },
      remove: this.#remove,
      carryOut: (source: number, packet: Uint8Array) => this.#report(source, this.#carryOut(source, packet)),
      canCall: (node: Node, peer: number) => this.#replication.canCall(node, peer),
      callLocally: (node: Node, method: RpcMethod, args: readonly unknown[]) =>
        this.#receiver.carryOut(node, method, args, this.uniqueId),
    });
    this.#system = new SystemPackets(this.#relay, port);
    this.#admission = new Admission(port);
    this.#sender = new RpcSender(port);
    this.#receiver = new RpcReceiver(
      session.extend({
        rejected: (peer: number, rejection: RpcRejection) => this.rpcRejected.emit(peer, rejection),
        failed: (error: unknown, call: RpcFailure) => {
          if (this.rpcFailed.hasConnections) this.rpcFailed.emit(error, call);
          else reportUncaught(error);
        },
      }),
      { maxMs: heldCallTimeoutMs, maxPerPeer: maxHeldCalls, maxBytesPerPeer: maxHeldBytes },
    );
    this.#replicationSettings = new ReplicationSettings(options);
    this.#replication = new ReplicationSlot(
      session.extend({
        rejected: (peer: number, rejection: ReplicationRejection) =>
          this.replicationRejected.emit(peer, rejection),
        failed: (failure: ReplicationFailure) => this.replicationFailed.emit(failure),
      }),
      this.#replicationSettings,
    );
    this.multiplayerPeer = new OfflineMultiplayerPeer();
  }

  // ---- the scene ----

  /** The nodes that calls are for; undefined takes them away. For `SceneTree`. */
  attachTree(tree: NodeTree | undefined, rootPath: string): void {
    this.#session.tree = tree;
    this.rootPath = rootPath;
  }

  /** For `SceneTree`. */
  nodeEntered(node: Node): void {
    this.#replication.nodeEntered(node);
  }

  /** For `SceneTree`. */
  nodeReady(node: Node): void {
    this.#replication.nodeReady(node);
    if (this.#receiver.holdsNothing && !this.#session.paths.hasWaiting) return;
    this.#awaited.push(node);
    this.#pollSoon();
  }

  /** For `SceneTree`. */
  nodeExited(node: Node): void {
    this.#replication.nodeExited(node);
    this.#session.paths.nodeExited(node);
  }

  #handleAwaited(): void {
    for (const node of this.#awaited.splice(0)) {
      const rootPath = this.#session.rootPath();
      if (!node.isInsideTree || rootPath === undefined) continue;
      const path = relativePath(rootPath, node.path);
      this.#session.paths.nodeReady(node, path);
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
    this.#session.versions.set(id, version);
  }

  // ---- the transport ----

  /**
   * The transport, an `OfflineMultiplayerPeer` from the start; replacing it forgets all peers, without signals.
   * Godot: MultiplayerAPI.multiplayer_peer.
   */
  get multiplayerPeer(): MultiplayerPeer | undefined {
    return this.#session.transport;
  }

  set multiplayerPeer(transport: MultiplayerPeer | undefined) {
    if (transport === this.#session.transport) return;
    if (transport instanceof Promise) {
      throw new UsageError("ERR_INVALID_PARAMETER", "the multiplayerPeer is a promise: await it");
    }
    if (transport?.connectionStatus === disconnected) {
      throw new UsageError("ERR_INVALID_PARAMETER", "the multiplayerPeer must be connecting or connected");
    }
    const before = this.#session.transport;
    before?.peerConnected.disconnect(this.#begin);
    before?.peerDisconnected.disconnect(this.#remove);
    if (before !== undefined) before.whenReady = () => {};
    this.clear();
    this.#session.transport = transport;
    this.#session.alarm = undefined;
    this.#lastStatus = transport?.connectionStatus ?? disconnected;
    transport?.peerConnected.connect(this.#begin);
    transport?.peerDisconnected.connect(this.#remove);
    if (transport === undefined || !this.#autoPoll) return;
    const poll = (): void => this.poll();
    this.#session.alarm = new Alarm(transport.clock, poll);
    transport.whenReady = poll;
    // What has arrived before; not at once, since the program has yet to connect its slots.
    if (transport.needsPoll) queueMicrotask(poll);
  }

  /** Our own id, 0 without a transport. Godot: MultiplayerAPI.get_unique_id. */
  get uniqueId(): number {
    return this.#session.transport?.uniqueId ?? 0;
  }

  /** Ids of the admitted peers. Godot: MultiplayerAPI.get_peers. */
  get peers(): number[] {
    return [...this.#session.peers];
  }

  /** When true, nobody new is admitted: the transport's. Godot: SceneMultiplayer.refuse_new_connections. */
  get refuseNewConnections(): boolean {
    return this.#session.transport?.refuseNewConnections ?? false;
  }

  set refuseNewConnections(refuse: boolean) {
    if (this.#session.transport === undefined)
      throw new UsageError("ERR_UNCONFIGURED", "there is no multiplayerPeer");
    this.#session.transport.refuseNewConnections = refuse;
  }

  /** Server: packets forwarded from one client to others. */
  get relayedPacketCount(): number {
    return this.#relay.forwardedCount;
  }

  /** Forgets all peers and what was agreed on with them. Godot: SceneMultiplayer.clear. */
  clear(): void {
    this.#session.clear();
    this.#replication.clear();
    this.#relay.clear();
    this.#admission.clear();
    this.#receiver.clear();
    this.#awaited.length = 0;
  }

  /** Drops a peer; the others hear of it, `peerDisconnected` is not emitted here. Godot: SceneMultiplayer.disconnect_peer. */
  disconnectPeer(id: number): void {
    const transport = this.#session.mustBeConnected();
    this.#admission.forget(id);
    this.#drop(id);
    transport.disconnectPeer(id);
  }

  /** Server: asks the option `announcePeer` again about this peer, and tells the others what has changed. */
  updateAnnouncements(id: number): void {
    if (this.#session.peers.has(id)) this.#announcing?.update(id);
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
    this.#session.mustBeConnected();
    this.#admission.send(id, data);
  }

  /** Says that this side is content. Godot: SceneMultiplayer.complete_auth. */
  completeAuth(id: number): void {
    this.#session.mustBeConnected();
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
    this.#session.sendTo(id, encodeRaw(bytes), mode, channel);
  }

  /** The relay, where it is for us to tell peers of each other. */
  get #announcing(): ServerRelay | undefined {
    return this.isServer && this.#session.relays() ? this.#relay : undefined;
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
    const transport = this.#session.transport;
    if (transport === undefined) return;
    do {
      transport.poll();
      while (transport === this.#session.transport && transport.availablePacketCount > 0) {
        const sender = transport.packetPeer;
        this.#report(sender, this.#receive(sender, transport.getPacket()));
      }
    } while (transport === this.#session.transport && transport.needsPoll);
    if (transport !== this.#session.transport) return;
    this.#admission.checkTimeouts();
    this.#receiver.reportExpired();
    this.#replication.sendDue();
    this.#checkStatus(transport);
  }

  /** In event style: at the end of what is going on now. */
  #pollSoon(): void {
    const transport = this.#session.transport;
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
    if (now !== disconnected || before === disconnected) return;
    this.clear();
    if (before === connecting) this.connectionFailed.emit();
    else this.serverDisconnected.emit();
  }

  /** The transport has a new peer. */
  readonly #begin = (id: number): void => {
    this.#lastStatus = connected;
    this.#admission.begin(id);
  };

  #admit(id: number): void {
    this.#announcing?.announce(id);
    this.#addPeer(id);
  }

  #addPeer(id: number): void {
    if (this.#session.peers.has(id)) return;
    this.#session.peers.add(id);
    this.#replication.peerAdded(id);
    if (id === serverId) this.connectedToServer.emit();
    this.peerConnected.emit(id);
  }

  readonly #remove = (id: number): void => {
    if (!this.#admission.lost(id) && this.#drop(id)) this.peerDisconnected.emit(id);
  };

  /** Forgets a peer. True when it was admitted. */
  #drop(id: number): boolean {
    const wasAdmitted = this.#session.peers.delete(id);
    if (wasAdmitted) this.#announcing?.retract(id);
    this.#session.forgetPeer(id);
    this.#receiver.forgetPeer(id);
    this.#replication.peerRemoved(id);
    return wasAdmitted;
  }

  // ---- receiving ----

  #report(sender: number, fault: PacketFault | undefined): void {
    if (fault !== undefined) this.#session.rejected(sender, fault);
  }

  #receive(sender: number, packet: Uint8Array): PacketFault | undefined {
    if (!this.#session.peers.has(sender)) return this.#receiveOfPending(sender, packet);
    if (packet.length === 0) return "too short";
    if (commandOf(packet) !== commands.sys) return this.#carryOut(sender, packet);
    this.#system.receive(sender, packet);
    return undefined;
  }

  #receiveOfPending(sender: number, packet: Uint8Array): PacketFault | undefined {
    if (!this.#admission.isPending(sender)) return "unknown sender";
    if (packet.length < 2) return "too short";
    return this.#admission.receive(sender, packet) ? undefined : "not authenticated";
  }

  #carryOut(source: number, packet: Uint8Array): PacketFault | undefined {
    const command = commandOf(packet);
    if (command === commands.raw) {
      if (packet.length < 2) return "too short";
      this.peerPacket.emit(source, packet.subarray(1));
      return undefined;
    }
    // A server that only relays has no nodes, and what is none of its business is no fault.
    if (this.#session.tree === undefined) return undefined;
    // A relayed packet of somebody who was not announced. Godot takes it, but nothing would ever end what is kept of it.
    if (!this.#session.peers.has(source)) return "unknown sender";
    if (packet.length < (shortestReplication[command] ?? 0)) return "too short";
    if (command === commands.remoteCall) this.#receiver.receive(source, packet);
    else if (command === commands.simplifyPath) this.#session.paths.receiveSimplify(source, packet);
    else if (command === commands.confirmPath) this.#session.paths.receiveConfirm(source, packet);
    else this.#replication.receive(source, packet);
    return undefined;
  }
}
