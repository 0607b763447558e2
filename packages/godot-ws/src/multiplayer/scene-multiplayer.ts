// Godot's SceneMultiplayer: who takes part, and packets between them. It must not know that WebSocket exists.

import { UsageError } from "../errors.ts";
import { MultiplayerPeer } from "../peer/multiplayer-peer.ts";
import { Signal } from "../signal.ts";
import {
  commandOf,
  commands,
  encodeRaw,
  encodeRelay,
  readSysPeer,
  sysCommands,
  sysHeaderLength,
} from "./commands.ts";
import { ServerRelay } from "./relay.ts";

/** Why a packet was not carried out. Godot prints an error in these cases, or nothing. */
export type PacketFault =
  | "unknown sender"
  | "too short"
  | "unknown command"
  | "not allowed"
  | "relay is off"
  | "nested system packet"
  | "unknown relay target";

export interface SceneMultiplayerOptions {
  /** Announce clients to each other, and forward what they send each other. Default true. */
  serverRelay?: boolean;
  /** True (the default) for event style; false when a game loop calls `poll()`. */
  autoPoll?: boolean;
}

const serverId = MultiplayerPeer.TARGET_PEER_SERVER;
const { ConnectionStatus: Status } = MultiplayerPeer;

/** Godot: SceneMultiplayer. */
export class SceneMultiplayer {
  /** A peer was admitted; on a client other clients too. Godot: MultiplayerAPI.peer_connected. */
  readonly peerConnected = new Signal<[id: number]>();
  /** Godot: MultiplayerAPI.peer_disconnected. */
  readonly peerDisconnected = new Signal<[id: number]>();
  /** Client: the server has admitted us. Godot: MultiplayerAPI.connected_to_server. */
  readonly connectedToServer = new Signal();
  /** Client: the attempt failed. Godot: MultiplayerAPI.connection_failed. */
  readonly connectionFailed = new Signal();
  /** Client: the connection was lost. Godot: MultiplayerAPI.server_disconnected. */
  readonly serverDisconnected = new Signal();
  /** Bytes that a peer sent with `sendBytes`. Godot: SceneMultiplayer.peer_packet. */
  readonly peerPacket = new Signal<[id: number, packet: Uint8Array]>();
  /** A packet was dropped. Where Godot prints an error, or says nothing. */
  readonly packetRejected = new Signal<[id: number, fault: PacketFault]>();

  /** Set it equally on both sides, before connecting. Godot: SceneMultiplayer.server_relay. */
  serverRelay: boolean;

  readonly #autoPoll: boolean;
  readonly #peers = new Set<number>();
  readonly #relay: ServerRelay;
  #transport: MultiplayerPeer | undefined;
  #disconnectSlots: (() => void)[] = [];
  #lastStatus: number = Status.DISCONNECTED;
  #polling = false;
  #pollAgain = false;

