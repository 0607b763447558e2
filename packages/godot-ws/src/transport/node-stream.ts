// A socket of Node's as a ByteStream.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { describeError } from "./node-errors.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";

const nothing = new Uint8Array(0);

// The Buffer that Node makes of a Uint8Array, made once for a chunk that goes to many.
let lastChunk: Uint8Array = nothing;
let lastBuffer: Buffer = Buffer.alloc(0);

function bufferOf(chunk: Uint8Array): Buffer {
  if (chunk !== lastChunk) {
    lastChunk = chunk;
    lastBuffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  return lastBuffer;
}

const streamKey = Symbol("stream");

interface OwnedSocket extends Duplex, Partial<Pick<Socket, "setNoDelay" | "remoteAddress" | "remotePort">> {
  [streamKey]?: NodeStream;
}

/** TCP, TLS, or any Duplex that carries bytes. */
export class NodeStream implements ByteStream {
  readonly #socket: OwnedSocket;
  #events: ByteStreamEvents | undefined;
  #failure: Error | undefined;
  // Some of what was written waits in Node.
  #hasPending = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#socket[streamKey] = this;
    this.setNoDelay(true);
    if (this.#socket.remoteAddress === undefined) socket.once("connect", NodeStream.#noteRemote);
  }

  // Looked at early: then Node keeps it beyond the end of the socket, and logs want it just then.
  static readonly #noteRemote = function (this: OwnedSocket): void {
    void this.remoteAddress;
  };

  get remoteAddress(): string {
    // An IPv4 client of a socket that listens on both is that IPv4 address to everybody else.
    return (this.#socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }

  get pendingBytes(): number {
    return this.#hasPending ? this.#socket.writableLength : 0;
  }

  get isEncrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  attach(events: ByteStreamEvents): void {
    this.#events = events;
    const socket = this.#socket;
    socket.on("data", NodeStream.#passData);
    socket.on("end", NodeStream.#passEnd);
    socket.on("error", NodeStream.#keepError);
    socket.on("close", NodeStream.#passClose);
  }

  // The listeners are the same for all sockets, each of which knows its stream: ten thousand need no closures. (Methods
  // would do, but the linter rewrites `this` there.)

  static readonly #passData = function (this: OwnedSocket, chunk: Uint8Array): void {
    this[streamKey]!.#events!.onData(chunk);
  };

  static readonly #passEnd = function (this: OwnedSocket): void {
    this[streamKey]!.#events!.onEnd();
  };

  static readonly #keepError = function (this: OwnedSocket, error: Error): void {
    this[streamKey]!.#failure = new Error(describeError(error), { cause: error });
  };

  static readonly #passClose = function (this: OwnedSocket): void {
    const stream = this[streamKey]!;
    stream.#events!.onClose(stream.#failure);
  };

  write(chunk: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.write(bufferOf(chunk));
    // Mostly the system has taken all of it by now, and nobody needs to be called back.
    if (!this.#hasPending && socket.writableLength > 0) this.#awaitDrain();
  }

  // Node's "drain" comes only after more than its own high-water mark; we want to know in any case.
  #awaitDrain(): void {
    this.#hasPending = true;
    this.#socket.write(nothing, () => this.#written());
  }

  #written(): void {
    if (this.#socket.writableLength > 0 && this.#socket.writable) return this.#awaitDrain();
    this.#hasPending = false;
    this.#events?.onDrain();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  setNoDelay(enabled: boolean): void {
    this.#socket.setNoDelay?.(enabled);
  }
}
