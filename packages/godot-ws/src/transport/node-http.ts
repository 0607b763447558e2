// One port for web pages and WebSocket: upgrades are taken from a server of Node's before its own parser has seen them,
// and made no request objects of; whatever else comes is left to it. Knows no more of HTTP than to tell the two apart.

import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Server as TlsServer } from "node:tls";

/** A request of `http.Server`'s "upgrade" event with its socket and what was read beyond the head. */
export interface NodeUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

/** A socket and what was read from it, a request's head to begin with, which nobody has looked at yet. */
export interface ReceivedUpgrade {
  readonly socket: Duplex;
  readonly received: Uint8Array;
}

/**
 * A WebSocket handshake that an HTTP server was sent: what `takeUpgrades` or the arguments of its "upgrade" event
 * bring, for `acceptStream`.
 */
export type HttpUpgrade = NodeUpgrade | ReceivedUpgrade;

/** Who says nothing for so long, or for twice that, is the HTTP server's, which has a time limit for it. */
const silenceMs = 5000;

/**
 * Calls `onUpgrade` for each WebSocket handshake that comes to `http`, which has to hand it to `acceptStream` at once.
 * Other requests are answered by `http` as ever, and so are handshakes that come in pieces, or late on a connection, up
 * to its "upgrade" event. Returns the function that undoes it, to be called before `http` is closed.
 */
export function takeUpgrades(
  http: HttpServer | HttpsServer,
  onUpgrade: (upgrade: HttpUpgrade) => void,
): () => void {
  const taker = new UpgradeTaker(http, onUpgrade);
  return () => taker.stop();
}

class UpgradeTaker {
  readonly #http: HttpServer | HttpsServer;
  readonly #onUpgrade: (upgrade: HttpUpgrade) => void;
  readonly #event: "connection" | "secureConnection";
  // Node's own, the first there is. Where `http.Server` is made otherwise there is none, and nothing but the event below.
  readonly #parse: ((socket: Socket) => void) | undefined;
  // Those that have not said anything yet, in two generations. A timer for each would be one more thing to make.
  #silent = new Set<Socket>();
  #silentBefore = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;
  // Shared by all sockets.
  readonly #onData: (this: Socket, chunk: Buffer) => void;
  readonly #onEnd: (this: Socket) => void;

  constructor(http: HttpServer | HttpsServer, onUpgrade: (upgrade: HttpUpgrade) => void) {
    this.#http = http;
    this.#onUpgrade = onUpgrade;
    const taker = this;
    this.#onData = function (chunk) {
      taker.#receive(this, chunk);
    };
    this.#onEnd = function () {
      taker.#forget(this);
      this.destroy();
    };
    this.#event = http instanceof TlsServer ? "secureConnection" : "connection";
    this.#parse = http.listeners(this.#event)[0] as ((socket: Socket) => void) | undefined;
    http.on("upgrade", this.#onEvent);
    if (this.#parse === undefined) return;
    http.removeListener(this.#event, this.#parse);
    http.on(this.#event, this.#watch);
  }

  stop(): void {
    this.#http.removeListener("upgrade", this.#onEvent);
    if (this.#parse === undefined) return;
    this.#http.removeListener(this.#event, this.#watch);
    this.#http.prependListener(this.#event, this.#parse);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const socket of [...this.#silentBefore, ...this.#silent]) this.#leave(socket, undefined);
  }

  readonly #onEvent = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
    this.#onUpgrade({ request, socket, head });

  readonly #watch = (socket: Socket): void => {
    // Stays: whoever gets the socket may not be listening yet when it breaks.
    socket.on("error", ignore);
    socket.on("end", this.#onEnd);
    socket.on("data", this.#onData);
    this.#silent.add(socket);
    this.#timer ??= setTimeout(this.#sweep, silenceMs).unref();
  };

  #receive(socket: Socket, chunk: Buffer): void {
    if (!isUpgrade(chunk)) return this.#leave(socket, chunk);
    this.#forget(socket);
    this.#onUpgrade({ socket, received: chunk });
  }

  #forget(socket: Socket): void {
    if (!this.#silent.delete(socket)) this.#silentBefore.delete(socket);
    socket.removeListener("data", this.#onData);
    socket.removeListener("end", this.#onEnd);
  }

  /** To Node, which sees it as if it had just come, and `chunk` as the first that it brought. */
  #leave(socket: Socket, chunk: Buffer | undefined): void {
    this.#forget(socket);
    if (socket.destroyed) return;
    socket.pause();
    if (chunk !== undefined) socket.unshift(chunk);
    this.#parse!.call(this.#http, socket);
    socket.resume();
  }

  readonly #sweep = (): void => {
    const overdue = this.#silentBefore;
    this.#silentBefore = this.#silent;
    this.#silent = new Set();
    const goesOn = this.#silentBefore.size > 0;
    this.#timer = goesOn ? setTimeout(this.#sweep, silenceMs).unref() : undefined;
    for (const socket of overdue) {
      // Who closes a server asks only once who is idle.
      if (this.#http.listening) this.#leave(socket, undefined);
      else socket.destroy();
    }
  };
}

function ignore(): void {}

/** A whole head, as nearly all come, of a request that asks for WebSocket; whether it is a correct one is seen later. */
function isUpgrade(chunk: Buffer): boolean {
  if (chunk.length < 4 || chunk.readUInt32BE(0) !== 0x47455420) return false;
  // A search in the text is several times as quick as one in the octets.
  const text = chunk.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end);
  return /\r\nUpgrade:[^\r]*websocket/i.test(head) && /\r\nConnection:[^\r]*upgrade/i.test(head);
}
