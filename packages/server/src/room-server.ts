// The server: one HTTP port with a page at `/` and rooms for Godot games below `/rooms/`.

import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  AddressSet,
  allowOrigins,
  clientAddress,
  type HttpUpgrade,
  type RequestHandler,
  requireAll,
  type TLSOptions,
  takeUpgrades,
  type UpgradeRequest,
  WebSocketPeer,
  type WebSocketPeerOptions,
} from "godot-ws";
import pino, { type Logger } from "pino";
import { type ConnectionBounds, ConnectionLimits } from "./connection-limits.ts";
import { createPage } from "./page.ts";
import { type RoomLimits, Rooms } from "./rooms.ts";
import { createPlainServer, createSecureServer, type ExchangeableServer } from "./secure-server.ts";
import { version } from "./version.ts";

/** Options of `RoomServer.listen`. */
export interface RoomServerOptions extends Partial<RoomLimits>, Partial<ConnectionBounds> {
  /** 0 for any. Default 9080. */
  port?: number;
  /** The address to listen on. Default: all. */
  host?: string;
  /** Octets of the largest packet a game may send. Default 1 MiB. */
  maxPacketBytes?: number;
  /** Octets that may wait for a game that reads slowly, before it is disconnected. Default 4 MiB. */
  maxBacklogBytes?: number;
  /** Milliseconds that packets for a game may wait to leave in one write; 0: the end of the turn. Default 0. */
  flushIntervalMs?: number;
  /** `TLSOptions.server(…)`: the page is at https://, games come by wss://. Default: without TLS. */
  tls?: TLSOptions | undefined;
  /** Origins of web pages whose games may come, as for `allowOrigins`. Default: all; rooms are open to any game. */
  allowedOrigins?: readonly string[] | undefined;
  /** Proxies whose X-Forwarded-For tells who a client is, as for `clientAddress`. Default: none. */
  trustedProxies?: readonly string[] | undefined;
  /** Default: silent. */
  log?: Logger;
}

const mebi = 1024 * 1024;
const handshakeTimeoutMs = 3000;

/** Rooms for Godot games below `/rooms/`, and the page that shows them, on one port. */
export class RoomServer {
  /** Those that are open. */
  readonly rooms: Rooms;
  readonly #http: ExchangeableServer["http"];
  readonly #setTlsOptions: ExchangeableServer["setTlsOptions"];
  readonly #log: Logger;
  readonly #stopUpgrades: () => void;
  readonly #peerOptions: WebSocketPeerOptions;
  readonly #answer: RequestHandler;
  readonly #trustedProxies: AddressSet;
  readonly #startedAt = performance.now();
  readonly #connections: ConnectionLimits;
  // Connections on their way into a room.
  readonly #arriving = new Set<WebSocketPeer>();
  #closing = false;

  /** Rejects with Node's own error when the port cannot be had, with UsageError for options that cannot be used. */
  static async listen(options: RoomServerOptions = {}): Promise<RoomServer> {
    const server = new RoomServer(options);
    const { port = 9080, host } = options;
    await new Promise<void>((resolve, reject) => {
      server.#http.once("error", reject);
      server.#http.listen({ port, host }, () => resolve());
    });
    return server;
  }

  private constructor(options: RoomServerOptions) {
    const { maxRooms = 1000, maxPeersPerRoom = 1000 } = options;
    const { maxConnections = 10_000, maxConnectionsPerAddress = 0 } = options;
    this.#connections = new ConnectionLimits({ maxConnections, maxConnectionsPerAddress });
    this.#peerOptions = peerOptions(options);
    this.#log = options.log ?? pino({ enabled: false });
    this.#trustedProxies = new AddressSet(options.trustedProxies ?? []);
    this.rooms = new Rooms({ maxRooms, maxPeersPerRoom }, this.#log, this.#addressOf);
    const guards = options.allowedOrigins === undefined ? [] : [allowOrigins(options.allowedOrigins)];
    this.#answer = requireAll(...guards, (request) => this.rooms.answer(request));
    const page = createPage(() => this.status());
    const { http, setTlsOptions } =
      options.tls === undefined
        ? createPlainServer(page)
        : createSecureServer(options.tls, handshakeTimeoutMs, page);
    this.#http = http;
    this.#setTlsOptions = setTlsOptions;
    http.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#log.debug({ from: socket.remoteAddress }, `no TLS: ${error.message}`);
    });
    this.#stopUpgrades = takeUpgrades(http, (upgrade) => this.#upgrade(upgrade));
  }

  /** The port listened on; 0 when closed. */
  get port(): number {
    return (this.#http.address() as AddressInfo | null)?.port ?? 0;
  }

  /**
   * Uses another certificate from the next connection on; those that are open go on. Throws UsageError when key and
   * certificate cannot be used, and for a server that was made without `tls`; then nothing changes.
   */
  setTlsOptions(tls: TLSOptions): void {
    this.#setTlsOptions(tls);
  }

  /** What `/status` shows. Names no addresses: anybody may look. */
  status() {
    const now = performance.now();
    return {
      version,
      uptimeSeconds: Math.floor((now - this.#startedAt) / 1000),
      rooms: this.rooms.status(now),
    };
  }

  /** Takes no more, sends everybody a close frame with 1001, and waits until all are gone. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const socket of this.#arriving) socket.close(-1);
    const httpClosed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeIdleConnections();
    await this.rooms.close();
    this.#stopUpgrades();
    this.#http.closeAllConnections();
    await httpClosed;
  }

  #upgrade(upgrade: HttpUpgrade): void {
    const peer = new WebSocketPeer(this.#peerOptions);
    this.#arriving.add(peer);
    peer.closed.connect(() => this.#gone(peer), { once: true });
    peer.opened.connect(() => this.#arrived(peer), { once: true });
    peer.acceptStream(upgrade, (asked) => this.#admit(peer, asked));
  }

  #admit(peer: WebSocketPeer, request: UpgradeRequest): ReturnType<RequestHandler> {
    if (this.#closing) return { status: 503, reason: "this server is stopping" };
    const address = this.#addressOf(peer);
    const refusal = this.#connections.admit(address);
    if (refusal !== undefined) return refusal;
    peer.closed.connect(() => this.#connections.release(address), { once: true });
    return this.#answer(request);
  }

  readonly #addressOf = ({ request, connectedHost }: WebSocketPeer): string =>
    request === undefined
      ? connectedHost
      : clientAddress(request, connectedHost, { trustedProxies: this.#trustedProxies });

  #arrived(peer: WebSocketPeer): void {
    this.#arriving.delete(peer);
    // Its end may have come together with its request: then there is nobody to open a room for.
    if (peer.readyState === WebSocketPeer.State.OPEN) this.rooms.join(peer);
  }

  #gone(peer: WebSocketPeer): void {
    if (!this.#arriving.delete(peer)) return;
    const { failure } = peer;
    this.#log.warn(
      { from: this.#addressOf(peer), status: failure?.status },
      `refused: ${failure?.reason ?? "went away"}`,
    );
  }
}

function peerOptions(options: RoomServerOptions): WebSocketPeerOptions {
  return {
    inboundBufferSize: options.maxPacketBytes ?? mebi,
    outboundBufferSize: options.maxBacklogBytes ?? 4 * mebi,
    flushIntervalMs: options.flushIntervalMs ?? 0,
    handshakeTimeoutMs,
    // Short: what waits for a game that does not read is held until then.
    closeTimeoutMs: 2000,
    heartbeatInterval: 20,
  };
}
