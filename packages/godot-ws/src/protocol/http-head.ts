// The head of an HTTP/1.1 message: found in a stream of bytes, split into its start line and headers, and written.
// Knows what a head looks like (RFC 9112), not what a WebSocket wants of it.

import { UsageError } from "../errors.ts";

export interface HttpHead {
  /** The first line, unsplit. */
  readonly startLine: string;
  readonly headers: HttpHeaders;
}

/** Header fields by lower-case name; fields that came several times are joined with a comma (RFC 9110 §5.3). */
export class HttpHeaders implements Iterable<[name: string, value: string]> {
  readonly #fields = new Map<string, string>();

  constructor(fields: Iterable<readonly [name: string, value: string]> = []) {
    for (const [name, value] of fields) this.add(name, value);
  }

  get(name: string): string | undefined {
    return this.#fields.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  add(name: string, value: string): void {
    const key = name.toLowerCase();
    const before = this.#fields.get(key);
    this.#fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }

  /** True when the comma-separated list under `name` has `token`, in any case of letters. */
  hasToken(name: string, token: string): boolean {
    return splitList(this.get(name)).some((entry) => entry.toLowerCase() === token);
  }

  [Symbol.iterator](): Iterator<[name: string, value: string]> {
    return this.#fields.entries();
  }
}

/** The non-empty entries of a comma-separated list, trimmed. */
export function splitList(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(",")
    .map(trimBlanks)
    .filter((entry) => entry !== "");
}

export interface HeadLimits {
  /** Octets of the whole head. */
  readonly maxHeadBytes: number;
  /** Header fields, repeated ones counted each. */
  readonly maxHeaderCount: number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const carriageReturn = 13;
const lineFeed = 10;

/** Finds the end of a head in bytes that come in any pieces, in linear time. */
export class HeadReader {
  readonly #maxBytes: number;
  #buffer: Uint8Array | undefined;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Nothing has come yet. */
  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /**
   * The text of the head once it is whole, with what followed it in `rest`; undefined while it is not;
   * `"too large"` when it cannot be any more.
   */
  push(chunk: Uint8Array): { text: string; rest: Uint8Array } | "too large" | undefined {
    const searched = this.#used;
    const bytes = searched === 0 ? chunk : this.#append(chunk);
    const end = findHeadEnd(bytes, Math.max(0, searched - 3));
    if ((end < 0 ? bytes.length : end) > this.#maxBytes) return "too large";
    if (end < 0) {
      if (searched === 0) this.#append(chunk);
      return undefined;
    }
    this.#buffer = undefined;
    return { text: decoder.decode(bytes.subarray(0, end - 4)), rest: bytes.subarray(end) };
  }

  /** Everything so far; grows by doubling. */
  #append(chunk: Uint8Array): Uint8Array {
    const needed = this.#used + chunk.length;
    if (this.#buffer === undefined || this.#buffer.length < needed) {
      const grown = new Uint8Array(Math.max(needed, this.#used * 2, 512));
      if (this.#buffer !== undefined) grown.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#used);
    this.#used = needed;
    return this.#buffer.subarray(0, needed);
  }
}

function findHeadEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(lineFeed, from); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    const isEnd =
      bytes[at - 1] === carriageReturn && bytes[at - 2] === lineFeed && bytes[at - 3] === carriageReturn;
    if (isEnd) return at + 1;
  }
  return -1;
}

export type HeadFault = "malformed" | "too many headers";

/** Splits a head into start line and fields; strict where leniency is how requests get smuggled. */
export function parseHead(text: string, maxHeaderCount: number): HttpHead | HeadFault {
  const lines = text.split("\r\n");
  if (lines.length - 1 > maxHeaderCount) return "too many headers";
  const startLine = lines[0]!;
  if (startLine === "" || hasControl(startLine)) return "malformed";
  const headers = new HttpHeaders();
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(":");
    // No name, a blank before the colon, or a folded line: all refused by RFC 9112 §5.
    if (colon <= 0 || !isToken(line.slice(0, colon))) return "malformed";
    const value = trimBlanks(line.slice(colon + 1));
    if (hasControl(value)) return "malformed";
    headers.add(line.slice(0, colon), value);
  }
  return { startLine, headers };
}

/** RFC 9110 §5.6.2: what header names, methods and subprotocols are made of. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** True when `text` could not stand in a header value: it has a control character other than the tab. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 9) || code === 0x7f) return true;
  }
  return false;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 9;
}

/** A head as text, the closing empty line included. Throws UsageError for what would end a line before its time. */
export function formatHead(
  startLine: string,
  fields: Iterable<readonly [name: string, value: string]>,
): string {
  if (hasControl(startLine)) throw unfit(startLine);
  let text = `${startLine}\r\n`;
  for (const [name, value] of fields) {
    if (!isToken(name) || hasControl(value)) throw unfit(`${name}: ${value}`);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

function unfit(line: string): UsageError {
  return new UsageError("ERR_INVALID_PARAMETER", `not a line of an HTTP head: ${JSON.stringify(line)}`);
}
