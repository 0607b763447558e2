// A socket of Node's as a ByteStream.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { describeError } from "./node-errors.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";

/** TCP, TLS, or any Duplex that carries bytes. */
export class NodeStream implements ByteStream {
  readonly #socket: Duplex & Partial<Pick<Socket, "setNoDelay" | "remoteAddress" | "remotePort">>;
  #events: ByteStreamEvents | undefined;
  // Kept, since the system forgets them when the socket closes and logs want them just then.
  #remoteAddress = "";
  #remotePort = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#noteRemote();
    socket.once("connect", this.#noteRemote);
    this.setNoDelay(true);
  }

  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  get remotePort(): number {
    return this.#remotePort;
  }

  // A client's socket knows it once it is connected.
  readonly #noteRemote = (): void => {
    // An IPv4 client of a socket that listens on both is that IPv4 address to everybody else.
    this.#remoteAddress = (this.#socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
    this.#remotePort = this.#socket.remotePort ?? 0;
  };

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  get isEncrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  attach(events: ByteStreamEvents): void {
    const socket = this.#socket;
    this.#events = events;
    let failure: Error | undefined;
    socket.on("data", (chunk: Uint8Array) => events.onData(chunk));
    socket.on("end", () => events.onEnd());
    socket.on("error", (error) => {
      failure = new Error(describeError(error), { cause: error });
    });
    socket.on("close", () => events.onClose(failure));
  }

  write(chunk: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(chunk, this.#written);
  }

  // Node's "drain" comes only after more than its own high-water mark; we want to know in any case.
  readonly #written = (): void => {
    if (this.#socket.writableLength === 0) this.#events?.onDrain();
  };

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
