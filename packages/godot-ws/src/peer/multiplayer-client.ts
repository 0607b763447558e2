// A WebSocketMultiplayerPeer's half on clients: one connection, whose first message is our id. It must not know servers.

import type { Timer } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { leave, type MultiplayerHalf, type MultiplayerSettings } from "./multiplayer-half.ts";
import { type ConnectionStatus, MultiplayerPeer } from "./multiplayer-peer.ts";
import { WebSocketPeer } from "./websocket-peer.ts";

const { ConnectionStatus: Status, TARGET_PEER_SERVER: serverId } = MultiplayerPeer;
const { CLOSED } = WebSocketPeer.State;

export class MultiplayerClient implements MultiplayerHalf {
  connectionStatus: ConnectionStatus = Status.CONNECTING;
  uniqueId = 0;
  needsPoll = false;
  readonly port = 0;
  readonly listen = isNoServer;
  readonly acceptPeer = isNoServer;
  readonly setTlsOptions = isNoServer;
  readonly #owner: MultiplayerPeer;
  readonly #socket: WebSocketPeer;
  readonly #timer: Timer | undefined;

  /** Throws UsageError for what `connectToUrl` may not be given. */
  constructor(owner: MultiplayerPeer, socket: WebSocketPeer, url: string, settings: MultiplayerSettings) {
    this.#owner = owner;
    this.#socket = socket;
    socket.whenReady = () => {
      this.needsPoll = true;
      owner.whenReady();
    };
    void socket.connectToUrl(url, settings);
    const { handshakeTimeoutMs } = settings;
    // Godot waits for the id for ever; here it is part of the handshake.
    if (handshakeTimeoutMs > 0) {
      const giveUp = (): void => void this.#leave(1002, "no peer id came in time");
      this.#timer = owner.clock.setTimer(giveUp, handshakeTimeoutMs);
    }
  }

  /** The server, once we have our id. */
  getPeer(id: number): WebSocketPeer | undefined {
    return id === serverId && this.connectionStatus === Status.CONNECTED ? this.#socket : undefined;
  }

  get peers(): number[] {
    return this.getPeer(serverId) === undefined ? [] : [serverId];
  }

  get connectionCount(): number {
    return this.connectionStatus === Status.DISCONNECTED ? 0 : 1;
  }

  get availablePacketCount(): number {
    return this.getPeer(serverId)?.availablePacketCount ?? 0;
  }

  get packetPeer(): number {
    return this.availablePacketCount > 0 ? serverId : 0;
  }

  poll(): void {
    this.needsPoll = false;
    this.#socket.poll();
    // The id may have come together with the end of the connection.
    if (this.connectionStatus === Status.CONNECTING) this.#takeId();
    if (this.connectionCount > 0 && this.#isOver) {
      const [server] = this.peers;
      this.#end();
      if (server !== undefined) this.#owner.peerDisconnected.emit(server);
    }
  }

  /** The last packets come before the end. */
  get #isOver(): boolean {
    return this.#socket.readyState === CLOSED && this.availablePacketCount === 0;
  }

  // The opcode does not matter: Godot takes a text message as well.
  #takeId(): void {
    const message = this.#socket.nextPacket();
    if (message === undefined) return;
    const { buffer, byteOffset, length } = message.bytes;
    const id = length === 4 ? new DataView(buffer, byteOffset).getInt32(0, true) : 0;
    if (id < 2) return void this.#leave(1002, "the first message is not a peer id");
    this.#owner.clock.clearTimer(this.#timer);
    this.uniqueId = id;
    this.connectionStatus = Status.CONNECTED;
    this.#owner.peerConnected.emit(serverId);
  }

  getPacket(): Uint8Array {
    if (this.availablePacketCount === 0) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    const packet = this.#socket.getPacket();
    // Its end, which waited for this, is for the next poll.
    this.needsPoll ||= this.#isOver;
    return packet;
  }

  putPacket(packet: Uint8Array): void {
    const server = this.getPeer(serverId);
    if (server === undefined) throw new UsageError("ERR_UNCONFIGURED", "not connected");
    server.putPacket(packet);
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    for (const id of targets) this.getPeer(id)?.putPacket(packet);
  }

  disconnectPeer(id: number, force: boolean): void {
    if (this.getPeer(id) === undefined)
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
    if (force) void this.#leave(1000);
    else this.#socket.close();
  }

  close(): Promise<void> {
    return this.#leave(1001);
  }

  /** Without a signal. */
  #leave(code: number, reason?: string): Promise<void> {
    const gone = leave(this.#socket, code, reason);
    this.#end();
    this.#owner.whenReady();
    return gone;
  }

  #end(): void {
    this.#owner.clock.clearTimer(this.#timer);
    this.connectionStatus = Status.DISCONNECTED;
    this.uniqueId = 0;
    this.needsPoll = false;
  }
}

function isNoServer(): never {
  throw new UsageError("ERR_UNAVAILABLE", "a client takes no peers");
}
