// How a peer's connections begin in a browser: as a client, with an address and subprotocols, and nothing else to say.
// The counterpart of opening.ts, without what only bytes need.

import { connect } from "#platform";
import { ConnectError, UsageError } from "../errors.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Failure } from "../protocol/protocol.ts";
import type {
  BrowserBounds,
  BrowserTarget,
  ClientTarget,
  ConnectionOptions,
} from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import type { Call, ConnectionOwner } from "./opening.ts";
import type { ConnectToUrlOptions } from "./websocket-options.ts";
import { hrefOf, parseUrl } from "./websocket-url.ts";

/** A browser cannot stop reading. */
export { Inbox as OwnInbox } from "./inbox.ts";

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
  if (owner.handshakeHeaders.length > 0 || url.username !== "") cannot("send headers of ours");
  if (url.protocol === "wss:" && tls?.isPlainClient === false) cannot("be told whom to trust");
  if (proxy !== undefined) cannot("be told of a proxy");
  if (stream !== undefined) cannot("connect over a stream");
  const target: BrowserTarget = { href, protocols: owner.supportedProtocols };
  const bounds: BrowserBounds = { ...owner.limits, limits: { maxMessageBytes: owner.inboundBufferSize } };
  return {
    connection: connect(
      target as Partial<ClientTarget> as ClientTarget,
      owner,
      bounds as ConnectionOptions,
      env,
    ),
    href,
  };
}

/** Throws UsageError. */
export function take(): never {
  return cannot("listen");
}

/** `new` throws UsageError. */
export function multiplayerServerOver(): typeof take {
  return take;
}

function cannot(what: string): never {
  throw new UsageError("ERR_UNAVAILABLE", `a browser cannot ${what}`);
}

/** Nobody asks, and a page is not told whom it has reached. */
export function answer(): void {}
export function askedUrl(): undefined {}
export function remoteAddress(): undefined {}
export function remotePort(): undefined {}

/** A message that is not framed: that is the browser's business. */
export function prepare(packet: Uint8Array): Partial<PreparedFrame> {
  return { buffer: packet.slice(), payloadLength: packet.length };
}

/** A page has few peers: each may have its own. */
export function shareLimits<Limits>(limits: Limits): Limits {
  return limits;
}

/** The browser decides on compression. */
export function resolveDeflate(): undefined {}

/** That is the browser's business. */
export function setNoDelay(): void {}

/** A heart that does not beat: a page cannot ping, and the browser answers pings by itself. */
export function createHeartbeat(): object {
  return { intervalMs: 0, start() {}, stop() {} };
}
export function receivePong(): void {}

/** What a page is told when its connection did not come to be; a browser knows no status and no reason. */
export function connectError(url: string, failure: Failure | undefined): ConnectError {
  return new ConnectError(
    "ERR_CANT_CONNECT",
    `cannot connect to ${url}: ${failure?.reason ?? "closed during the handshake"}`,
  );
}
