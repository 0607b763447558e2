// The head of an HTTP/1.1 message: found in a stream of bytes, split into its start line and headers, and written.
// Knows what a head looks like (RFC 9112), not what a WebSocket wants of it.

import { UsageError } from "../errors.ts";

export interface HttpHead {
  /** The first line, unsplit. */
  readonly startLine: string;
  readonly headers: HttpHeaders;
}

const none: readonly never[] = [];

/** Header fields by name in any case of letters; those that came several times are joined with a comma (RFC 9110 §5.3). */
export class HttpHeaders implements Iterable<[name: string, value: string]> {
  // The lines as they came, which take less memory than a map, and where each and its colon are: a server keeps the
  // request of each of its thousands of clients, and few of them are asked for anything.
  #text = "";
  #marks: readonly number[] = none;

  constructor(fields?: Iterable<readonly [name: string, value: string]>) {
    if (fields === undefined) return;
    const marks: number[] = [];
    for (const [name, value] of fields) {
      marks.push(this.#text.length, this.#text.length + name.length);
      this.#text += `${name}:${value}\r\n`;
    }
    marks.push(this.#text.length);
    this.#marks = marks;
  }

  /** Of lines in `text` that are known to be correct: `marks` has the offsets of each and of its colon, and the end. */
  static ofLines(text: string, marks: readonly number[]): HttpHeaders {
    const headers = new HttpHeaders();
    headers.#text = text;
    headers.#marks = marks;
    return headers;
  }

  /** The value, undefined when there is no such field. `name` in any case of letters. */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    const marks = this.#marks;
    let found: string | undefined;
    for (let i = 0; i + 2 < marks.length; i += 2) {
      if (marks[i + 1]! - marks[i]! !== key.length || !this.#isNamed(marks[i]!, key)) continue;
      found = found === undefined ? this.#valueAt(i) : `${found}, ${this.#valueAt(i)}`;
    }
    return found;
  }

  /** Whether there is such a field. */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** True when the comma-separated list under `name` has `token`, in any case of letters. */
  hasToken(name: string, token: string): boolean {
    const value = this.get(name);
    if (value === undefined) return false;
    if (value.length === token.length) return value.toLowerCase() === token;
    return splitList(value).some((entry) => entry.toLowerCase() === token);
  }

  #isNamed(start: number, key: string): boolean {
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      const difference = this.#text.charCodeAt(start + i) ^ code;
      // The two cases of a letter differ by one bit, as other characters do that are not the same.
      if (difference !== 0 && (difference !== 0x20 || code < 0x61 || code > 0x7a)) return false;
    }
    return true;
  }

  #valueAt(i: number): string {
    return trimBlanks(this.#text, this.#marks[i + 1]! + 1, this.#marks[i + 2]! - 2);
  }

  /** Names in lower case, each once. */
  [Symbol.iterator](): Iterator<[name: string, value: string]> {
    const fields = new Map<string, string>();
    const marks = this.#marks;
    for (let i = 0; i + 2 < marks.length; i += 2) {
      const name = this.#text.slice(marks[i], marks[i + 1]).toLowerCase();
      const before = fields.get(name);
      fields.set(name, before === undefined ? this.#valueAt(i) : `${before}, ${this.#valueAt(i)}`);
    }
    return fields.entries();
  }
}

/** The non-empty entries of a comma-separated list, trimmed. */
export function splitList(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(",")
    .map((entry) => trimBlanks(entry, 0, entry.length))
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
  let lineEnd = findLineEnd(text, 0);
  if (lineEnd <= 0) return "malformed";
  const startLine = text.slice(0, lineEnd);
  const marks: number[] = [];
  while (lineEnd < text.length) {
    const start = lineEnd + 2;
    if (marks.length === maxHeaderCount * 2) return "too many headers";
    // No name, a blank before the colon, or a folded line: all refused by RFC 9112 §5.
    const colon = findTokenEnd(text, start);
    if (colon === start || text.charCodeAt(colon) !== 0x3a) return "malformed";
    lineEnd = findLineEnd(text, colon + 1);
    if (lineEnd < 0) return "malformed";
    marks.push(start, colon);
  }
  // As if the last line had an end too. Cut to size below: it stays as long as the connection.
  marks.push(lineEnd + 2);
  return { startLine, headers: HttpHeaders.ofLines(text, marks.slice()) };
}

/** Where the line ends, which is at the text's end for the last; -1 when a control character stands before it. */
function findLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isControl(code)) continue;
    return code === carriageReturn && text.charCodeAt(at + 1) === lineFeed ? at : -1;
  }
  return text.length;
}

/** What tokens are made of, by code. */
const isTokenCode = Array.from({ length: 128 }, (_, code) => isToken(String.fromCharCode(code)));

function findTokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isTokenCode[text.charCodeAt(at)] === true) at++;
  return at;
}

/** RFC 9110 §5.6.2: what header names, methods and subprotocols are made of. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** True when `text` could not stand in a header value: it has a control character other than the tab. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControl(text.charCodeAt(i))) return true;
  return false;
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 9) || code === 0x7f;
}

function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
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
  return `${startLine}\r\n${formatFields(fields)}\r\n`;
}

/** Lines of a head. Throws UsageError, as `formatHead`. */
export function formatFields(fields: Iterable<readonly [name: string, value: string]>): string {
  let text = "";
  for (const [name, value] of fields) {
    if (!isToken(name) || hasControl(value)) throw unfit(`${name}: ${value}`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function unfit(line: string): UsageError {
  return new UsageError("ERR_INVALID_PARAMETER", `not a line of an HTTP head: ${JSON.stringify(line)}`);
}
