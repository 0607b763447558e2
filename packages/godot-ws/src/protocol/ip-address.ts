// IP addresses as text, in any of the ways that proxies write them, and ranges of them. Strict: what is not an address is
// none, and is never taken for another.

import { UsageError } from "../errors.ts";

/** The longest text of an address: six groups of four digits and an IPv4 address. */
const longestText = 45;

/** 4 or 16 octets; undefined for what is no address. An IPv4 address inside IPv6 (`::ffff:1.2.3.4`) becomes 4. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > longestText) return undefined;
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text);
  if (bytes === undefined) return undefined;
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

// No leading zeros: some read them as octal.
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, i) => parseGroups(half, i === halves.length - 1));
  if (left === undefined) return undefined;
  if (halves.length === 1) return left.length === 16 ? Uint8Array.from(left) : undefined;
  // `::` stands for one group at least (RFC 4291 §2.2).
  if (right === undefined || left.length + right.length > 14) return undefined;
  return Uint8Array.from([...left, ...Array<number>(16 - left.length - right.length).fill(0), ...right]);
}

/** Octets of groups between colons, of which the last may be an IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (isLast && i === groups.length - 1 && group.includes(".")) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      octets.push(...ipv4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
    }
  }
  return octets;
}

/** One form for each address: dotted, or as RFC 5952 §4 wants it. */
export function formatAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16),
  );
  const text = groups.join(":");
  let longest = { at: 0, length: 0 };
  for (const { index: at, 0: run } of text.matchAll(/(?<=^|:)0(:0)+(?=:|$)/g)) {
    if (run.length > longest.length) longest = { at, length: run.length };
  }
  if (longest.length === 0) return text;
  const [before, after] = [text.slice(0, longest.at), text.slice(longest.at + longest.length)];
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}

interface Range {
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Addresses and ranges such as `10.0.0.0/8`, to ask whether another is among them. */
export class AddressSet {
  readonly #ranges: readonly Range[];

  /** Throws UsageError for what is neither. */
  constructor(entries: Iterable<string>) {
    this.#ranges = Array.from(entries, parseRange);
  }

  /** False for what is no address. */
  has(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined && this.#ranges.some((range) => contains(range, address));
  }
}

function parseRange(entry: string): Range {
  const [text = "", length, ...more] = entry.split("/");
  const address = parseAddress(text);
  const bits = (address?.length ?? 0) * 8;
  // The prefix of `::ffff:10.0.0.0/104` counts from the front of IPv6.
  const front = text.includes(":") && bits === 32 ? 96 : 0;
  const prefixLength = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) - front : -1;
  if (address === undefined || more.length > 0 || prefixLength < 0 || prefixLength > bits) {
    throw new UsageError(
      "ERR_INVALID_PARAMETER",
      `not an IP address or range (10.0.0.0/8): ${JSON.stringify(entry)}`,
    );
  }
  return { address, prefixLength };
}

function contains({ address: network, prefixLength }: Range, address: Uint8Array): boolean {
  if (network.length !== address.length) return false;
  const whole = prefixLength >> 3;
  for (let i = 0; i < whole; i++) if (network[i] !== address[i]) return false;
  const rest = prefixLength & 7;
  return rest === 0 || (network[whole]! ^ address[whole]!) >> (8 - rest) === 0;
}
