// A way through an HTTP proxy: CONNECT, and behind its good answer a stream as if the proxy were not there
// (RFC 9110 §9.3.6).

import { connect, type Socket } from "node:net";
import { formatHead, HeadReader, parseHead } from "../protocol/http-head.ts";
import type { ClientTarget, ProxyTarget } from "./connection.ts";
import { describeError } from "./node-errors.ts";
import type { NodeStream } from "./node-stream.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";

const maxHeadBytes = 16 * 1024;
const maxHeaderCount = 128;

/** What is written before the proxy has answered waits here, and is little: a request. */
export class TunnelStream implements ByteStream {
  readonly isEncrypted: boolean;
  readonly #socket: Socket;
  readonly #proxy: ProxyTarget;
  readonly #streamOver: (socket: Socket) => NodeStream;
  #head: HeadReader | undefined = new HeadReader(maxHeadBytes);
  #waiting: Uint8Array[] = [];
  /** What the connection failed for. */
  #failure: Error | undefined;
  #isPaused = false;
  #noDelay = true;
  #events: ByteStreamEvents | undefined;
  #inner: NodeStream | undefined;

  /** `streamOver` makes the stream of a socket that leads to the target. */
  constructor(target: ClientTarget, proxy: ProxyTarget, streamOver: (socket: Socket) => NodeStream) {
    this.isEncrypted = target.secure;
    this.#proxy = proxy;
    this.#streamOver = streamOver;
    this.#socket = connect({ host: proxy.hostname, port: proxy.port });
    this.#socket.write(formatConnect(target, proxy));
  }

  get remoteAddress(): string {
    return this.#inner?.remoteAddress ?? this.#socket.remoteAddress ?? "";
  }

  get remotePort(): number {
    return this.#inner?.remotePort ?? this.#socket.remotePort ?? 0;
  }

  get pendingBytes(): number {
    const waiting = this.#waiting.reduce((sum, chunk) => sum + chunk.length, 0);
    return waiting + (this.#inner?.pendingBytes ?? 0);
  }

  attach(events: ByteStreamEvents): void {
    this.#events = events;
    this.#socket.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onError);
    this.#socket.on("close", this.#onClose);
  }

  write(chunk: Uint8Array): void {
    if (this.#inner === undefined) this.#waiting.push(chunk);
    else this.#inner.write(chunk);
  }

  end(): void {
    if (this.#inner === undefined) this.destroy();
    else this.#inner.end();
  }

  destroy(): void {
    (this.#inner ?? this.#socket).destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#inner?.resume();
  }

  setNoDelay(enabled: boolean): void {
    this.#noDelay = enabled;
    this.#inner?.setNoDelay(enabled);
  }

  readonly #onData = (chunk: Buffer): void => {
    const found = this.#head?.push(chunk);
    if (found === undefined) return;
    this.#head = undefined;
    if (found === "too large") return this.#fail(`answered with a head of over ${maxHeadBytes} octets`);
    const head = parseHead(found.text, maxHeaderCount);
    const answer =
      typeof head === "string" ? undefined : /^HTTP\/1\.[01] ([2-5]\d\d.*)$/.exec(head.startLine)?.[1];
    if (answer === undefined) return this.#fail("did not answer in HTTP");
    if (!answer.startsWith("2")) return this.#fail(`answered ${answer}`);
    this.#open(found.rest);
  };

  /** From now on the socket leads to the target. */
  #open(rest: Uint8Array): void {
    const socket = this.#socket;
    socket.pause();
    socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
    // What it reads behind the answer is the target's.
    if (rest.length > 0) socket.unshift(Buffer.from(rest));
    this.#inner = this.#streamOver(socket);
    this.#inner.setNoDelay(this.#noDelay);
    this.#inner.attach(this.#events!);
    if (!this.#isPaused) this.#inner.resume();
    for (const chunk of this.#waiting) this.#inner.write(chunk);
    this.#waiting = [];
  }

  readonly #onEnd = (): void => this.#fail("closed the connection without an answer");

  // It stays: below TLS nobody else listens for the socket's own errors.
  readonly #onError = (error: Error): void => {
    if (this.#inner === undefined) this.#fail(`cannot be reached: ${describeError(error)}`);
  };

  readonly #onClose = (): void => this.#events!.onClose(this.#failure);

  #fail(what: string): void {
    this.#failure ??= new Error(`the proxy ${this.#proxy.name} ${what}`);
    this.#socket.destroy();
  }
}

function formatConnect({ hostname, port }: ClientTarget, { authorization }: ProxyTarget): string {
  const authority = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const fields: [string, string][] = [["Host", authority]];
  if (authorization !== undefined) fields.push(["Proxy-Authorization", authorization]);
  return formatHead(`CONNECT ${authority} HTTP/1.1`, fields);
}
