// A WebSocketMultiplayerPeer's half on servers: who is let in, gets an id and is put out, and the packets of all of them.
// Not in browsers: `#opening` brings it. What it extends and uses it is given, since that imports `#opening`.

import { type Listener, listen } from "#platform";
import { LimitError, UsageError } from "../errors.ts";
import type { ByteStream } from "../transport/stream.ts";
import { leave, pollAlone } from "./leave.ts";
import { type ConnectionStatus, connected, disconnected, serverId } from "./multiplayer-peer.ts";
import type { TLSOptions } from "./tls-options.ts";
import type {
  CreateServerOptions,
  WebSocketMultiplayerPeer,
  WebSocketMultiplayerPeerOptions,
} from "./websocket-multiplayer-peer.ts";
import type { ReadyState, WebSocketPeer } from "./websocket-peer.ts";

const open: ReadyState = 1;
const closed: ReadyState = 3;

interface Member {
  readonly socket: WebSocketPeer;
  /** 0 until admitted. */
  id: number;
  /** In the list of those to poll. */
  isReady: boolean;
  /** Packets in its socket that may be fetched: those that were there when it was polled. */
  unread: number;
}

/** A server that can listen. */
export interface MultiplayerServer extends WebSocketMultiplayerPeer {
  listen(port: number, options: CreateServerOptions): Promise<void>;
}

export function multiplayerServerOver(
  Base: typeof WebSocketMultiplayerPeer,
  Socket: typeof WebSocketPeer,
): new (
  options: WebSocketMultiplayerPeerOptions,
) => MultiplayerServer {
  return class extends Base {
    connectionStatus: ConnectionStatus = connected;
    uniqueId: number = serverId;
    readonly #options: WebSocketMultiplayerPeerOptions;
    readonly #members = new Set<Member>();
    readonly #admitted = new Map<number, Member>();
    #ready: Member[] = [];
    /** Whose packets may be fetched, one after the other; packets stay in their sockets, within their bounds. */
    #speakers: Member[] = [];
    #nextSpeaker = 0;
    #unread = 0;
    #listener: Listener | undefined;

    constructor(options: WebSocketMultiplayerPeerOptions) {
      super(options);
      this.#options = options;
    }

    async listen(port: number, { bindAddress = "*", tls, answer }: CreateServerOptions): Promise<void> {
      const take = (stream: ByteStream): void => {
        const socket = new Socket(this.#options);
        socket.acceptStream(stream, answer);
        this.acceptPeer(socket);
      };
      this.#listener = await listen(port, bindAddress, take, tls);
    }

    override setTlsOptions(tls: TLSOptions): void {
      if (this.#listener === undefined) super.setTlsOptions(tls);
      else this.#listener.setTls(tls);
    }

    override get port(): number {
      return this.#listener?.port ?? 0;
    }

    get availablePacketCount(): number {
      return this.#unread;
    }

    get packetPeer(): number {
      return this.#speaker?.id ?? 0;
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

    override acceptPeer(socket: WebSocketPeer): void {
      if (this.connectionStatus !== connected)
        throw new UsageError("ERR_UNCONFIGURED", "this server is closed");
      if (this.#members.size >= (this.#options.maxPeers ?? 4095)) return refuse(socket);
      const member: Member = { socket, id: 0, isReady: false, unread: 0 };
      this.#members.add(member);
      socket.whenReady = () => {
        this.#pollNext(member);
        this.whenReady();
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
      if (member.id !== 0) this.#admitPackets(member);
      // Its last packets come before its `peerDisconnected`. Whoever was not admitted is not heard, whatever it sent.
      if (socket.readyState === closed && member.unread === 0) this.#forget(member);
    }

    #admit(member: Member): void {
      if (this.refuseNewConnections) {
        this.#members.delete(member);
        return refuse(member.socket);
      }
      member.id = this.generateUniqueId();
      const message = new Uint8Array(4);
      new DataView(message.buffer).setInt32(0, member.id, true);
      member.socket.putPacket(message);
      this.#admitted.set(member.id, member);
      this.peerConnected.emit(member.id);
    }

    /** Not more than one turn's for one: whoever speaks without end lets the others speak in between. */
    #admitPackets(member: Member): void {
      if (member.unread > 0) return;
      member.unread = member.socket.availablePacketCount;
      if (member.unread === 0) return;
      this.#unread += member.unread;
      this.#speakers.push(member);
    }

    /** Whose packet is the next one. */
    get #speaker(): Member | undefined {
      for (; this.#nextSpeaker < this.#speakers.length; this.#nextSpeaker++) {
        const member = this.#speakers[this.#nextSpeaker]!;
        if (member.unread > 0) return member;
      }
      this.#speakers = [];
      this.#nextSpeaker = 0;
      return undefined;
    }

    /** A connection is gone, or is to be. */
    #forget(member: Member, isHeard = true): void {
      this.#members.delete(member);
      this.#unread -= member.unread;
      member.unread = 0;
      if (this.#admitted.delete(member.id) && isHeard) this.peerDisconnected.emit(member.id);
    }

    getPacket(): Uint8Array {
      for (let from = this.#speaker; from !== undefined; from = this.#speaker) {
        const { socket } = from;
        this.#unread--;
        from.unread--;
        const packet = socket.nextPacket();
        // What waited for this fetch, more packets or its end, is for the next poll.
        if (from.unread === 0 && (socket.readyState === closed || socket.availablePacketCount > 0))
          this.#pollNext(from);
        // Else the program has read from the socket itself.
        if (packet !== undefined) return packet.bytes;
      }
      throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    }

    // ---- sending ----

    putPacket(packet: Uint8Array): void {
      if (this.connectionStatus !== connected) throw new UsageError("ERR_UNCONFIGURED", "not connected");
      const target = this.targetPeer;
      if (target > 0) this.#mustFind(target).socket.putPacket(packet);
      else this.multicast(packet, this.#allBut(-target));
    }

    multicast(packet: Uint8Array, targets: Iterable<number>): void {
      const frame = Socket.prepare(packet, this.#options.environment);
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
      this.peerOverflowed.emit(member.id, error);
    }

    #mustFind(id: number): Member {
      const member = this.#admitted.get(id);
      if (member === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${id}`);
      return member;
    }

    // ---- the end ----

    disconnectPeer(id: number, force = false): void {
      const member = this.#mustFind(id);
      if (!force) return member.socket.close();
      void leave(member.socket, 1000);
      this.#forget(member, false);
      this.whenReady();
    }

    async [Symbol.asyncDispose](): Promise<void> {
      const ends = [...this.#members].map(({ socket }) => leave(socket, 1001));
      const gone = Promise.all([this.#listener?.close(), ...ends]);
      this.#listener = undefined;
      this.#members.clear();
      this.#admitted.clear();
      this.#speakers = [];
      this.#unread = 0;
      this.#ready = [];
      this.connectionStatus = disconnected;
      this.uniqueId = 0;
      this.whenReady();
      await gone;
    }
  };
}

function refuse(socket: WebSocketPeer): void {
  socket.whenReady = pollAlone;
  const close = (): void => socket.close(1013, "no new peers are taken");
  if (socket.readyState === open) close();
  else socket.opened.connect(close, { once: true });
}
