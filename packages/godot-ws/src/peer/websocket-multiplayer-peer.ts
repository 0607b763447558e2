// Godot's WebSocketMultiplayerPeer: numbered peers over WebSockets. On the wire it is one message, the server's first,
// with the client's id in four octets; every other message is a packet as it is.

import { environment, type Listener, listen } from "#platform";
import type { Clock, Timer } from "../clock.ts";
import { LimitError, UsageError } from "../errors.ts";
import { Signal } from "../signal.ts";
import type { Environment } from "../transport/environment.ts";
import type { ByteStream } from "../transport/stream.ts";
import { type ConnectionStatus, MultiplayerPeer } from "./multiplayer-peer.ts";
import { type Packet, PacketQueue } from "./packet-queue.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions, RequestHandler, WebSocketPeerOptions } from "./websocket-options.ts";
import { WebSocketPeer } from "./websocket-peer.ts";

export interface WebSocketMultiplayerPeerOptions extends Omit<WebSocketPeerOptions, "autoPoll"> {
  /** Milliseconds for TCP, TLS, HTTP and, on a client, the id. Default 3000, as Godot's `handshake_timeout`. */
  handshakeTimeoutMs?: number;
  /** Peers admitted at most, pending ones included. Default 4095. */
  maxPeers?: number;
}

export interface CreateServerOptions extends WebSocketMultiplayerPeerOptions {
  /** Default `"*"`: all. */
  bindAddress?: string;
  /** `TLSOptions.server(…)`: clients come by `wss://`. Default: without TLS. */
  tls?: TLSOptions | undefined;
  /** Decides on each request, as with `acceptStream`. Default: by `supportedProtocols`. */
  answer?: RequestHandler | undefined;
}

const { ConnectionStatus: Status, TARGET_PEER_SERVER: serverId } = MultiplayerPeer;
const { State } = WebSocketPeer;
const largestId = 0x7fffffff;
const idLength = 4;

/** What may wait in the common inbox until the sockets themselves are left to fill. */
const maxInboxPackets = 4096;
const maxInboxBytes = 1024 * 1024;

interface Member {
  readonly socket: WebSocketPeer;
  /** 0 until admitted. */
  id: number;
  /** In the list of those to poll. */
  isReady: boolean;
  /** Packets of its that wait in the common inbox. */
  unread: number;
  /** Signalled as connected, so its end has to be signalled too. */
  announced: boolean;
}

interface InboxItem {
  readonly bytes: Uint8Array;
  readonly from: Member;
}

/** Godot: WebSocketMultiplayerPeer. Made by `createServer`, `createAcceptor` or `createClient`. */
export class WebSocketMultiplayerPeer extends MultiplayerPeer implements AsyncDisposable {
  /** A packet for a peer was not sent, since that peer reads too slowly; it is disconnected with close code 1008. */
  readonly peerOverflowed = new Signal<[id: number, error: LimitError]>();

  readonly #options: WebSocketMultiplayerPeerOptions;
  readonly #env: Environment;
  readonly #isServer: boolean;
  // On a client, the one member is the server.
  readonly #members = new Set<Member>();
  readonly #admitted = new Map<number, Member>();
  readonly #inbox = new PacketQueue<InboxItem>();
  #ready: Member[] = [];
  #listener: Listener | undefined;
  // Client: the time limit for the id.
  #timer: Timer | undefined;
  #status: ConnectionStatus;
  #uniqueId: number;

  private constructor(isServer: boolean, options: WebSocketMultiplayerPeerOptions) {
    super();
    this.#isServer = isServer;
    this.#options = { handshakeTimeoutMs: 3000, ...options };
    this.#env = options.environment ?? environment;
    this.#status = isServer ? Status.CONNECTED : Status.CONNECTING;
    this.#uniqueId = isServer ? serverId : 0;
  }

  /**
   * Listens on `port`, 0 for any. Rejects with ConnectError, or with UsageError for a `tls` that cannot be used.
   * Godot: WebSocketMultiplayerPeer.create_server.
   */
  static async createServer(
    port: number,
    options: CreateServerOptions = {},
  ): Promise<WebSocketMultiplayerPeer> {
    const server = new WebSocketMultiplayerPeer(true, options);
    const { bindAddress = "*", tls, answer } = options;
    const take = (stream: ByteStream): void => {
      const socket = server.#newSocket();
      socket.acceptStream(stream, answer);
      server.acceptPeer(socket);
    };
    server.#listener = await listen(port, bindAddress, take, tls);
    return server;
  }

