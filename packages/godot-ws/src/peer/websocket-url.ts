// A ws:// or wss:// address taken apart, as connectToUrl wants it.

import { UsageError } from "../errors.ts";

export interface WebSocketUrl {
  /** As given, normalised; without user information and fragment. */
  readonly href: string;
  /** Without the brackets of an IPv6 literal. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** For the Host header: with the brackets, and with the port unless it is the scheme's own. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  /** `user:password` when the address had them: for an Authorization header. */
  readonly credentials: string;
}

/**
 * Takes `ws://`, `wss://`, or, as Godot does, no scheme at all for `ws://`.
 * Throws UsageError. Godot: WebSocketPeer.connect_to_url.
 */
export function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(/^[a-z][\w+.-]*:\/\//i.test(text) ? text : `ws://${text}`);
  } catch (cause) {
    throw malformed(text, "unreadable", cause);
  }
  if (!/^wss?:$/.test(url.protocol)) throw malformed(text, "ws:// or wss://");
  if (url.port === "0") throw malformed(text, "port 0");
  return url;
}

/** The address without user information and fragment. */
export function hrefOf({ protocol, host, pathname, search }: URL): string {
  return `${protocol}//${host}${pathname}${search}`;
}

/** All of an address, its user information apart. A fragment is cut off. As `parseUrl`. */
export function parseWebSocketUrl(text: string): WebSocketUrl {
  const url = parseUrl(text);
  const secure = url.protocol === "wss:";
  let credentials: string;
  try {
    credentials =
      url.username === "" ? "" : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch (cause) {
    throw malformed(text, "unreadable", cause);
  }
  return {
    href: hrefOf(url),
    secure,
    host: url.host,
    path: url.pathname + url.search,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    credentials,
  };
}

function malformed(text: string, why: string, cause?: unknown): UsageError {
  return new UsageError("ERR_INVALID_PARAMETER", `not a WebSocket address (${why}): ${text}`, { cause });
}
