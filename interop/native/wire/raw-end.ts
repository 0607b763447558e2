/** The far side of the peer under test, octet by octet: a TCP socket that says what a row wants it to say. */

import { createHash } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { certificate, privateKey } from "../../../packages/godot-ws/test/transport/certificate.ts";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  fin?: boolean;
  masked?: boolean;
  /** The three reserved bits where they stand in the first octet. */
  reserved?: number;
  /** Octets of the length field beyond the first; default the shortest. */
  lengthOctets?: 0 | 2 | 8;
  /** The length to claim, when it is not the payload's. */
  claims?: bigint;
}

const mask = Buffer.of(0x11, 0x22, 0x33, 0x44);

export function frame(
  opcode: number,
  content: Uint8Array | string | number = "",
  options: FrameOptions = {},
) {
  const payload =
    typeof content === "number" ? Buffer.alloc(content, "x") : Buffer.from(content as Uint8Array);
  const { fin = true, masked = false, reserved = 0, claims = BigInt(payload.length) } = options;
  const lengthOctets = options.lengthOctets ?? (claims < 126n ? 0 : claims < 0x10000n ? 2 : 8);
  const head = Buffer.alloc(2 + lengthOctets);
  head[0] = (fin ? 0x80 : 0) | reserved | opcode;
  head[1] = (masked ? 0x80 : 0) | (lengthOctets === 0 ? Number(claims) : lengthOctets === 2 ? 126 : 127);
  if (lengthOctets === 2) head.writeUInt16BE(Number(claims), 2);
  if (lengthOctets === 8) head.writeBigUInt64BE(claims, 2);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, mask, payload.map((octet, i) => octet ^ mask[i % 4]!)]);
}

export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason as Uint8Array)]);
}

export interface ReadFrame {
  fin: boolean;
  reserved: number;
  opcode: number;
  mask: string | undefined;
  lengthOctets: number;
  payload: Buffer;
}

/** The frame at the start of `bytes`, and the octets it takes; undefined while it is not whole. */
function readFrame(bytes: Buffer): { frame: ReadFrame; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes[0]!, bytes[1]!];
  const short = second & 127;
  const lengthOctets = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = second >= 128;
  const start = 2 + lengthOctets + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const size = lengthOctets === 0 ? short : Number(`0x${bytes.toString("hex", 2, 2 + lengthOctets)}`);
  if (bytes.length < start + size) return undefined;
  const key = isMasked ? bytes.subarray(start - 4, start) : Buffer.alloc(4);
  const payload = bytes.subarray(start, start + size).map((octet, i) => octet ^ key[i & 3]!);
  const frame = {
    fin: first >= 128,
    reserved: first & 0x70,
    opcode: first & 15,
    mask: isMasked ? key.toString("hex") : undefined,
    lengthOctets,
    payload: Buffer.from(payload),
  };
  return { frame, length: start + size };
}

export class RawEnd {
  readonly socket: Socket;
  ended = false;
  #chunks: Buffer[] = [];
  #frames: ReadFrame[] = [];
  /** Where the octets behind the last whole frame begin. */
  #framesEnd = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("close", () => {
      this.ended = true;
    });
  }

  static async connect(port: number): Promise<RawEnd> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawEnd(socket);
  }

  /** In one write. */
  send(...parts: (Uint8Array | string)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  }

  get received(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  get byteCount(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The head of the peer's handshake; empty until it is whole. */
  get head(): string {
    const end = this.received.indexOf("\r\n\r\n");
    return end < 0 ? "" : this.received.toString("utf8", 0, end + 4);
  }

  get frames(): readonly ReadFrame[] {
    if (this.#framesEnd === 0) this.#framesEnd = Buffer.byteLength(this.head);
    if (this.#framesEnd === 0) return [];
    const { received } = this;
    for (;;) {
      const read = readFrame(received.subarray(this.#framesEnd));
      if (read === undefined) return this.#frames;
      this.#frames.push(read.frame);
      this.#framesEnd += read.length;
    }
  }

  /** Until the condition holds; false when it took too long. */
  async until(condition: () => boolean, timeoutMs = 5000): Promise<boolean> {
    for (const end = Date.now() + timeoutMs; !condition(); ) {
      if (Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return true;
  }
}

/** A server that takes connections as raw ends. */
export class RawServer {
  readonly #server: Server;
  readonly #ends: RawEnd[] = [];

  static async listen({ host = "127.0.0.1", port = 0, tls = false } = {}): Promise<RawServer> {
    const server = tls ? createTlsServer({ cert: certificate, key: privateKey }) : createServer();
    const raw = new RawServer(server, tls);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    return raw;
  }

  private constructor(server: Server, tls: boolean) {
    this.#server = server;
    server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
      this.#ends.push(new RawEnd(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next connection that nobody has taken; undefined when none comes. */
  async next(timeoutMs = 5000): Promise<RawEnd | undefined> {
    for (const end = Date.now() + timeoutMs; this.#ends.length === 0; ) {
      if (Date.now() > end) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.#ends.shift();
  }

  close(): void {
    this.#server.close();
  }
}

/** The header fields of a correct request or answer; a row replaces, adds, or (undefined) leaves out. */
export type Fields = Readonly<Record<string, string | undefined>>;

function head(startLine: string, fields: Fields, extra: readonly string[]): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[startLine, ...lines, ...extra].join("\r\n")}\r\n\r\n`;
}

export interface HeadOptions {
  startLine?: string;
  fields?: Fields;
  /** Lines as they are. */
  extra?: readonly string[];
}

/** A client's request, with the example key of RFC 6455. */
export function requestHead({
  startLine = "GET / HTTP/1.1",
  fields = {},
  extra = [],
}: HeadOptions = {}): string {
  const correct = {
    Host: "example.com",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
  };
  return head(startLine, { ...correct, ...fields }, extra);
}

/** A server's answer to `request`. `{accept}` in a line stands for the right Sec-WebSocket-Accept. */
export function answerHead(request: string, options: HeadOptions = {}): string {
  const { startLine = "HTTP/1.1 101 Switching Protocols", fields = {}, extra = [] } = options;
  const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const correct = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": accept };
  return head(startLine, { ...correct, ...fields }, extra).replaceAll("{accept}", accept);
}
