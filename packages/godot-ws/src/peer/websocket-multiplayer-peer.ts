// Godot's WebSocketMultiplayerPeer: numbered peers over WebSockets. On the wire it is one message, the server's first,
// with the client's id in four octets; every other message is a packet as it is.

import { createMultiplayerServer } from "#opening";
import { environment } from "#platform";
import type { Clock } from "../clock.ts";
import type { LimitError } from "../errors.ts";
import { Signal } from "../signal.ts";
import type { Environment } from "../transport/environment.ts";
import { MultiplayerClient } from "./multiplayer-client.ts";
import type {
  CreateServerOptions,
  MultiplayerHalf,
  MultiplayerSettings,
  WebSocketMultiplayerPeerOptions,
} from "./multiplayer-half.ts";
import { type ConnectionStatus, MultiplayerPeer } from "./multiplayer-peer.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions } from "./websocket-options.ts";
import { WebSocketPeer } from "./websocket-peer.ts";

export type { CreateServerOptions, WebSocketMultiplayerPeerOptions } from "./multiplayer-half.ts";

const largestId = 0x7fffffff;

/** Godot: WebSocketMultiplayerPeer. Made by `createServer`, `createAcceptor` or `createClient`. */
export class WebSocketMultiplayerPeer extends MultiplayerPeer implements AsyncDisposable {
  /** A packet for a peer was not sent, since that peer reads too slowly; it is disconnected with close code 1008. */
  readonly peerOverflowed = new Signal<[id: number, error: LimitError]>();

  readonly #env: Environment;
  readonly #half: MultiplayerHalf;

  private constructor(
    options: WebSocketMultiplayerPeerOptions,
    createHalf: (owner: WebSocketMultiplayerPeer, settings: MultiplayerSettings) => MultiplayerHalf,
  ) {
    super();
    this.#env = options.environment ?? environment;
    this.#half = createHalf(this, { handshakeTimeoutMs: 3000, ...options, autoPoll: false });
  }

  /**
   * Listens on `port`, 0 for any. Rejects with ConnectError, or with UsageError for a `tls` that cannot be used.
   * Godot: WebSocketMultiplayerPeer.create_server.
   */
  static async createServer(
    port: number,
    options: CreateServerOptions = {},
  ): Promise<WebSocketMultiplayerPeer> {
    const server = WebSocketMultiplayerPeer.createAcceptor(options);
    await server.#half.listen(port, options);
    return server;
  }

  /** A server that does not listen: connections are handed to it with `acceptPeer`. */
  static createAcceptor(options: WebSocketMultiplayerPeerOptions = {}): WebSocketMultiplayerPeer {
    return new WebSocketMultiplayerPeer(options, (server, settings) =>
      createMultiplayerServer(server, WebSocketPeer, settings),
    );
  }

  /** Joins the server at `url`. Godot: WebSocketMultiplayerPeer.create_client. */
  static createClient(
    url: string,
    options: WebSocketMultiplayerPeerOptions & ConnectToUrlOptions = {},
  ): WebSocketMultiplayerPeer {
    return new WebSocketMultiplayerPeer(
      options,
      (client, settings) => new MultiplayerClient(client, new WebSocketPeer(settings), url, settings),
    );
  }

  /**
   * Server: uses another certificate from the next connection on; those that are open go on. Throws UsageError when key
   * and certificate cannot be used, and for a server that was made without `tls`; then nothing changes.
   */
  setTlsOptions(tls: TLSOptions): void {
    this.#half.setTlsOptions(tls);
  }

  /**
   * Server: takes a connection that is CONNECTING or OPEN; it gets its id once it is OPEN. From now on this peer reads
   * from it. With `refuseNewConnections`, or when `maxPeers` are here, it is closed with 1013.
   */
  acceptPeer(socket: WebSocketPeer): void {
    this.#half.acceptPeer(socket);
  }

  /** The port listened on; 0 where nobody listens. */
  get port(): number {
    return this.#half.port;
  }

  get connectionStatus(): ConnectionStatus {
    return this.#half.connectionStatus;
  }

  get uniqueId(): number {
    return this.#half.uniqueId;
  }

  get isServerRelaySupported(): boolean {
    return true;
  }

  get clock(): Clock {
    return this.#env.clock;
  }

  get availablePacketCount(): number {
    return this.#half.availablePacketCount;
  }

  get packetPeer(): number {
    return this.#half.packetPeer;
  }

  get needsPoll(): boolean {
    return this.#half.needsPoll;
  }

  /** The connection of an admitted peer. Godot: WebSocketMultiplayerPeer.get_peer. */
  getPeer(id: number): WebSocketPeer | undefined {
    return this.#half.getPeer(id);
  }

  /** Ids of the admitted peers. */
  get peers(): number[] {
    return this.#half.peers;
  }

  /** Connections, those in their handshake included. */
  get connectionCount(): number {
    return this.#half.connectionCount;
  }

  poll(): void {
    this.#half.poll();
  }

  getPacket(): Uint8Array {
    return this.#half.getPacket();
  }

  putPacket(packet: Uint8Array): void {
    this.#half.putPacket(packet);
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    this.#half.multicast(packet, targets);
  }

  /** An id that no peer has, 2 to 2147483647. Godot: MultiplayerPeer.generate_unique_id. */
  generateUniqueId(): number {
    for (;;) {
      const id = this.#env.random.uint32() & largestId;
      if (id > 1 && this.getPeer(id) === undefined) return id;
    }
  }

  disconnectPeer(id: number, force = false): void {
    this.#half.disconnectPeer(id, force);
  }

  /** Closes every connection with 1001 (Godot cuts them) and stops listening. No signals follow. */
  close(): void {
    void this.#half.close();
  }

  /** As `close`, and waits until the last connection is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#half.close();
  }
}