  constructor({ serverRelay = true, autoPoll = true }: SceneMultiplayerOptions = {}) {
    this.serverRelay = serverRelay;
    this.#autoPoll = autoPoll;
    this.#relay = new ServerRelay({
      peers: this.#peers,
      multicast: (packet, targets) => this.#transport?.multicast(packet, targets),
    });
  }

  // ---- the transport ----

  /** The transport; replacing it forgets all peers, without signals. Godot: MultiplayerAPI.multiplayer_peer. */
  get multiplayerPeer(): MultiplayerPeer | undefined {
    return this.#transport;
  }

  set multiplayerPeer(transport: MultiplayerPeer | undefined) {
    if (transport === this.#transport) return;
    if (transport?.connectionStatus === Status.DISCONNECTED) {
      throw new UsageError("ERR_INVALID_PARAMETER", "the multiplayerPeer must be connecting or connected");
    }
    for (const disconnect of this.#disconnectSlots) disconnect();
    if (this.#transport !== undefined) this.#transport.whenReady = () => {};
    this.clear();
    this.#transport = transport;
    this.#lastStatus = transport?.connectionStatus ?? Status.DISCONNECTED;
    this.#disconnectSlots = [];
    if (transport === undefined) return;
    this.#disconnectSlots = [
      transport.peerConnected.connect((id) => this.#admit(id)),
      transport.peerDisconnected.connect((id) => this.#remove(id)),
    ];
    if (!this.#autoPoll) return;
    transport.whenReady = () => this.poll();
    // What has arrived before; not at once, since the program has yet to connect its slots.
    if (transport.needsPoll) queueMicrotask(() => this.poll());
  }

  get hasMultiplayerPeer(): boolean {
    return this.#transport !== undefined;
  }

  /** Our own id, 0 without a transport. Godot: MultiplayerAPI.get_unique_id. */
  get uniqueId(): number {
    return this.#transport?.uniqueId ?? 0;
  }

  /** Godot: MultiplayerAPI.is_server. */
  get isServer(): boolean {
    return this.uniqueId === serverId;
  }

  /** Ids of the admitted peers. Godot: MultiplayerAPI.get_peers. */
  get peers(): number[] {
    return [...this.#peers];
  }

  /** Server: packets forwarded from one client to others. */
  get relayedPacketCount(): number {
    return this.#relay.forwardedCount;
  }

  /** Forgets all peers. Godot: SceneMultiplayer.clear. */
  clear(): void {
    this.#peers.clear();
  }

  /** Drops a peer; the others hear of it, `peerDisconnected` is not emitted here. Godot: SceneMultiplayer.disconnect_peer. */
  disconnectPeer(id: number): void {
    const transport = this.#mustBeConnected();
    if (this.#peers.delete(id) && this.#relays) this.#relay.retract(id);
    transport.disconnectPeer(id);
  }

  // ---- sending ----

  /**
   * Sends bytes to a peer, to all (0), or to all but one (-id); they arrive as `peerPacket`. Throws UsageError for no
   * bytes, without a connection, and for an unknown peer. Godot: SceneMultiplayer.send_bytes.
   */
  sendBytes(bytes: Uint8Array, id = 0): void {
    if (bytes.length === 0) throw new UsageError("ERR_INVALID_DATA", "there are no bytes to send");
    this.#sendCommand(encodeRaw(bytes), id);
  }

  #sendCommand(packet: Uint8Array, target: number): void {
    const transport = this.#mustBeConnected();
    if (target > 0 && !this.#peers.has(target)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${target}`);
    }
    if (transport.isServer) {
      if (target > 0) transport.multicast(packet, [target]);
      else transport.multicast(packet, this.#peersBut(-target));
      return;
    }
    transport.targetPeer = serverId;
    transport.putPacket(target === serverId || !this.#relays ? packet : encodeRelay(target, packet));
  }

  *#peersBut(excluded: number): Iterable<number> {
    for (const id of this.#peers) if (id !== excluded) yield id;
  }

  get #relays(): boolean {
    return this.serverRelay && (this.#transport?.isServerRelaySupported ?? false);
  }

  #mustBeConnected(): MultiplayerPeer {
    const transport = this.#transport;
    if (transport?.connectionStatus !== Status.CONNECTED) {
      throw new UsageError("ERR_UNCONFIGURED", "there is no connected multiplayerPeer");
    }
    return transport;
  }

  // ---- the loop ----

  /** Fetches and handles what has arrived. In event style it calls itself. Godot: MultiplayerAPI.poll. */
  poll(): void {
    this.#pollAgain = true;
    if (this.#polling) return;
    this.#polling = true;
    while (this.#pollAgain) {
      this.#pollAgain = false;
      this.#pollOnce();
    }
    this.#polling = false;
  }

  #pollOnce(): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    do {
      transport.poll();
      while (transport === this.#transport && transport.availablePacketCount > 0) {
        const sender = transport.packetPeer;
        this.#receive(sender, transport.getPacket());
      }
    } while (transport === this.#transport && transport.needsPoll);
    if (transport === this.#transport) this.#checkStatus(transport);
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

  #admit(id: number): void {
    this.#lastStatus = Status.CONNECTED;
    const iAmServer = this.isServer;
    if (iAmServer && this.#relays) this.#relay.announce(id);
    this.#peers.add(id);
    if (id === serverId) this.connectedToServer.emit();
    this.peerConnected.emit(id);
  }

  #remove(id: number): void {
    if (!this.#peers.delete(id)) return;
    if (this.isServer && this.#relays) this.#relay.retract(id);
    this.peerDisconnected.emit(id);
  }

  // ---- receiving ----

  #receive(sender: number, packet: Uint8Array): void {
    if (!this.#peers.has(sender)) return this.#reject(sender, "unknown sender");
    if (packet.length === 0) return this.#reject(sender, "too short");
    if (commandOf(packet) === commands.sys) this.#receiveSys(sender, packet);
    else this.#carryOut(sender, packet);
  }

  #receiveSys(sender: number, packet: Uint8Array): void {
    const sub = packet[1];
    if (sub === sysCommands.auth) {
      // Admitted already: a late "I am done" is harmless, anything else makes no sense.
      if (packet.length > 2) this.#reject(sender, "not allowed");
      return;
    }
    if (sub === undefined || packet.length < sysHeaderLength) return this.#reject(sender, "too short");
    if (!this.#relays) return this.#reject(sender, "relay is off");
    if (sub === sysCommands.relay) this.#receiveRelay(sender, packet);
    else if (sub === sysCommands.addPeer || sub === sysCommands.deletePeer)
      this.#receivePeerChange(sender, sub, packet);
    else this.#reject(sender, "unknown command");
  }

  #receiveRelay(sender: number, packet: Uint8Array): void {
    if (packet.length <= sysHeaderLength) return this.#reject(sender, "too short");
    if (!this.isServer) {
      if (sender !== serverId) return this.#reject(sender, "not allowed");
      return this.#carryOutInner(readSysPeer(packet), packet.subarray(sysHeaderLength));
    }
    const outcome = this.#relay.forward(sender, packet);
    if ("unknownTarget" in outcome) this.#reject(sender, "unknown relay target");
    else if (outcome.forUs) this.#carryOutInner(sender, outcome.inner);
  }

  #carryOutInner(source: number, inner: Uint8Array): void {
    if (commandOf(inner) === commands.sys) this.#reject(source, "nested system packet");
    else this.#carryOut(source, inner);
  }

  #receivePeerChange(sender: number, sub: number, packet: Uint8Array): void {
    if (sender !== serverId || this.isServer) return this.#reject(sender, "not allowed");
    const id = readSysPeer(packet);
    if (sub === sysCommands.deletePeer) {
      if (this.#peers.delete(id)) this.peerDisconnected.emit(id);
    } else if (!this.#peers.has(id)) {
      this.#peers.add(id);
      this.peerConnected.emit(id);
    }
  }

  /** Every command that needs a scene is left to whoever has one: there is none here, so its packets rest. */
  #carryOut(source: number, packet: Uint8Array): void {
    if (commandOf(packet) !== commands.raw) return;
    if (packet.length < 2) this.#reject(source, "too short");
    else this.peerPacket.emit(source, packet.subarray(1));
  }

  #reject(sender: number, fault: PacketFault): void {
    this.packetRejected.emit(sender, fault);
  }
}
