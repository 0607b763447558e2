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
 * Takes `ws://`, `wss://`, or, as Godot does, no scheme at all for `ws://`. A fragment is cut off.
 * Throws UsageError. Godot: WebSocketPeer.connect_to_url.
 */
export function parseWebSocketUrl(text: string): WebSocketUrl {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "ws" && scheme !== "wss") {
    throw new UsageError("ERR_INVALID_PARAMETER", `not a WebSocket address (ws:// or wss://): ${text}`);
  }
  let url: URL;
  let credentials: string;
  try {
    url = new URL(scheme === undefined ? `ws://${text}` : text);
    credentials =
      url.username === "" ? "" : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch (cause) {
    throw new UsageError("ERR_INVALID_PARAMETER", `not an address: ${text}`, { cause });
  }
  if (url.port === "0") throw new UsageError("ERR_INVALID_PARAMETER", `port 0 cannot be called: ${text}`);
  const secure = url.protocol === "wss:";
  const path = `${url.pathname}${url.search}`;
  return {
    href: `${url.protocol}//${url.host}${path}`,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    secure,
    host: url.host,
    path,
    credentials,
  };
}
