// How a peer's connections begin in a browser: as a client, with an address and subprotocols, and nothing else to say.
// The counterpart of opening.ts, without what only bytes need.

import { connect } from "#platform";
import { UsageError } from "../errors.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { ConnectionEvents, ConnectionOptions } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import type { Call, HandshakeSettings } from "./opening.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions } from "./websocket-options.ts";
import { parseWebSocketUrl } from "./websocket-url.ts";

/** Calls a server. Throws UsageError for what `connectToUrl` may not be given, and for what a browser cannot do. */
export function call(
  url: string,
  { supportedProtocols, handshakeHeaders }: HandshakeSettings,
  { tls, proxy, stream }: ConnectToUrlOptions,
  events: ConnectionEvents,
  bounds: ConnectionOptions,
  env: Environment,
): Call {
  const address = parseWebSocketUrl(url);
  if (handshakeHeaders.length > 0 || address.credentials !== "") cannot("send headers of ours");
  if (address.secure && tls !== undefined && asksMuch(tls)) cannot("be told whom to trust");
  if (proxy !== undefined) cannot("be told of a proxy");
  if (stream !== undefined) cannot("connect over a stream");
  const target = { ...address, protocols: supportedProtocols, headers: [] };
  return { connection: connect(target, events, bounds, env), href: address.href };
}

function asksMuch(tls: TLSOptions): boolean {
  return (
    tls.isServer() ||
    tls.isUnsafeClient() ||
    tls.trustedCaChain !== undefined ||
    tls.commonNameOverride !== ""
  );
}

/** Throws UsageError. */
export function take(): never {
  return cannot("listen");
}

function cannot(what: string): never {
  throw new UsageError("ERR_UNAVAILABLE", `a browser cannot ${what}`);
}

/** Nobody asks. */
export function answer(): void {}

/** A message that is not framed: that is the browser's business. */
export function prepare(packet: Uint8Array): PreparedFrame {
  return { buffer: packet.slice(), start: 0, end: packet.length, payloadLength: packet.length };
}

/** The browser decides on compression. */
export function resolveDeflate(): undefined {}

/** A heart that does not beat: a page cannot ping, and the browser answers pings by itself. */
export class Heartbeat {
  intervalMs = 0;
  readonly roundTripTimeMs = undefined;

  start(): void {}
  stop(): void {}
  receivePong(): void {}
}