  /**
   * Server: uses another certificate from the next connection on; those that are open go on. Throws UsageError when key
   * and certificate cannot be used, and for a server that was made without `tls`; then nothing changes.
   */
  setTlsOptions(tls: TLSOptions): void {
    if (this.#listener === undefined) throw new UsageError("ERR_UNCONFIGURED", "this peer does not listen");
    this.#listener.setTls(tls);
  }

  /** A server that does not listen: connections are handed to it with `acceptPeer`. */
  static createAcceptor(options: WebSocketMultiplayerPeerOptions = {}): WebSocketMultiplayerPeer {
    return new WebSocketMultiplayerPeer(true, options);
  }

  /** Joins the server at `url`. Godot: WebSocketMultiplayerPeer.create_client. */
  static createClient(
    url: string,
    options: WebSocketMultiplayerPeerOptions & ConnectToUrlOptions = {},
  ): WebSocketMultiplayerPeer {
    const client = new WebSocketMultiplayerPeer(false, options);
    const socket = client.#newSocket();
    const member = client.#addMember(socket);
    void socket.connectToUrl(url, options);
    const timeoutMs = client.#options.handshakeTimeoutMs!;
    // Godot waits for the id for ever; here it is part of the handshake.
    if (timeoutMs > 0) client.#timer = client.#env.clock.setTimer(() => client.#idOverdue(member), timeoutMs);
    return client;
  }

  /** The port listened on; 0 where nobody listens. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get connectionStatus(): ConnectionStatus {
    return this.#status;
  }

  get uniqueId(): number {
    return this.#uniqueId;
  }

  get isServerRelaySupported(): boolean {
    return true;
  }

  get clock(): Clock {
    return this.#env.clock;
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

  /** The connection of an admitted peer. Godot: WebSocketMultiplayerPeer.get_peer. */
  getPeer(id: number): WebSocketPeer | undefined {
    return this.#admitted.get(id)?.socket;
  }

  /** Ids of the admitted peers. */
  get peers(): number[] {
    return [...this.#admitted.keys()];
  }

  /** Connections, those in their handshake included. */
  get connectionCount(): number {
    return this.#members.size;
  }

  #newSocket(): WebSocketPeer {
    return new WebSocketPeer({ ...this.#options, autoPoll: false });
  }

  /**
   * Server: takes a connection that is CONNECTING or OPEN; it gets its id once it is OPEN. From now on this peer reads
   * from it. With `refuseNewConnections`, or when `maxPeers` are here, it is closed with 1013.
   */
  acceptPeer(socket: WebSocketPeer): void {
    if (!this.#isServer) throw new UsageError("ERR_UNAVAILABLE", "a client takes no peers");
    if (this.#status !== Status.CONNECTED) throw new UsageError("ERR_UNCONFIGURED", "this server is closed");
    if (this.#members.size >= (this.#options.maxPeers ?? 4095)) {
      refuse(socket);
      return;
    }
    this.#markReady(this.#addMember(socket));
  }

  #addMember(socket: WebSocketPeer): Member {
    const member: Member = { socket, id: 0, isReady: false, unread: 0, announced: false };
    this.#members.add(member);
    socket.whenReady = () => this.#markReady(member);
    return member;
  }

  #markReady(member: Member): void {
    if (!member.isReady) {
      member.isReady = true;
      this.#ready.push(member);
    }
    this.whenReady();
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
    if (member.id === 0 && this.#members.has(member)) this.#admit(member);
    // A slot may have dropped it, or closed us.
    if (!this.#members.has(member)) return;
    if (member.id !== 0) this.#fetchPackets(member);
    if (socket.readyState === State.CLOSED) this.#remove(member);
  }

  #admit(member: Member): void {
    // The id may have come together with the end of the connection.
    if (!this.#isServer) return this.#takeId(member);
    if (member.socket.readyState !== State.OPEN) return;
    if (!this.refuseNewConnections) return this.#giveId(member);
    this.#members.delete(member);
    refuse(member.socket);
  }

  #giveId(member: Member): void {
    member.id = this.generateUniqueId();
    const message = new Uint8Array(idLength);
    new DataView(message.buffer).setInt32(0, member.id, true);
    member.socket.putPacket(message);
    this.#announce(member, member.id);
  }

  // The opcode does not matter: Godot takes a text message as well.
  #takeId(member: Member): void {
    const message = member.socket.nextPacket();
    if (message === undefined) return;
    const { bytes } = message;
    const id =
      bytes.length === idLength
        ? new DataView(bytes.buffer, bytes.byteOffset, idLength).getInt32(0, true)
        : 0;
    if (id < 2) {
      member.socket.close(1002, "the first message is not a peer id");
      return this.#drop(member);
    }
    this.#stopTimer();
    this.#uniqueId = id;
    this.#status = Status.CONNECTED;
    member.id = serverId;
    this.#announce(member, serverId);
  }

  #announce(member: Member, id: number): void {
    this.#admitted.set(id, member);
    member.announced = true;
    this.peerConnected.emit(id);
  }

  #fetchPackets(member: Member): void {
    const { socket } = member;
    while (!this.#inbox.isFull(maxInboxPackets, maxInboxBytes)) {
      const packet: Packet | undefined = socket.nextPacket();
      if (packet === undefined) return;
      member.unread++;
      this.#inbox.push({ bytes: packet.bytes, from: member });
    }
    // The rest stays with the socket, which stops reading when that is too much.
    if (socket.availablePacketCount > 0) this.#markReadyQuietly(member);
  }

  #markReadyQuietly(member: Member): void {
    if (member.isReady) return;
    member.isReady = true;
    this.#ready.push(member);
  }

