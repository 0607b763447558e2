// The opening handshake of both roles as text (RFC 6455 §4). What we write is what Godot 3 and 4 accept: each header
// once, `Connection: Upgrade` alone, no empty values. What we read may be any correct HTTP/1.1.

import { UsageError } from "../errors.ts";
import {
  formatFields,
  formatHead,
  type HttpHead,
  type HttpHeaders,
  hasControl,
  isToken,
  splitList,
} from "./http-head.ts";
import { type Digest, sha1Base64 } from "./sha1.ts";

const none: readonly never[] = [];

const acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What a client asked for in a correct opening handshake. */
export interface UpgradeRequest {
  /** Path and query, as sent. */
  readonly target: string;
  /** The target up to its query. */
  readonly path: string;
  readonly headers: HttpHeaders;
  /** The subprotocols offered, in the client's order. */
  readonly protocols: readonly string[];
  /** Sec-WebSocket-Key. */
  readonly key: string;
}

/** An HTTP answer that is not 101. */
export interface Refusal {
  /** 400 to 599. */
  readonly status: number;
  /** One line, sent as the body. */
  readonly reason: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** How a server answers a request it takes. */
export interface Acceptance {
  /** One of the subprotocols that the client offered, or undefined for none. */
  readonly protocol?: string | undefined;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** RFC 6455 §4.2.2, 5.4. */
export function acceptKey(key: string, digest: Digest = sha1Base64): string {
  return digest(key + acceptGuid);
}

export function isRefusal(answer: UpgradeRequest | Refusal): answer is Refusal {
  return "status" in answer;
}

const keyPattern = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** Reads a client's handshake: what it asks for, or how to refuse it (RFC 6455 §4.2.1). */
export function readRequest(head: HttpHead): UpgradeRequest | Refusal {
  const parts = head.startLine.split(" ");
  const [method, target] = parts;
  if (parts.length !== 3 || target === undefined || target === "")
    return badRequest("malformed request line");
  if (parts[2] !== "HTTP/1.1") return { status: 505, reason: "HTTP/1.1 is needed" };
  if (method !== "GET")
    return { status: 405, reason: "a WebSocket handshake is a GET", headers: [["Allow", "GET"]] };

  // The absolute form is for proxies: no room, and no path, has such a name.
  if (!target.startsWith("/")) return badRequest("the request target is not a path");
  const { headers } = head;
  const host = headers.get("host");
  if (host === undefined) return badRequest("Host is missing");
  // RFC 9112 §3.2: whoever routes by one of two hosts is fooled by the other.
  if (host.includes(",")) return badRequest("Host is given twice");
  if ((headers.get("content-length") ?? "0") !== "0" || headers.has("transfer-encoding")) {
    return badRequest("a WebSocket handshake has no body");
  }
  if (!headers.hasToken("upgrade", "websocket") || !headers.hasToken("connection", "upgrade")) {
    return upgradeRequired("this is a WebSocket server");
  }
  const version = headers.get("sec-websocket-version");
  if (version !== "13") return upgradeRequired("WebSocket version 13 is needed");
  const key = headers.get("sec-websocket-key") ?? "";
  if (!keyPattern.test(key)) return badRequest("Sec-WebSocket-Key is not 16 octets in base64");
  const offered = headers.get("sec-websocket-protocol");
  const protocols = offered === undefined ? none : splitList(offered);
  if (protocols.length > 0 && (!protocols.every(isToken) || new Set(protocols).size < protocols.length)) {
    return badRequest("Sec-WebSocket-Protocol is malformed");
  }
  const query = target.indexOf("?");
  return { target, path: query < 0 ? target : target.slice(0, query), headers, protocols, key };
}

function badRequest(reason: string): Refusal {
  return { status: 400, reason };
}

function upgradeRequired(reason: string): Refusal {
  const headers = [
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
  ] as const;
  return { status: 426, reason, headers };
}

const encoder = new TextEncoder();

// In Godot's order.
const acceptanceStart =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";

/** The 101 answer (RFC 6455 §4.2.2). */
export function formatAcceptance(
  request: UpgradeRequest,
  { protocol, headers = none }: Acceptance,
  extensions?: string | undefined,
  digest?: Digest | undefined,
): string {
  const start = `${acceptanceStart}${acceptKey(request.key, digest)}\r\n`;
  if (protocol === undefined && extensions === undefined && headers.length === 0) return `${start}\r\n`;
  const fields: (readonly [string, string])[] = [];
  if (protocol !== undefined) fields.push(["Sec-WebSocket-Protocol", protocol]);
  if (extensions !== undefined) fields.push(["Sec-WebSocket-Extensions", extensions]);
  return `${start}${formatFields(fields)}${formatFields(headers)}\r\n`;
}

const statusTexts: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** A whole HTTP answer, after which TCP ends. */
export function formatRefusal({ status, reason, headers = [] }: Refusal): Uint8Array {
  const body = encoder.encode(`${reason}\n`);
  const head = formatHead(`HTTP/1.1 ${status} ${statusTexts[status] ?? "Refused"}`, [
    ...headers,
    ["Connection", "close"],
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", String(body.length)],
  ]);
  const text = encoder.encode(head);
  const answer = new Uint8Array(text.length + body.length);
  answer.set(text);
  answer.set(body, text.length);
  return answer;
}

/** What a client asks for. */
export interface RequestOptions {
  /** Host and, unless it is the scheme's default, port. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  /** 16 random octets in base64. */
  readonly key: string;
  readonly protocols: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The client's request, in Godot's order (RFC 6455 §4.1). */
export function formatRequest(
  { host, target, key, protocols, headers }: RequestOptions,
  extensions?: string | undefined,
): Uint8Array {
  const fields: (readonly [string, string])[] = [
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  // Without blanks: Godot's server splits at the bare comma.
  if (protocols.length > 0) fields.push(["Sec-WebSocket-Protocol", protocols.join(",")]);
  if (extensions !== undefined) fields.push(["Sec-WebSocket-Extensions", extensions]);
  return encoder.encode(formatHead(`GET ${target} HTTP/1.1`, [...fields, ...headers]));
}

/** What a server granted, or why its answer does not make a connection. */
export type ResponseOutcome =
  | { readonly protocol: string; readonly headers: HttpHeaders }
  | { readonly fault: string; readonly status: number | undefined; readonly location?: string };

/** Those that name another place for the same request (RFC 9110 §15.4). */
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Checks a server's answer (RFC 6455 §4.1, the list of what a client MUST check). */
export function readResponse(
  head: HttpHead,
  key: string,
  protocols: readonly string[],
  extensionsOffered = false,
  digest?: Digest | undefined,
): ResponseOutcome {
  const { headers } = head;
  const match = /^HTTP\/1\.1 ([1-5][0-9][0-9])(?: |$)/.exec(head.startLine);
  if (match === null) return { fault: "the answer is not HTTP/1.1", status: undefined };
  const status = Number(match[1]);
  const refused = (fault: string): ResponseOutcome => ({ fault, status });

  const location = redirectStatuses.has(status) ? headers.get("location") : undefined;
  if (location !== undefined) {
    return {
      fault: `the server answered ${head.startLine.slice(9)}, Location: ${location}`,
      status,
      location,
    };
  }
  if (status !== 101) return refused(`the server answered ${head.startLine.slice(9)}`);
  if (!headers.hasToken("upgrade", "websocket")) return refused("Upgrade does not say websocket");
  if (!headers.hasToken("connection", "upgrade")) return refused("Connection does not say Upgrade");
  if (headers.get("sec-websocket-accept") !== acceptKey(key, digest))
    return refused("Sec-WebSocket-Accept is wrong");
  // What of an offer was granted is for the extension to check.
  if (headers.has("sec-websocket-extensions") && !extensionsOffered)
    return refused("the server uses an extension that was not offered");
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol === undefined) {
    // As browsers and Godot do: a client that named subprotocols cannot go on without one.
    return protocols.length > 0 ? refused("the server chose no subprotocol") : { protocol: "", headers };
  }
  if (!protocols.includes(protocol)) return refused("the server chose a subprotocol that was not offered");
  return { protocol, headers };
}

/** Headers that the handshake itself writes, or that would change where the message ends. */
const reservedHeaders = new Set([
  "upgrade",
  "connection",
  "host",
  "content-length",
  "transfer-encoding",
  "sec-websocket-key",
  "sec-websocket-accept",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
]);

/**
 * Splits `"Name: value"` lines, Godot's form of custom headers, and refuses what would break the handshake: Godot sends
 * them unchecked. Throws UsageError.
 */
export function parseHeaderLines(lines: readonly string[]): [name: string, value: string][] {
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1).trim();
    if (!isToken(name) || hasControl(value)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `not a header line: ${JSON.stringify(line)}`);
    }
    checkNotReserved(name);
    return [name, value];
  });
}

function checkNotReserved(name: string): void {
  if (!reservedHeaders.has(name.toLowerCase())) return;
  throw new UsageError("ERR_INVALID_PARAMETER", `the handshake writes ${name} itself`);
}

/** Throws UsageError for a subprotocol that was not offered, and for headers that are the handshake's own. */
export function checkAcceptance({ protocols }: UpgradeRequest, { protocol, headers = [] }: Acceptance): void {
  if (protocol !== undefined && !protocols.includes(protocol)) {
    throw new UsageError("ERR_INVALID_PARAMETER", `the client did not offer the subprotocol ${protocol}`);
  }
  for (const [name] of headers) checkNotReserved(name);
}

/** Throws UsageError unless each is a token and none comes twice (RFC 6455 §4.1, 10). */
export function checkProtocols(protocols: readonly string[]): void {
  if (protocols.length === 0) return;
  const seen = new Set<string>();
  for (const protocol of protocols) {
    if (!isToken(protocol)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `not a subprotocol: ${JSON.stringify(protocol)}`);
    }
    if (seen.has(protocol))
      throw new UsageError("ERR_INVALID_PARAMETER", `subprotocol ${protocol} given twice`);
    seen.add(protocol);
  }
}
