// What a receiver has to make of a stream of frames, worked out from the whole stream at once: no chunks, no state kept
// between octets, nothing shared with the sources. The fuzzer compares the two.

import type { MessageLimits } from "../../src/protocol/frame-parser.ts";
import { concat, naiveMask } from "../protocol/naive-frames.ts";

const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isWholeText(bytes: Uint8Array): boolean {
  try {
    fatal.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whatever can be missing at the end of a text is one of these, or as good as. */
const endings = [[], [0x80], [0x80, 0x80], [0xa0, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80, 0x80]];

function couldBecomeText(bytes: Uint8Array): boolean {
  return endings.some((ending) => isWholeText(concat([bytes, Uint8Array.from(ending)])));
}

interface Header {
  readonly opcode: number;
  readonly fin: boolean;
  readonly length: number;
  readonly mask: number | undefined;
  /** Octets of the header. */
  readonly size: number;
}

interface OpenMessage {
  readonly isText: boolean;
  readonly payloads: readonly Uint8Array[];
  readonly byteLength: number;
}

function number(octets: Uint8Array): bigint {
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

/** What the first octet breaks of RFC 6455 §5.2, §5.4 and §5.5. */
function isBadFirst(first: number, isInside: boolean): boolean {
  const opcode = first & 15;
  if ((first & 0x70) !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode)) return true;
  return opcode >= 8 ? first < 128 : (opcode === 0) !== isInside;
}

function isBadLength(length: bigint, lengthSize: number): boolean {
  return length >= 2n ** 63n || (lengthSize === 2 && length < 126n) || (lengthSize === 8 && length < 65_536n);
}

/** What a data frame of that length breaks of the limits: a close code, or undefined. */
function limitBroken(
  length: number,
  limits: MessageLimits,
  message: OpenMessage | undefined,
): number | undefined {
  const total = length + (message?.byteLength ?? 0);
  if (length > limits.maxFrameBytes || total > limits.maxMessageBytes) return 1009;
  return undefined;
}

/** A close code with which to fail, or "more" when the header is not whole. */
function readHeader(
  bytes: Uint8Array,
  role: "client" | "server",
  limits: MessageLimits,
  message: OpenMessage | undefined,
): Header | number | "more" {
  if (bytes.length < 1) return "more";
  const opcode = bytes[0]! & 15;
  const isControl = opcode >= 8;
  if (isBadFirst(bytes[0]!, message !== undefined)) return 1002;
  if (bytes.length < 2) return "more";
  const short = bytes[1]! & 127;
  if (bytes[1]! >= 128 !== (role === "server") || (isControl && short > 125)) return 1002;
  const lengthSize = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (bytes.length < 2 + lengthSize) return "more";
  const length = lengthSize === 0 ? BigInt(short) : number(bytes.slice(2, 2 + lengthSize));
  if (isBadLength(length, lengthSize)) return 1002;
  const broken = isControl ? undefined : limitBroken(Number(length), limits, message);
  if (broken !== undefined) return broken;
  const size = 2 + lengthSize + (role === "server" ? 4 : 0);
  if (bytes.length < size) return "more";
  if (!isControl && (message?.payloads.length ?? 0) >= limits.maxFragments) return 1008;
  const mask = role === "server" ? Number(number(bytes.slice(size - 4, size))) : undefined;
  return { opcode, fin: bytes[0]! >= 128, length: Number(length), mask, size };
}

function latin1(payload: Uint8Array): string {
  return Buffer.from(payload).toString("latin1");
}

interface Frame {
  readonly header: Header;
  readonly payload: Uint8Array;
  /** False when the stream ends inside the payload. */
  readonly isWhole: boolean;
  readonly rest: Uint8Array;
}

function takePayload(bytes: Uint8Array, header: Header): Frame {
  const end = header.size + header.length;
  const raw = bytes.slice(header.size, end);
  const payload = header.mask === undefined ? raw : naiveMask(raw, header.mask);
  return { header, payload, isWhole: raw.length === header.length, rest: bytes.slice(end) };
}

/** What `RecordedEnd` has to hear, with the close code instead of the name of a violation: `failure 1002`. */
export function expectedEvents(
  stream: Uint8Array,
  role: "client" | "server",
  limits: MessageLimits,
): string[] {
  const events: string[] = [];
  let message: OpenMessage | undefined;
  let rest = stream;
  for (;;) {
    const header = readHeader(rest, role, limits, message);
    if (header === "more") return events;
    if (typeof header === "number") return [...events, `failure ${header}`];
    const frame = takePayload(rest, header);
    const isData = header.opcode < 8;
    if (isData) message = extend(message, header, frame.payload);
    const event = isData ? messageEvent(message!, header.fin && frame.isWhole) : controlEvent(frame);
    if (event !== undefined) events.push(event);
    if (!frame.isWhole || header.opcode === 8 || event?.startsWith("failure")) return events;
    if (isData && header.fin) message = undefined;
    rest = frame.rest;
  }
}

function extend(message: OpenMessage | undefined, { opcode }: Header, payload: Uint8Array): OpenMessage {
  const { isText, payloads, byteLength } = message ?? { isText: opcode === 1, payloads: [], byteLength: 0 };
  return { isText, payloads: [...payloads, payload], byteLength: byteLength + payload.length };
}

function messageEvent({ isText, payloads }: OpenMessage, isEnd: boolean): string | undefined {
  const content = concat(payloads);
  if (isText && !(isEnd ? isWholeText(content) : couldBecomeText(content))) return "failure 1007";
  return isEnd ? `${isText ? "text" : "binary"}:${latin1(content)}` : undefined;
}

function controlEvent({ header: { opcode }, payload, isWhole }: Frame): string | undefined {
  if (!isWhole) return undefined;
  if (opcode !== 8) return `${opcode === 9 ? "ping" : "pong"}:${latin1(payload)}`;
  if (payload.length === 0) return "close 1005 ";
  const code = payload.length === 1 ? 0 : payload[0]! * 256 + payload[1]!;
  const isPermitted =
    (code >= 1000 && code < 1015 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000);
  if (!isPermitted) return "failure 1002";
  return isWholeText(payload.slice(2)) ? `close ${code} ${fatal.decode(payload.slice(2))}` : "failure 1007";
}
