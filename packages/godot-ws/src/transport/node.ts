// Node's sockets, clock and randomness: the one place in the library that knows Node.

import { randomFillSync } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
  type AddressInfo,
  createServer,
  isIP,
  type Server,
  type Socket,
  connect as tcpConnect,
} from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket, connect as tlsConnect } from "node:tls";
import type { Clock } from "../clock.ts";
import { ConnectError } from "../errors.ts";
import { HttpHeaders } from "../protocol/http-head.ts";
import { base64 } from "../protocol/sha1.ts";
import type { ClientTarget, Connection, ConnectionEvents, ConnectionOptions } from "./connection.ts";
import { createEnvironment, type Environment, type Random } from "./environment.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";
import { StreamConnection } from "./stream-connection.ts";

/** Beyond this Node would not wait at all. */
const longestDelayMs = 0x7fffffff;

const clock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, longestDelayMs)),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  endOfTurn: (callback) => setImmediate(callback),
};

// Random numbers are drawn in bulk: a call for each mask would cost more than the frame.
const drawn = new Uint32Array(1024);
let undrawn = 0;

const random: Random = {
  uint32() {
    if (undrawn === 0) {
      randomFillSync(drawn);
      undrawn = drawn.length;
    }
    return drawn[--undrawn]!;
  },
  bytes: (count) => randomFillSync(new Uint8Array(count)),
};

/** The environment that all connections of this process share unless they are given another. */
export const environment = createEnvironment(clock, random);

/** A socket of Node's as a ByteStream: TCP, TLS, or any Duplex that carries bytes. */
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
      failure = new Error(describe(error), { cause: error });
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

/** Some errors of Node's, those of several addresses tried in vain among them, have a code and no message. */
function describe(error: NodeJS.ErrnoException): string {
  return error.message || error.code || error.name;
}

/** Calls a server, as `target` says. */
export function connect(
  target: ClientTarget,
  events: ConnectionEvents,
  options: ConnectionOptions,
): Connection {
  return connectOver(new NodeStream(openSocket(target)), target, events, options);
}

/** As `connect`, over a stream that is there already. */
export function connectOver(
  stream: ByteStream,
  { host, path, protocols, headers }: ClientTarget,
  events: ConnectionEvents,
  options: ConnectionOptions,
  env: Environment = environment,
): Connection {
  const key = base64(env.random.bytes(16));
  const request = { host, target: path, key, protocols, headers };
  return new StreamConnection(stream, { role: "client", request }, events, env, options);
}

// What is written before TCP and TLS are ready waits in the socket.
function openSocket({ hostname, port, secure }: ClientTarget): Socket {
  if (!secure) return tcpConnect({ host: hostname, port });
  return tlsConnect({ host: hostname, port, ...(isIP(hostname) ? {} : { servername: hostname }) });
}

/** Something that takes connections. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Takes no more; connections that were handed over go on. */
  close(): Promise<void>;
}

/**
 * Listens on TCP. `"*"` is every address. Rejects with ConnectError when the address cannot be had.
 */
export function listen(
  port: number,
  address: string,
  onStream: (stream: ByteStream) => void,
): Promise<Listener> {
  // Half-open: what is still queued for a peer that has ended its direction must get out.
  const server = createServer({ allowHalfOpen: true }, (socket) => onStream(new NodeStream(socket)));
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, port, address)));
    server.listen({ port, ...(address === "*" ? {} : { host: address }) }, () => {
      server.removeAllListeners("error");
      // A failed accept (no descriptors left, say) leaves the listener in place.
      server.on("error", () => {});
      resolve(createListener(server));
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, address: string): ConnectError {
  const code = error.code === "EADDRINUSE" ? "ERR_ALREADY_IN_USE" : "ERR_CANT_CREATE";
  return new ConnectError(code, `cannot listen on ${address}:${port}: ${error.message}`, { cause: error });
}

function createListener(server: Server): Listener {
  const { address, port } = server.address() as AddressInfo;
  return { address, port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** A request of `http.Server`'s "upgrade" event with its socket and what was read beyond the head. */
export interface NodeUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

/** What a server's connection can be made of. */
export type ConnectionSource = ByteStream | Duplex | NodeUpgrade;

/** A server's end of a connection whose handshake is still to come, or was read by `http.Server`. */
export function accept(
  source: ConnectionSource,
  events: ConnectionEvents,
  options: ConnectionOptions,
  env: Environment = environment,
): Connection {
  if ("request" in source) return acceptUpgrade(source, events, options, env);
  const stream = "attach" in source ? source : new NodeStream(source);
  return new StreamConnection(stream, { role: "server" }, events, env, options);
}

function acceptUpgrade(
  { request, socket, head }: NodeUpgrade,
  events: ConnectionEvents,
  options: ConnectionOptions,
  env: Environment,
): Connection {
  if (head.length > 0) socket.unshift(head);
  const fields: [string, string][] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) fields.push([raw[i]!, raw[i + 1]!]);
  const startLine = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  const opening = { role: "server", head: { startLine, headers: new HttpHeaders(fields) } } as const;
  return new StreamConnection(new NodeStream(socket), opening, events, env, options);
}
