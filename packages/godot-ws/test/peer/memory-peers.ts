// WebSocketPeers joined in memory on a virtual clock: two of ours, or one of ours with a far end written by hand.

import { UsageError } from "../../src/errors.ts";
import type { RequestHandler, WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair, type MemoryPairOptions } from "../../src/transport/memory.ts";
import type { ByteStream } from "../../src/transport/stream.ts";
import {
  createVirtualEnvironment,
  promisesSettled,
  type VirtualClock,
  type VirtualEnvironment,
} from "../simulation/virtual-environment.ts";
import { RawEnd, type RawRequestOptions, rawAnswer, rawRequest } from "../transport/raw-end.ts";

export const url = "ws://example.com/path";

export interface PeerPairOptions {
  readonly client?: WebSocketPeerOptions;
  readonly server?: WebSocketPeerOptions;
  readonly answer?: RequestHandler;
  readonly memory?: MemoryPairOptions;
  readonly seed?: number;
}

export interface PeerPair extends VirtualEnvironment {
  readonly client: WebSocketPeer;
  readonly server: WebSocketPeer;
  /** The client's and the server's end. */
  readonly streams: readonly [ByteStream, ByteStream];
  readonly connected: Promise<void>;
}

/** A client that is calling a server; nothing has happened yet. */
export function createPeerPair(options: PeerPairOptions = {}): PeerPair {
  const env = createVirtualEnvironment(options.seed);
  const { environment } = env;
  const streams = createMemoryPair(env.clock, options.memory);
  const client = new WebSocketPeer({ ...options.client, environment });
  const server = new WebSocketPeer({ ...options.server, environment });
  server.acceptStream(streams[1], options.answer);
  const connected = client.connectToUrl(url, { stream: streams[0] });
  return { ...env, client, server, streams, connected };
}

/** As `createPeerPair`, with the handshake done. */
export function openPeerPair(options: PeerPairOptions = {}): PeerPair {
  const pair = createPeerPair(options);
  runUntil(pair.clock, () => {
    pair.client.poll();
    pair.server.poll();
    return [pair.client, pair.server].every((peer) => peer.readyState === WebSocketPeer.State.OPEN);
  });
  return pair;
}

/** Lets time pass, in steps of a millisecond, until `condition` holds. */
export function runUntil(clock: VirtualClock, condition: () => boolean, mostMs = 100_000): void {
  clock.runTurns();
  for (let ms = 0; !condition(); ms++) {
    if (ms > mostMs) throw new Error(`this has not happened within ${mostMs} ms`);
    clock.advance(1);
  }
}

export interface RawClient extends VirtualEnvironment {
  readonly server: WebSocketPeer;
  readonly raw: RawEnd;
}

/** A server of ours with a client written by hand, which has not said anything. */
export function createRawClient(options: WebSocketPeerOptions = {}, answer?: RequestHandler): RawClient {
  const env = createVirtualEnvironment();
  const [near, far] = createMemoryPair(env.clock);
  const server = new WebSocketPeer({ ...options, environment: env.environment });
  server.acceptStream(near, answer);
  return { ...env, server, raw: new RawEnd(far) };
}

/** As `createRawClient`, with the handshake done. */
export function openRawClient(
  options: WebSocketPeerOptions & { request?: RawRequestOptions } = {},
): RawClient {
  const client = createRawClient(options);
  client.raw.send(rawRequest(options.request));
  client.clock.runTurns();
  client.server.poll();
  return client;
}

export interface RawServer extends VirtualEnvironment {
  readonly client: WebSocketPeer;
  readonly raw: RawEnd;
  readonly connected: Promise<void>;
}

/** A client of ours that is calling a server written by hand. */
export function createRawServer(options: WebSocketPeerOptions = {}): RawServer {
  const env = createVirtualEnvironment();
  const [near, far] = createMemoryPair(env.clock);
  const client = new WebSocketPeer({ ...options, environment: env.environment });
  const connected = client.connectToUrl(url, { stream: near });
  const raw = new RawEnd(far);
  env.clock.runTurns();
  return { ...env, client, raw, connected };
}

/** As `createRawServer`, with the handshake done. */
export function openRawServer(options: WebSocketPeerOptions = {}): RawServer {
  const server = createRawServer(options);
  server.raw.send(rawAnswer(server.raw.head));
  server.clock.runTurns();
  server.client.poll();
  return server;
}

/** What a call throws, or undefined. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The code of the UsageError that a call throws; anything else fails. */
export function usageErrorOf(call: () => unknown): string {
  const error = thrownBy(call);
  if (error instanceof UsageError) return error.code;
  throw new Error(`no UsageError but ${error}`);
}

/** Runs something whose slots throw, and returns what surfaced as uncaught. */
export async function uncaughtDuring(run: () => void | Promise<void>): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, note);
  }
  try {
    await run();
    await promisesSettled();
    await promisesSettled();
  } finally {
    events.forEach((event, index) => {
      process.removeAllListeners(event);
      for (const listener of before[index]!) process.on(event as "uncaughtException", listener as () => void);
    });
  }
  return uncaught;
}
