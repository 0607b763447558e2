// Answers to a server's requests, to be used alone or one behind the other: where a browser's page is from, which
// subprotocol to speak.

import { UsageError } from "../errors.ts";
import type { Acceptance, Refusal, UpgradeRequest } from "../protocol/handshake.ts";
import type { RequestHandler } from "./websocket-options.ts";

type Answer = Acceptance | Refusal;

/**
 * Asks one handler after the other, and takes the first refusal. If all accept, their headers are put together, and the
 * last subprotocol that one of them chose is agreed on.
 */
export function requireAll(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request) => ask(request, handlers, {});
}

function ask(
  request: UpgradeRequest,
  [handler, ...others]: readonly RequestHandler[],
  so: Acceptance,
): Answer | Promise<Answer> {
  if (handler === undefined) return so;
  const next = (answer: Answer) => ("status" in answer ? answer : ask(request, others, merge(so, answer)));
  const answer = handler(request);
  // Not async throughout: whoever can answer at once should.
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

function merge(first: Acceptance, second: Acceptance): Acceptance {
  return {
    protocol: second.protocol ?? first.protocol,
    headers: [...(first.headers ?? []), ...(second.headers ?? [])],
  };
}

/**
 * Chooses the client's first subprotocol that is in `supported`, and refuses a client without one by 400. With none
 * supported, accepts every client without one: it decides for itself. Godot's rule, but for that.
 */
export function chooseProtocol(supported: readonly string[]): (request: UpgradeRequest) => Answer {
  return ({ protocols }) => {
    if (supported.length === 0) return {};
    const protocol = protocols.find((offered) => supported.includes(offered));
    if (protocol !== undefined) return { protocol };
    return { status: 400, reason: `a subprotocol is needed: ${supported.join(", ")}` };
  };
}

/** Options of `allowOrigins` and `sameOrigin`. */
export interface OriginOptions {
  /** Refuses requests without an Origin too: all that do not come from a web page. Default false. */
  requireOrigin?: boolean;
}

interface Origin {
  readonly scheme: string;
  /** In lower case; an IPv6 address in brackets. */
  readonly host: string;
  /** Empty for the scheme's own. */
  readonly port: string;
}

/**
 * Accepts requests from web pages of these origins, refuses others by 403. An entry is an origin as browsers send it
 * (`https://example.com`, `http://localhost:8060`, `null`), `https://*.example.com` for every host below example.com, or
 * `*.example.com` for those by http and https on their own ports. A browser cannot be made to lie about it; every other
 * program can, so this protects users of web pages, not the server. Requests without Origin, as Godot's native builds
 * and Node send them, pass. Throws UsageError for an entry that is none of these. RFC 6455 §10.2, RFC 6454 §7.
 */
export function allowOrigins(entries: readonly string[], options: OriginOptions = {}): RequestHandler {
  const patterns = entries.map(parsePattern);
  return originGuard(options, (text, origin) =>
    patterns.some((matches) => matches(text, origin)) ? undefined : "this origin is not allowed",
  );
}

/**
 * Accepts requests from web pages that were loaded from the host and port which the request itself is for, by http or
 * https; refuses others by 403. Not for servers behind a proxy that changes Host. Requests without Origin pass.
 */
export function sameOrigin(options: OriginOptions = {}): RequestHandler {
  return originGuard(options, (_, origin, { headers }) => {
    // The scheme only gives the port that goes without saying.
    const host = origin && parseOrigin(`${origin.scheme}://${headers.get("host")}`);
    const isSame =
      host !== undefined && isWeb(host) && host.host === origin?.host && host.port === origin.port;
    return isSame ? undefined : "only pages of this server itself are allowed";
  });
}

function originGuard(
  { requireOrigin = false }: OriginOptions,
  objection: (text: string, origin: Origin | undefined, request: UpgradeRequest) => string | undefined,
): RequestHandler {
  return (request): Answer => {
    const text = request.headers.get("origin");
    if (text === undefined) return requireOrigin ? { status: 403, reason: "an Origin is needed" } : {};
    const reason = objection(text.toLowerCase(), parseOrigin(text), request);
    return reason === undefined ? {} : { status: 403, reason };
  };
}

const defaultPorts: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** No user, path or blank can be in it (RFC 6454 §6.2): several Origin fields in one, say, are none. */
function parseOrigin(text: string): Origin | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/.exec(
    text.toLowerCase(),
  );
  if (match === null) return undefined;
  const [, scheme = "", host = "", port = ""] = match;
  return { scheme, host, port: port === defaultPorts[scheme] ? "" : port };
}

function isWeb({ scheme }: Origin): boolean {
  return scheme in defaultPorts;
}

type Pattern = (text: string, origin: Origin | undefined) => boolean;

function parsePattern(entry: string): Pattern {
  if (entry.toLowerCase() === "null") return (text) => text === "null";
  const isAnyWeb = entry.startsWith("*.");
  const isWildcard = isAnyWeb || entry.includes("://*.");
  const wanted = parseOrigin(isAnyWeb ? `https://${entry.slice(2)}` : entry.replace("://*.", "://"));
  if (wanted === undefined) {
    const text = `not an origin (https://example.com): ${JSON.stringify(entry)}`;
    throw new UsageError("ERR_INVALID_PARAMETER", text);
  }
  const { scheme, host, port } = wanted;
  return (_, origin) =>
    origin !== undefined &&
    (isAnyWeb ? isWeb(origin) : origin.scheme === scheme) &&
    origin.port === port &&
    (isWildcard ? origin.host.endsWith(`.${host}`) : origin.host === host);
}
