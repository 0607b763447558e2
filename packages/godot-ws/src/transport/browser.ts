// The platform browser, workers included: its clock and randomness, and connections to servers. It cannot listen.

import type { Clock } from "../clock.ts";
import { UsageError } from "../errors.ts";
import { BrowserConnection } from "./browser-connection.ts";
import type {
  BrowserBounds,
  BrowserTarget,
  Connection,
  ConnectionEvents,
  PlatformSupport,
} from "./connection.ts";
import type { Environment, Random } from "./environment.ts";

export { listFiles, readText } from "./browser-files.ts";

/** Beyond this a browser would not wait at all. */
const longestDelayMs = 0x7fffffff;

// A message to ourselves comes behind what is going on now, and is not slowed down in a hidden tab as timers are.
const turns: (() => void)[] = [];
let channel: MessageChannel | undefined;

export const clock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, longestDelayMs)),
  clearTimer: (timer) => clearTimeout(timer as number | undefined),
  endOfTurn(callback) {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => turns.shift()!();
    }
    turns.push(callback);
    channel.port2.postMessage(0);
  },
};

const random: Random = {
  uint32: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

/** What all connections of this page share. Nothing here frames bytes, so there is no memory for frames. */
export const environment = { clock, random } as Environment;

export const supports: PlatformSupport = {
  listen: false,
  headers: false,
  tlsOptions: false,
  proxy: false,
  streams: false,
  redirects: false,
  ping: false,
  perMessageDeflate: false,
  backPressure: false,
};

/** The defaults of limits that are the browser's business, or nobody's: it cannot stop reading. */
export const byteLimits = {};

/** Nothing: a page takes no connections. */
export type ConnectionSource = never;
export type HttpUpgrade = never;
export type Listener = never;

/** Calls a server; of `target` its address and subprotocols. */
export function connect(
  target: BrowserTarget,
  events: ConnectionEvents,
  options: BrowserBounds,
  env?: Environment,
): Connection {
  return new BrowserConnection(
    target,
    events,
    options,
    env?.clock ?? clock,
  ) as Partial<Connection> as Connection;
}

/** Rejects with UsageError. */
export async function listen(): Promise<never> {
  return takeUpgrades();
}

/** Throws UsageError. */
export function takeUpgrades(): never {
  throw new UsageError("ERR_UNAVAILABLE", "a browser cannot listen");
}
