// A WebSocketMultiplayerPeer's half on servers: who is let in, gets an id and is put out, and the packets of all of them.
// Not in browsers: `#opening` brings it. It must not import WebSocketPeer, which imports what brings this.

import { type Listener, listen } from "#platform";
import { LimitError, UsageError } from "../errors.ts";
import type { Signal } from "../signal.ts";
import type { ByteStream } from "../transport/stream.ts";
import {
  type CreateServerOptions,
  leave,
  type MultiplayerHalf,
  type MultiplayerSettings,
  pollAlone,
} from "./multiplayer-half.ts";
import { type ConnectionStatus, MultiplayerPeer } from "./multiplayer-peer.ts";
import { PacketQueue } from "./packet-queue.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ReadyState, WebSocketPeer } from "./websocket-peer.ts";

const { ConnectionStatus: Status, TARGET_PEER_SERVER: serverId } = MultiplayerPeer;
const open: ReadyState = 1;
const closed: ReadyState = 3;

/** What may wait in the common inbox until the sockets themselves are left to fill. */
const maxInboxPackets = 4096;
const maxInboxBytes = 1024 * 1024;

/** The `WebSocketMultiplayerPeer` around it. */
export interface ServerOwner extends MultiplayerPeer {
  readonly peerOverflowed: Signal<[id: number, error: LimitError]>;
  generateUniqueId(): number;
}

interface Member {
  readonly socket: WebSocketPeer;
  /** 0 until admitted. */
  id: number;
  /** In the list of those to poll. */
  isReady: boolean;
  /** Packets of its that wait in the common inbox. */
  unread: number;
}

interface InboxItem {
  readonly bytes: Uint8Array;
  readonly from: Member;
}

export class MultiplayerServer implements MultiplayerHalf {
  connectionStatus: ConnectionStatus = Status.CONNECTED;
  uniqueId: number = serverId;
  readonly #owner: ServerOwner;
  readonly #Socket: typeof WebSocketPeer;
  readonly #settings: MultiplayerSettings;
  readonly #members = new Set<Member>();
  readonly #admitted = new Map<number, Member>();
  readonly #inbox = new PacketQueue<InboxItem>();
  #ready: Member[] = [];
  #listener: Listener | undefined;

  constructor(owner: ServerOwner, Socket: typeof WebSocketPeer, settings: MultiplayerSettings) {
    this.#owner = owner;
    this.#Socket = Socket;
    this.#settings = settings;
  }

  async listen(port: number, { bindAddress = "*", tls, answer }: CreateServerOptions): Promise<void> {
    const take = (stream: ByteStream): void => {
      const socket = new this.#Socket(this.#settings);
      socket.acceptStream(stream, answer);
      this.acceptPeer(socket);
    };
    this.#listener = await listen(port, bindAddress, take, tls);
  }

