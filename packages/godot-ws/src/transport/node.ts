// The platform Node: its clock and randomness, connections to servers, and listening for clients.

import * as crypto from "node:crypto";
import { type AddressInfo, createServer, type Server, connect as tcpConnect } from "node:net";
import type { Duplex } from "node:stream";
import { connect as tlsConnect } from "node:tls";
import type { Clock } from "../clock.ts";
import { ConnectError, UsageError } from "../errors.ts";
import { HttpHeaders } from "../protocol/http-head.ts";
import { base64, type Digest } from "../protocol/sha1.ts";
import type {
  ClientTarget,
  Connection,
  ConnectionEvents,
  ConnectionOptions,
  PlatformSupport,
} from "./connection.ts";
import { createEnvironment, type Environment, type Random } from "./environment.ts";
import { createNodeCodec } from "./node-deflate.ts";
import type { HttpUpgrade, NodeUpgrade } from "./node-http.ts";
import { TunnelStream } from "./node-proxy.ts";
import { NodeStream } from "./node-stream.ts";
import { clientTlsOptions, streamOver, TlsAcceptor } from "./node-tls.ts";
import type { ByteStream } from "./stream.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { TlsServerSettings } from "./tls-settings.ts";

export { listFiles, readText } from "./node-files.ts";
export { type HttpUpgrade, takeUpgrades } from "./node-http.ts";
export { NodeStream };

/** Beyond this Node would not wait at all. */
const longestDelayMs = 0x7fffffff;

export const clock: Clock = {
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
      crypto.randomFillSync(drawn);
      undrawn = drawn.length;
    }
    return drawn[--undrawn]!;
  },
  bytes: (count) => crypto.randomFillSync(new Uint8Array(count)),
};

// Not zeroed. Seen as a plain Uint8Array: code that meets Buffers too is slower with both.
function allocate(byteLength: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(byteLength);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// In one call where Node has one (20.12), which is twice as fast.
const digest: Digest =
  typeof crypto.hash === "function"
    ? (text) => crypto.hash("sha1", text, "base64")
    : (text) => crypto.createHash("sha1").update(text).digest("base64");

/** The environment that all connections of this process share unless they are given another. */
export const environment = createEnvironment(clock, random, createNodeCodec, allocate, digest);

export const supports: PlatformSupport = {
  listen: true,
  headers: true,
  tlsOptions: true,
  proxy: true,
  streams: true,
  redirects: true,
  ping: true,
  perMessageDeflate: true,
  backPressure: true,
};

/** The defaults of the limits for whoever reads bytes, and can stop reading them. */
export const byteLimits = {
  maxFrameBytes: Number.POSITIVE_INFINITY,
  maxFragments: 16_384,
  maxHeadBytes: 16_384,
  maxHeaderCount: 128,
  maxMessagesPerSecond: 0,
  maxBytesPerSecond: 0,
  flushIntervalMs: 0,
  toleratedSilence: 0,
};

/** Calls a server, as `target` says. */
export function connect(
  target: ClientTarget,
  events: ConnectionEvents,
  options: ConnectionOptions,
  env: Environment = environment,
): Connection {
  return connectOver(openStream(target), target, events, options, env);
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
function openStream(target: ClientTarget): ByteStream {
  const { hostname, port, secure, tls, proxy } = target;
  const tlsOptions = secure ? clientTlsOptions(hostname, tls) : undefined;
  if (proxy !== undefined) {
    return new TunnelStream(target, proxy, (socket) =>
      streamOver(tlsOptions ? tlsConnect({ ...tlsOptions, socket }) : socket),
    );
  }
  const route = { host: hostname, port };
  return streamOver(tlsOptions ? tlsConnect({ ...tlsOptions, ...route }) : tcpConnect(route));
}

/** Something that takes connections. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /**
   * Uses other certificates from the next connection on. Throws UsageError for those that cannot be used, and where TLS
   * is not spoken; then nothing changes.
   */
  setTls(settings: TlsServerSettings): void;
  /** Takes no more; connections that were handed over go on. */
  close(): Promise<void>;
}

/**
 * Listens on TCP, and speaks TLS there if `tls` is given: streams are handed over before its handshake. `"*"` is every
 * address. Rejects with ConnectError when the address cannot be had, with UsageError for an unusable `tls` and for what is
 * no port.
 */
export async function listen(
  port: number,
  address: string,
  onStream: (stream: ByteStream) => void,
  tls?: TlsServerSettings,
): Promise<Listener> {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new UsageError("ERR_INVALID_PARAMETER", `a port is a whole number from 0 to 65535, not ${port}`);
  }
  const acceptor = tls && new TlsAcceptor(tls);
  // Half-open: what is still queued for a peer that has ended its direction must get out.
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    onStream(acceptor?.accept(socket) ?? new NodeStream(socket)),
  );
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, port, address)));
    server.listen({ port, ...(address === "*" ? {} : { host: address }) }, () => {
      server.removeAllListeners("error");
      // A failed accept (no descriptors left, say) leaves the listener in place.
      server.on("error", () => {});
      resolve(createListener(server, acceptor));
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, address: string): ConnectError {
  const code = error.code === "EADDRINUSE" ? "ERR_ALREADY_IN_USE" : "ERR_CANT_CREATE";
  return new ConnectError(code, `cannot listen on ${address}:${port}: ${error.message}`, { cause: error });
}

function createListener(server: Server, acceptor: TlsAcceptor | undefined): Listener {
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    setTls(settings) {
      if (acceptor === undefined) throw new UsageError("ERR_UNAVAILABLE", "TLS is not spoken here");
      acceptor.use(settings);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What a server's connection can be made of. */
export type ConnectionSource = ByteStream | Duplex | HttpUpgrade;

/** A server's end of a connection whose handshake is still to come, or was read by `http.Server`. */
export function accept(
  source: ConnectionSource,
  events: ConnectionEvents,
  options: ConnectionOptions,
  env: Environment = environment,
): Connection {
  if ("request" in source) return acceptUpgrade(source, events, options, env);
  if ("received" in source) {
    const { socket, received } = source;
    return new StreamConnection(streamOver(socket), { role: "server", received }, events, env, options);
  }
  const stream = "attach" in source ? source : streamOver(source);
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
  return new StreamConnection(streamOver(socket), opening, events, env, options);
}
