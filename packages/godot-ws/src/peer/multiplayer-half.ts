// What a WebSocketMultiplayerPeer is told and what it is inside, a server or a client, and how either parts with a
// connection. It must not know how connections begin.

import type { ConnectionStatus } from "./multiplayer-peer.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions, RequestHandler, WebSocketPeerOptions } from "./websocket-options.ts";
import type { ReadyState, WebSocketPeer } from "./websocket-peer.ts";

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

/** What a half makes its connections with. */
export type MultiplayerSettings = CreateServerOptions &
  ConnectToUrlOptions & { readonly handshakeTimeoutMs: number; readonly autoPoll: false };

/** The members of `WebSocketMultiplayerPeer` that are one thing on a server and another on a client. */
export interface MultiplayerHalf {
  readonly connectionStatus: ConnectionStatus;
  readonly uniqueId: number;
  readonly availablePacketCount: number;
  readonly packetPeer: number;
  readonly needsPoll: boolean;
  readonly port: number;
  readonly peers: number[];
  readonly connectionCount: number;
  listen(port: number, options: CreateServerOptions): Promise<void>;
  getPeer(id: number): WebSocketPeer | undefined;
  setTlsOptions(tls: TLSOptions): void;
  acceptPeer(socket: WebSocketPeer): void;
  poll(): void;
  getPacket(): Uint8Array;
  putPacket(packet: Uint8Array): void;
  multicast(packet: Uint8Array, targets: Iterable<number>): void;
  disconnectPeer(id: number, force: boolean): void;
  /** Resolves when the last connection is gone. */
  close(): Promise<unknown>;
}

const connecting: ReadyState = 0;
const closed: ReadyState = 3;

/** Closes a connection, which ends by itself then, unheard; one that is not open yet is cut. Resolves when it is gone. */
export async function leave(socket: WebSocketPeer, code: number, reason?: string): Promise<void> {
  const end = socket.readyState === closed ? undefined : socket.closed.next();
  socket.whenReady = pollAlone;
  socket.close(socket.readyState === connecting ? -1 : code, reason);
  await end;
}

/** Nobody reads its packets any more, and the answer to our close frame comes behind them. */
export function pollAlone(socket: WebSocketPeer): void {
  socket.poll();
  while (socket.nextPacket() !== undefined);
}
