// How a peer's connections begin in a browser: as a client, with an address and subprotocols, and nothing else to say.
// The counterpart of opening.ts, without what only bytes need.

import { connect } from "#platform";
import { ConnectError, UsageError } from "../errors.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { BrowserTarget, ClientTarget } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import type { Call, ConnectionOwner } from "./opening.ts";
import type { TLSOptions } from "./tls-options.ts";
import type { ConnectToUrlOptions } from "./websocket-options.ts";
import { hrefOf, parseUrl } from "./websocket-url.ts";

/** Calls a server. Throws UsageError for what `connectToUrl` may not be given, and for what a browser cannot do. */
export function call(
  text: string,
  { tls, proxy, stream }: ConnectToUrlOptions,
  owner: ConnectionOwner,
  _deflate: undefined,
  env?: Environment,
): Call {
  const url = parseUrl(text);
  const href = hrefOf(url);
  const secure = url.protocol === "wss:";
  if (owner.handshakeHeaders.length > 0 || url.username !== "") cannot("send headers of ours");
  if (secure && tls && asksMuch(tls)) cannot("be told whom to trust");
  if (proxy !== undefined) cannot("be told of a proxy");
  if (stream !== undefined) cannot("connect over a stream");
  const target: BrowserTarget & Partial<ClientTarget> = { href, secure, protocols: owner.supportedProtocols };
  const maxMessageBytes = owner.inboundBufferSize;
  const bounds = { ...owner.limits, limits: { ...owner.limits, maxMessageBytes } };
  const connection = connect(target as ClientTarget, owner, bounds, env);
  return { connection, href };
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
export function askedUrl(): undefined {}

/** A message that is not framed: that is the browser's business. */
export function prepare(packet: Uint8Array): PreparedFrame {
  return { buffer: packet.slice(), start: 0, end: packet.length, payloadLength: packet.length };
}

/** The browser decides on compression. */
export function resolveDeflate(): undefined {}

/** That is the browser's business. */
export function setNoDelay(): void {}

/** A heart that does not beat: a page cannot ping, and the browser answers pings by itself. */
export function createHeartbeat(): object {
  return { intervalMs: 0, start() {}, stop() {}, receivePong() {} };
}

/** What a page is told when its connection did not come to be; a browser knows no status and no reason. */
export function connectError(url: string, failure: Failure | undefined): ConnectError {
  return new ConnectError(
    "ERR_CANT_CONNECT",
    `cannot connect to ${url}: ${failure?.reason ?? "closed during the handshake"}`,
  );
}