  /** A connection is gone. Its last packets come before its `peerDisconnected`. */
  #remove(member: Member): void {
    const isUnread = member.unread > 0 || member.socket.availablePacketCount > 0;
    // Whoever was not admitted is not heard, whatever it sent.
    if (member.id === 0 || !isUnread) this.#forget(member);
  }

  #forget(member: Member): void {
    this.#members.delete(member);
    this.#admitted.delete(member.id);
    if (!this.#isServer) {
      this.#stopTimer();
      this.#status = Status.DISCONNECTED;
      this.#uniqueId = 0;
    }
    if (member.announced) this.peerDisconnected.emit(member.id);
  }

  getPacket(): Uint8Array {
    const item = this.#inbox.shift();
    if (item === undefined) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    const { from } = item;
    // What waited for this fetch, more packets or its end, is for the next poll.
    if (--from.unread === 0 && from.socket.readyState === State.CLOSED) this.#markReadyQuietly(from);
    return item.bytes;
  }

  // ---- sending ----

  putPacket(packet: Uint8Array): void {
    if (this.#status !== Status.CONNECTED) throw new UsageError("ERR_UNCONFIGURED", "not connected");
    const target = this.#isServer ? this.targetPeer : serverId;
    if (target > 0) this.#mustFind(target).socket.putPacket(packet);
    else this.multicast(packet, this.#allBut(-target));
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    const frame = WebSocketPeer.prepare(packet, this.#env);
    let tooLarge: unknown;
    for (const id of targets) {
      const member = this.#admitted.get(id);
      if (member === undefined || member.socket.readyState !== State.OPEN) continue;
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
    this.peerOverflowed.emit(member.id, error);
  }

  #mustFind(id: number): Member {
    const member = this.#admitted.get(id);
    if (member === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
    return member;
  }

  /** An id that no peer has, 2 to 2147483647. Godot: MultiplayerPeer.generate_unique_id. */
  generateUniqueId(): number {
    for (;;) {
      const id = this.#env.random.uint32() & largestId;
      if (id > 1 && !this.#admitted.has(id)) return id;
    }
  }

  // ---- the end ----

  disconnectPeer(id: number, force = false): void {
    const member = this.#mustFind(id);
    if (force) member.announced = false;
    member.socket.close(1000);
    if (force) this.#drop(member);
  }

  /** Closes every connection with 1001 (Godot cuts them) and stops listening. No signals follow. */
  close(): void {
    void this.#listener?.close();
    this.#listener = undefined;
    for (const member of this.#members) {
      member.socket.whenReady = pollAlone;
      if (member.socket.readyState === State.CONNECTING) member.socket.close(-1);
      else member.socket.close(1001);
    }
    this.#members.clear();
    this.#admitted.clear();
    this.#inbox.clear();
    this.#ready = [];
    this.#stopTimer();
    this.#status = Status.DISCONNECTED;
    this.#uniqueId = 0;
    this.whenReady();
  }

  /** As `close`, and waits until the last connection is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sockets = [...this.#members].map((member) => member.socket);
    const closings = sockets
      .filter((socket) => socket.readyState !== State.CLOSED)
      .map((socket) => socket.closed.next());
    const listening = this.#listener?.close();
    this.close();
    await Promise.all(closings);
    await listening;
  }

  #idOverdue(member: Member): void {
    member.socket.close(1002, "no peer id came in time");
    this.#drop(member);
  }

  /** Lets a connection end by itself, unheard. */
  #drop(member: Member): void {
    const { socket } = member;
    socket.whenReady = pollAlone;
    if (socket.readyState === State.CONNECTING) socket.close(-1);
    else pollAlone(socket);
    if (!this.#isServer) this.#inbox.clear();
    this.#forget(member);
    this.whenReady();
  }

  #stopTimer(): void {
    this.#env.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

// Nobody reads its packets any more, and the answer to our close frame comes behind them.
function pollAlone(socket: WebSocketPeer): void {
  socket.poll();
  while (socket.nextPacket() !== undefined);
}

function refuse(socket: WebSocketPeer): void {
  socket.whenReady = pollAlone;
  const close = (): void => socket.close(1013, "no new peers are taken");
  if (socket.readyState === State.OPEN) close();
  else socket.opened.connect(close, { once: true });
}
