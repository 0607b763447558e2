// A WebSocket server that sends every message back with the kind it came with.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type RequestHandler, takeUpgrades, WebSocketPeer, type WebSocketPeerOptions } from "godot-ws";

const mebi = 1024 * 1024;

/** As large as conformance suites go. */
export const echoLimits: WebSocketPeerOptions = {
  inboundBufferSize: 64 * mebi,
  outboundBufferSize: 256 * mebi,
};

const { WriteMode } = WebSocketPeer;

/** A WebSocket server that sends every message back with the kind it came with. */
export class EchoServer implements AsyncDisposable {
  readonly #http: Server;
  readonly #stopUpgrades: () => void;
  readonly #peers = new Set<WebSocketPeer>();

  /**
   * Listens on `port`, 0 for any, and on all addresses without `host`. Rejects with Node's own error when the port
   * cannot be had.
   */
  static async listen(port: number, host?: string, options: WebSocketPeerOptions = {}): Promise<EchoServer> {
    const server = new EchoServer({ ...echoLimits, ...options });
    await new Promise<void>((resolve, reject) => {
      server.#http.once("error", reject);
      server.#http.listen({ port, host }, () => resolve());
    });
    return server;
  }

  private constructor(options: WebSocketPeerOptions) {
    this.#http = createServer((_, response) =>
      response.writeHead(426).end("this is a WebSocket echo server\n"),
    );
    this.#stopUpgrades = takeUpgrades(this.#http, (upgrade) => {
      const peer = new WebSocketPeer(options);
      this.#peers.add(peer);
      peer.closed.connect(() => this.#peers.delete(peer), { once: true });
      peer.opened.connect(() => void echo(peer), { once: true });
      peer.acceptStream(upgrade, options.supportedProtocols ? undefined : takeFirstProtocol);
    });
  }

  /** The port listened on. */
  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Connections at the moment. */
  get connectionCount(): number {
    return this.#peers.size;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes every connection with 1001 and waits until all are gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    await Promise.all([...this.#peers].map((peer) => peer[Symbol.asyncDispose]()));
    this.#stopUpgrades();
    this.#http.closeAllConnections();
    await closed;
  }
}

const takeFirstProtocol: RequestHandler = ({ protocols }) => ({ protocol: protocols[0] });

/** As much may wait for a client that does not read its echoes before it is not read from any more. */
const backlogAt = mebi;

/** Sends every packet back the way it came, until the connection is closed. */
export async function echo(peer: WebSocketPeer): Promise<void> {
  for await (const { bytes, isText } of peer) {
    peer.send(bytes, isText ? WriteMode.TEXT : WriteMode.BINARY);
    if (peer.currentOutboundBufferedAmount > backlogAt) await peer.drained();
  }
}
