// What connectToUrl is told, put together: whom to call, how, and what to say.

import { UsageError } from "../errors.ts";
import { checkProtocols, parseHeaderLines } from "../protocol/handshake.ts";
import { base64 } from "../protocol/sha1.ts";
import type { ClientTarget, ProxyTarget } from "../transport/connection.ts";
import { mustBeClient, type TLSOptions } from "./tls-options.ts";
import { parseWebSocketUrl } from "./websocket-url.ts";

export interface ClientTargetOptions {
  /** Whom to trust behind `wss://`. Default: the platform's authorities, for the URL's host. Not heeded for `ws://`. */
  tls?: TLSOptions | undefined;
  /**
   * `http://user:password@host:port` of an HTTP proxy to go through by CONNECT (RFC 9110 §9.3.6), for `ws://` and
   * `wss://`. It resolves the server's name; `connectedHost` is the proxy's. Default: none, whatever the process's
   * environment says.
   */
  proxy?: string | undefined;
}

/** A target, and how people write it. */
export interface UrlTarget extends ClientTarget {
  /** Without user information. */
  readonly href: string;
}

/** Throws UsageError for a malformed URL, header or subprotocol, and for options that are not a client's. */
export function createClientTarget(
  url: string,
  protocols: readonly string[],
  headerLines: readonly string[],
  { tls, proxy }: ClientTargetOptions,
): UrlTarget {
  mustBeClient(tls);
  const address = parseWebSocketUrl(url);
  const headers = parseHeaderLines(headerLines);
  if (address.credentials !== "") headers.push(["Authorization", basic(address.credentials)]);
  checkProtocols(protocols);
  return {
    ...address,
    tls,
    proxy: proxy === undefined ? undefined : parseProxyUrl(proxy),
    protocols,
    headers,
  };
}

function parseProxyUrl(text: string): ProxyTarget {
  const malformed = (cause?: unknown) =>
    new UsageError("ERR_INVALID_PARAMETER", "proxy is not http://host:port", { cause });
  let url: URL;
  let credentials: string;
  try {
    url = new URL(text);
    credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch (cause) {
    throw malformed(cause);
  }
  if (url.protocol !== "http:" || url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw malformed();
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 80 : Number(url.port),
    authorization: credentials === ":" ? undefined : basic(credentials),
    name: `http://${url.host}`,
  };
}

/** RFC 7617 §2. */
function basic(credentials: string): string {
  return `Basic ${base64(new TextEncoder().encode(credentials))}`;
}

/**
 * Where a redirect leads that `from` answered with; undefined for where we do not follow: away from WebSockets, and from
 * `wss` to `ws`. Another host or port gets neither Authorization nor any other header of the caller's.
 */
export function redirectTarget(from: UrlTarget, location: string): UrlTarget | undefined {
  let address: ReturnType<typeof parseWebSocketUrl>;
  try {
    const { protocol, href } = new URL(location, from.href);
    if (!/^(ws|http)s?:$/.test(protocol)) return undefined;
    address = parseWebSocketUrl(href.replace(/^http/, "ws"));
  } catch {
    return undefined;
  }
  if (from.secure && !address.secure) return undefined;
  // Also from ws to wss, each on its own port: that is the host's own wish.
  const headers = address.host === from.host ? from.headers : [];
  return { ...from, ...address, headers };
}
