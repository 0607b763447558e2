// The far end of a connection, by hand: writes and reads octets as RFC 6455 §4 and §5 have them, with no code of the
// library's, so that a mistake of the library's cannot hide behind itself.

import { createHash } from "node:crypto";
import type { ByteStream, ByteStreamEvents } from "../../src/transport/stream.ts";

export interface RawFrame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export interface RawFrameOptions {
  readonly fin?: boolean;
  /** As a client sends them. Default false. */
  readonly masked?: boolean;
  readonly reservedBits?: number;
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d);

export function encodeFrame(
  code: number,
  content: Uint8Array | string = "",
  { fin = true, masked = false, reservedBits = 0 }: RawFrameOptions = {},
): Buffer {
  const payload = Buffer.from(content as Uint8Array);
  const maskBit = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | reservedBits | code;
  let header: Buffer;
  if (payload.length < 126) {
    header = Buffer.of(first, maskBit | payload.length);
  } else if (payload.length < 0x10000) {
    header = Buffer.alloc(4);
    header.writeUInt16BE(payload.length, 2);
    header[1] = maskBit | 126;
  } else {
    header = Buffer.alloc(10);
    header.writeBigUInt64BE(BigInt(payload.length), 2);
    header[1] = maskBit | 127;
  }
  header[0] = first;
  if (!masked) return Buffer.concat([header, payload]);
  return Buffer.concat([header, mask, payload.map((octet, index) => octet ^ mask[index % 4]!)]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ""): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
}

/** The whole frames at the start of `bytes`, and what follows them. */
export function decodeFrames(bytes: Buffer): { frames: RawFrame[]; rest: Buffer } {
  const frames: RawFrame[] = [];
  let rest = bytes;
  for (;;) {
    const found = decodeFrame(rest);
    if (found === undefined) return { frames, rest };
    frames.push(found.frame);
    rest = found.rest;
  }
}

function decodeFrame(bytes: Buffer): { frame: RawFrame; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const masked = bytes[1]! >= 0x80;
  let length = bytes[1]! & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  const key = masked ? bytes.subarray(at, at + 4) : Buffer.alloc(4);
  if (masked) at += 4;
  if (bytes.length < at + length) return undefined;
  const payload = Buffer.from(bytes.subarray(at, at + length)).map((octet, index) => octet ^ key[index % 4]!);
  const frame = { fin: bytes[0]! >= 0x80, opcode: bytes[0]! & 0x0f, masked, payload: Buffer.from(payload) };
  return { frame, rest: bytes.subarray(at + length) };
}

export interface RawRequestOptions {
  readonly target?: string;
  readonly protocols?: string;
  readonly headers?: readonly string[];
}

/** A client's handshake. The key is the RFC's example, whose answer is known. */
export function rawRequest({ target = "/", protocols, headers = [] }: RawRequestOptions = {}): string {
  const lines = [
    `GET ${target} HTTP/1.1`,
    "Host: example.com",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...(protocols === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocols}`]),
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** RFC 6455 §1.3: the answer to `rawRequest`. */
export const exampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** A server's answer to the request in `head`. */
export function rawAnswer(head: string, headers: readonly string[] = []): string {
  const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Keeps what comes, and sends what a test wants. */
export class RawEnd implements ByteStreamEvents {
  readonly stream: ByteStream;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  closed = false;
  drains = 0;
  error: Error | undefined;

  constructor(stream: ByteStream) {
    this.stream = stream;
    stream.attach(this);
  }

  send(...parts: (Uint8Array | string)[]): void {
    this.stream.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  }

  /** The head of the handshake as it came. */
  get head(): string {
    return this.received.subarray(0, this.#headLength).toString("latin1");
  }

  /** What came behind the head. */
  get body(): Buffer {
    return this.received.subarray(this.#headLength);
  }

  get frames(): RawFrame[] {
    return decodeFrames(this.body).frames;
  }

  /** `[opcode, payload as text]` of every frame. */
  get frameTexts(): [number, string][] {
    return this.frames.map((frame) => [frame.opcode, frame.payload.toString("latin1")]);
  }

  /** Close code and reason of the close frame that came; undefined when none did. */
  get closeFrame(): [code: number, reason: string] | undefined {
    const frame = this.frames.find((candidate) => candidate.opcode === opcode.close);
    if (frame === undefined) return undefined;
    if (frame.payload.length === 0) return [1005, ""];
    return [frame.payload.readUInt16BE(0), frame.payload.toString("utf8", 2)];
  }

  get #headLength(): number {
    const end = this.received.indexOf("\r\n\r\n");
    return end < 0 ? this.received.length : end + 4;
  }

  onData(chunk: Uint8Array): void {
    this.received = Buffer.concat([this.received, chunk]);
  }

  onEnd(): void {
    this.ended = true;
  }

  onDrain(): void {
    this.drains++;
  }

  onClose(error: Error | undefined): void {
    this.closed = true;
    this.error = error;
  }
}
