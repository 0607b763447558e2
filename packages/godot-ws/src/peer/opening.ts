// How a peer's connections begin, where all of it is possible: as a client, over proxies and redirects too, or as a
// server. Chosen by the package condition `#opening`; opening-browser.ts is its counterpart.

import { accept, type ConnectionSource, connect, connectOver, environment } from "#platform";
import type { Clock } from "../clock.ts";
import type { DeflateSettings } from "../protocol/deflate.ts";
import { opcodes } from "../protocol/frame.ts";
import { type PreparedFrame, prepareFrame } from "../protocol/frame-writer.ts";
import { checkProtocols, parseHeaderLines, type UpgradeRequest } from "../protocol/handshake.ts";
import type { Signal } from "../signal.ts";
import type { Connection, ConnectionEvents } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import { createClientTarget } from "./client-target.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Inbox } from "./inbox.ts";
import { RedirectingConnection } from "./redirecting-connection.ts";
import { answerRequest } from "./request-answer.ts";
import { chooseProtocol } from "./request-handlers.ts";
import {
  type ConnectToUrlOptions,
  connectionBounds,
  type RequestHandler,
  shareLimits,
  type WebSocketLimits,
} from "./websocket-options.ts";

export { resolveDeflate } from "../protocol/deflate.ts";
export { connectError } from "./connect-error.ts";
export { multiplayerServerOver } from "./multiplayer-server.ts";
export { PausingInbox as OwnInbox } from "./pausing-inbox.ts";
export { shareLimits };

const noBytes = new Uint8Array(0);

/** What either end says in its handshake. */
export interface HandshakeSettings {
  readonly supportedProtocols: readonly string[];
  readonly handshakeHeaders: readonly string[];
}

/** What a connection needs of its peer. */
export interface ConnectionOwner extends HandshakeSettings, ConnectionEvents {
  readonly limits: Readonly<WebSocketLimits>;
  readonly inboundBufferSize: number;
}

/** A connection that is to be started, and whom it calls, without user information. */
export interface Call {
  readonly connection: Connection;
  readonly href: string;
}

/** Calls a server. Throws UsageError for what `connectToUrl` may not be given. */
export function call(
  url: string,
  options: ConnectToUrlOptions,
  owner: ConnectionOwner,
  deflate: DeflateSettings | undefined,
  env: Environment = environment,
): Call {
  const { stream, maxRedirects = 0 } = options;
  const target = createClientTarget(url, owner.supportedProtocols, owner.handshakeHeaders, options);
  const bounds = connectionBounds(owner.limits, owner.inboundBufferSize, deflate);
  let connection: Connection;
  if (stream !== undefined) connection = connectOver(stream, target, owner, bounds, env);
  else if (!(maxRedirects > 0)) connection = connect(target, owner, bounds);
  else connection = new RedirectingConnection(target, maxRedirects, owner, bounds, connect, env.clock);
  return { connection, href: target.href };
}

/** A server's end of a connection. Throws UsageError for a malformed header or subprotocol. */
export function take(
  source: ConnectionSource,
  owner: ConnectionOwner,
  deflate: DeflateSettings | undefined,
  env: Environment = environment,
): Connection {
  parseHeaderLines(owner.handshakeHeaders);
  checkProtocols(owner.supportedProtocols);
  const bounds = connectionBounds(owner.limits, owner.inboundBufferSize, deflate);
  return accept(source, owner, bounds, env);
}

/** What the client asked for; undefined unless we are the server. */
export function askedUrl(connection: Connection | undefined): string | undefined {
  if (connection?.request === undefined) return undefined;
  const { headers, target } = connection.request;
  return `${connection.isEncrypted ? "wss" : "ws"}://${headers.get("host")}${target}`;
}

/** The remote IP address, and the port. */
export function remoteAddress(connection: Connection | undefined): string | undefined {
  return connection?.remoteAddress;
}

export function remotePort(connection: Connection | undefined): number | undefined {
  return connection?.remotePort;
}

/** A server's answer, as `handler` decides, by default on a subprotocol alone. */
export function answer(
  connection: Connection | undefined,
  request: UpgradeRequest,
  handler: RequestHandler | undefined,
  { supportedProtocols, handshakeHeaders }: HandshakeSettings,
): void {
  if (connection === undefined) return;
  answerRequest(connection, request, handler ?? chooseProtocol(supportedProtocols), handshakeHeaders);
}

/** A server's binary message, encoded. */
export function prepare(packet: Uint8Array, env: Environment = environment): PreparedFrame {
  return prepareFrame(env.arena, opcodes.binary, packet);
}

/** TCP_NODELAY. */
export function setNoDelay(connection: Connection | undefined, enabled: boolean): void {
  connection?.setNoDelay(enabled);
}

/** A pong has come: if it answers a ping, `pongReceived` tells how long that took. */
export function receivePong(
  heartbeat: Heartbeat | undefined,
  pongReceived: Signal<[number]> | undefined,
): void {
  const roundTripTimeMs = heartbeat?.receivePong();
  if (roundTripTimeMs !== undefined) pongReceived?.emit(roundTripTimeMs);
}

/** The pings of whatever connection a peer has at the time; runs when it is open already. */
export function createHeartbeat(
  connection: () => Connection | undefined,
  inbox: Inbox,
  clock: Clock,
  { toleratedSilence }: Pick<WebSocketLimits, "toleratedSilence">,
): Heartbeat {
  const isOpen = (): boolean => connection()?.state === "open";
  const port = {
    // Nothing may follow a close frame; the closing handshake has a time limit of its own.
    ping: () => isOpen() && connection()?.ping(noBytes),
    // While we do not read, we cannot see the answer.
    isDeaf: () => inbox.isPaused || !isOpen(),
    giveUp: () => connection()?.terminate(),
  };
  const heartbeat = new Heartbeat(clock, port, toleratedSilence);
  if (isOpen()) heartbeat.start();
  return heartbeat;
}