  setTlsOptions(tls: TLSOptions): void {
    if (this.#listener === undefined) throw new UsageError("ERR_UNCONFIGURED", "this peer does not listen");
    this.#listener.setTls(tls);
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get availablePacketCount(): number {
    return this.#inbox.length;
  }

  get packetPeer(): number {
    return this.#inbox.peek()?.from.id ?? 0;
  }

  get needsPoll(): boolean {
    return this.#ready.length > 0;
  }

  getPeer(id: number): WebSocketPeer | undefined {
    return this.#admitted.get(id)?.socket;
  }

  get peers(): number[] {
    return [...this.#admitted.keys()];
  }

  get connectionCount(): number {
    return this.#members.size;
  }

  acceptPeer(socket: WebSocketPeer): void {
    if (this.connectionStatus !== Status.CONNECTED)
      throw new UsageError("ERR_UNCONFIGURED", "this server is closed");
    if (this.#members.size >= (this.#settings.maxPeers ?? 4095)) return refuse(socket);
    const member: Member = { socket, id: 0, isReady: false, unread: 0 };
    this.#members.add(member);
    socket.whenReady = () => {
      this.#pollNext(member);
      this.#owner.whenReady();
    };
    socket.whenReady(socket);
  }

  #pollNext(member: Member): void {
    if (member.isReady) return;
    member.isReady = true;
    this.#ready.push(member);
  }

  // ---- the loop ----

  poll(): void {
    const ready = this.#ready;
    this.#ready = [];
    for (const member of ready) {
      member.isReady = false;
      this.#pollMember(member);
    }
  }

  #pollMember(member: Member): void {
    const { socket } = member;
    socket.poll();
    if (member.id === 0 && socket.readyState === open && this.#members.has(member)) this.#admit(member);
    // A slot may have dropped it, or closed us.
    if (!this.#members.has(member)) return;
    if (member.id !== 0) this.#fetchPackets(member);
    // Its last packets come before its `peerDisconnected`. Whoever was not admitted is not heard, whatever it sent.
    const isUnread = member.id !== 0 && (member.unread > 0 || socket.availablePacketCount > 0);
    if (socket.readyState === closed && !isUnread) this.#forget(member);
  }

  #admit(member: Member): void {
    if (this.#owner.refuseNewConnections) {
      this.#members.delete(member);
      return refuse(member.socket);
    }
    member.id = this.#owner.generateUniqueId();
    const message = new Uint8Array(4);
    new DataView(message.buffer).setInt32(0, member.id, true);
    member.socket.putPacket(message);
    this.#admitted.set(member.id, member);
    this.#owner.peerConnected.emit(member.id);
  }

  #fetchPackets(member: Member): void {
    const { socket } = member;
    while (!this.#inbox.isFull(maxInboxPackets, maxInboxBytes)) {
      const packet = socket.nextPacket();
      if (packet === undefined) return;
      member.unread++;
      this.#inbox.push({ bytes: packet.bytes, from: member });
    }
    // The rest stays with the socket, which stops reading when that is too much.
    if (socket.availablePacketCount > 0) this.#pollNext(member);
  }

  /** A connection is gone, or is to be. */
  #forget(member: Member, isHeard = true): void {
    this.#members.delete(member);
    if (this.#admitted.delete(member.id) && isHeard) this.#owner.peerDisconnected.emit(member.id);
  }

  getPacket(): Uint8Array {
    const item = this.#inbox.shift();
    if (item === undefined) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    const { from } = item;
    // What waited for this fetch, more packets or its end, is for the next poll.
    if (--from.unread === 0 && from.socket.readyState === closed) this.#pollNext(from);
    return item.bytes;
  }

  // ---- sending ----

  putPacket(packet: Uint8Array): void {
    if (this.connectionStatus !== Status.CONNECTED) throw new UsageError("ERR_UNCONFIGURED", "not connected");
    const target = this.#owner.targetPeer;
    if (target > 0) this.#mustFind(target).socket.putPacket(packet);
    else this.multicast(packet, this.#allBut(-target));
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    const frame = this.#Socket.prepare(packet, this.#settings.environment);
    let tooLarge: unknown;
    for (const id of targets) {
      const member = this.#admitted.get(id);
      if (member === undefined || member.socket.readyState !== open) continue;
      try {
        member.socket.sendPrepared(frame);
      } catch (error) {
        // However fast that peer reads, its buffer never takes this: the caller's error, and no reason to drop anybody.
        if (packet.length > member.socket.outboundBufferSize) tooLarge = error;
        else this.#sendFailed(member, error);
      }
    }
    if (tooLarge !== undefined) throw tooLarge;
  }

  *#allBut(excluded: number): Iterable<number> {
    for (const id of this.#admitted.keys()) if (id !== excluded) yield id;
  }

  // To leave a hole in what is promised to be reliable would be worse than an end that is seen.
  #sendFailed(member: Member, error: unknown): void {
    if (!(error instanceof LimitError)) return;
    member.socket.close(1008, "reads too slowly");
    this.#owner.peerOverflowed.emit(member.id, error);
  }

  #mustFind(id: number): Member {
    const member = this.#admitted.get(id);
    if (member === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
    return member;
  }

  // ---- the end ----

  disconnectPeer(id: number, force: boolean): void {
    const member = this.#mustFind(id);
    if (!force) return member.socket.close();
    void leave(member.socket, 1000);
    this.#forget(member, false);
    this.#owner.whenReady();
  }

  close(): Promise<unknown> {
    const ends = [...this.#members].map(({ socket }) => leave(socket, 1001));
    const gone = Promise.all([this.#listener?.close(), ...ends]);
    this.#listener = undefined;
    this.#members.clear();
    this.#admitted.clear();
    this.#inbox.clear();
    this.#ready = [];
    this.connectionStatus = Status.DISCONNECTED;
    this.uniqueId = 0;
    this.#owner.whenReady();
    return gone;
  }
}

function refuse(socket: WebSocketPeer): void {
  socket.whenReady = pollAlone;
  const close = (): void => socket.close(1013, "no new peers are taken");
  if (socket.readyState === open) close();
  else socket.opened.connect(close, { once: true });
}
