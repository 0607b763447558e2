// How a peer's connections begin, where all of it is possible: as a client, over proxies and redirects too, or as a
// server. Chosen by the package condition `#opening`; opening-browser.ts is its counterpart.

import { accept, type ConnectionSource, connect, connectOver } from "#platform";
import { opcodes } from "../protocol/frame.ts";
import { type PreparedFrame, prepareFrame } from "../protocol/frame-writer.ts";
import { checkProtocols, parseHeaderLines, type UpgradeRequest } from "../protocol/handshake.ts";
import type { Connection, ConnectionEvents, ConnectionOptions } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import { createClientTarget } from "./client-target.ts";
import { RedirectingConnection } from "./redirecting-connection.ts";
import { answerRequest } from "./request-answer.ts";
import { chooseProtocol } from "./request-handlers.ts";
import type { ConnectToUrlOptions, RequestHandler } from "./websocket-options.ts";

export { resolveDeflate } from "../protocol/deflate.ts";
export { Heartbeat } from "./heartbeat.ts";

/** What either end says in its handshake. */
export interface HandshakeSettings {
  readonly supportedProtocols: readonly string[];
  readonly handshakeHeaders: readonly string[];
}

/** A connection that is to be started, and whom it calls, without user information. */
export interface Call {
  readonly connection: Connection;
  readonly href: string;
}

/** Calls a server. Throws UsageError for what `connectToUrl` may not be given. */
export function call(
  url: string,
  { supportedProtocols, handshakeHeaders }: HandshakeSettings,
  options: ConnectToUrlOptions,
  events: ConnectionEvents,
  bounds: ConnectionOptions,
  env: Environment,
): Call {
  const { stream, maxRedirects = 0 } = options;
  const target = createClientTarget(url, supportedProtocols, handshakeHeaders, options);
  let connection: Connection;
  if (stream !== undefined) connection = connectOver(stream, target, events, bounds, env);
  else if (!(maxRedirects > 0)) connection = connect(target, events, bounds);
  else connection = new RedirectingConnection(target, maxRedirects, events, bounds, connect, env.clock);
  return { connection, href: target.href };
}

/** A server's end of a connection. Throws UsageError for a malformed header or subprotocol. */
export function take(
  source: ConnectionSource,
  { supportedProtocols, handshakeHeaders }: HandshakeSettings,
  events: ConnectionEvents,
  bounds: ConnectionOptions,
  env: Environment,
): Connection {
  parseHeaderLines(handshakeHeaders);
  checkProtocols(supportedProtocols);
  return accept(source, events, bounds, env);
}

/** A server's answer, as `handler` decides, by default on a subprotocol alone. */
export function answer(
  connection: Connection,
  request: UpgradeRequest,
  handler: RequestHandler | undefined,
  { supportedProtocols, handshakeHeaders }: HandshakeSettings,
): void {
  answerRequest(connection, request, handler ?? chooseProtocol(supportedProtocols), handshakeHeaders);
}

/** A server's binary message, encoded. */
export function prepare(packet: Uint8Array, env: Environment): PreparedFrame {
  return prepareFrame(env.arena, opcodes.binary, packet);
}
