// Who a client behind reverse proxies is: read from what the proxies add to its request, as far as they are trusted.

import type { UpgradeRequest } from "../protocol/handshake.ts";
import { AddressSet, formatAddress, parseAddress } from "../protocol/ip-address.ts";

/** Options of `clientAddress`. */
export interface ClientAddressOptions {
  /** IP addresses and ranges (`10.0.0.0/8`, `::1`) of the proxies that are ours. Default: none. */
  trustedProxies?: readonly string[] | AddressSet;
  /**
   * What our proxies write: `"x-forwarded-for"` (nginx, Caddy; the default) or `"forwarded"` (RFC 7239). Only this one is
   * read: a proxy passes the other on as the client sent it, and the client may send anything.
   */
  header?: "x-forwarded-for" | "forwarded";
}

/** Proxies in a row, at most. */
const maxHops = 32;

/**
 * The IP address of the client that sent `request` over a connection from `socketAddress`. Each proxy appends whom it
 * got the request from, so the header is read from its end, and only past addresses in `trustedProxies`: what stands
 * further left was written by somebody we do not trust. Where the header ends or is no address, the last proxy's own
 * address is the answer. Throws UsageError for a malformed range.
 */
export function clientAddress(
  request: Pick<UpgradeRequest, "headers">,
  socketAddress: string,
  { trustedProxies = [], header = "x-forwarded-for" }: ClientAddressOptions = {},
): string {
  const trusted = trustedProxies instanceof AddressSet ? trustedProxies : new AddressSet(trustedProxies);
  let address = canonical(socketAddress) ?? socketAddress;
  if (!trusted.has(address)) return address;
  const value = request.headers.get(header) ?? "";
  for (const hop of value.split(",").slice(-maxHops).reverse()) {
    const next = canonical(withoutPort(header === "forwarded" ? readFor(hop) : hop.trim()));
    if (next === undefined) break;
    address = next;
    if (!trusted.has(address)) break;
  }
  return address;
}

function canonical(text: string): string | undefined {
  const address = parseAddress(text);
  return address && formatAddress(address);
}

/** `1.2.3.4:5`, `[::1]:5` and `[::1]` without what is around the address. */
function withoutPort(text: string): string {
  const match = /^(?:\[([^[\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(text);
  return match?.[1] ?? match?.[2] ?? text;
}

/**
 * The `for` of one element (RFC 7239 §4); empty where there is none and where the element is malformed. That elements
 * are split at every comma, quoted ones too, can cut one to pieces, but its last piece is malformed then: the way to the
 * left of it is barred, and nothing is mistaken for an address.
 */
function readFor(element: string): string {
  const pair = /\s*([!#$%&'*+\-.^_`|~\w]+)=(?:([!#$%&'*+\-.^_`|~\w]+)|"((?:[^"\\]|\\.)*)")\s*(;|$)/y;
  let found = "";
  while (pair.lastIndex < element.length) {
    const match = pair.exec(element);
    if (match === null) return "";
    if (match[1]!.toLowerCase() === "for") found = match[2] ?? match[3]!.replace(/\\(.)/g, "$1");
  }
  return found;
}
