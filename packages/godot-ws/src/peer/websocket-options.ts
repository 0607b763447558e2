// What a WebSocketPeer can be told when it is made, with the default and the effect of each limit.

import { byteLimits } from "#platform";
import { UsageError } from "../errors.ts";
import type { DeflateSettings, PerMessageDeflateOptions } from "../protocol/deflate.ts";
import type { Acceptance, Refusal, UpgradeRequest } from "../protocol/handshake.ts";
import type { ConnectionOptions } from "../transport/connection.ts";
import type { Environment } from "../transport/environment.ts";
import type { ByteStream } from "../transport/stream.ts";
import type { ClientTargetOptions } from "./client-target.ts";

/**
 * A server's answer to a request: take it, perhaps with a subprotocol and headers, or refuse it with an HTTP status.
 * May take its time; the handshake's time limit goes on.
 */
export type RequestHandler = (
  request: UpgradeRequest,
) => Acceptance | Refusal | Promise<Acceptance | Refusal>;

/** The bounds of a connection that Godot has no property for. */
export interface WebSocketLimits {
  /** Octets of one frame's payload, within `inboundBufferSize`. Over it: close code 1009. Default: no further bound. */
  maxFrameBytes: number;
  /** Frames of one message, empty ones included. Over it: close code 1008. Default 16384. */
  maxFragments: number;
  /** Octets of the handshake's head. Over it: HTTP 431, or ConnectError. Default 16384. */
  maxHeadBytes: number;
  /** Header fields of the handshake. Over it: HTTP 431, or ConnectError. Default 128. */
  maxHeaderCount: number;
  /** Milliseconds for TCP, TLS and HTTP together, 0 for no limit. Over it: HTTP 408, or ConnectError. Default 10000. */
  handshakeTimeoutMs: number;
  /** Milliseconds for the peer to answer a close frame and let go of TCP; then TCP is cut. Default 5000. */
  closeTimeoutMs: number;
  /** Milliseconds without a message from the peer until close code 1001, 0 for no limit. Default 0. */
  idleTimeoutMs: number;
  /** Messages a second on average, 0 for no limit. Over it: as `inboundOverflow` says. Default 0. */
  maxMessagesPerSecond: number;
  /** Octets of payload a second on average, 0 for no limit. Over it: as `inboundOverflow` says. Default 0. */
  maxBytesPerSecond: number;
  /**
   * Milliseconds that a message may wait for others to leave in one write; 0: the end of the turn of the event loop.
   * A server that ticks saves half its CPU with 4 to 16. Default 0.
   */
  flushIntervalMs: number;
  /**
   * Pings in a row that may stay without a pong. Default 0: a peer that has not answered one when the next is due is
   * dropped. More for peers that sleep, such as phones.
   */
  toleratedSilence: number;
}

const defaultLimits: Readonly<WebSocketLimits> = {
  ...byteLimits,
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
  idleTimeoutMs: 0,
};

/**
 * What happens when more comes in than is fetched, or than the rates allow: `"pause"` stops reading, so that TCP holds
 * the sender back; `"close"` closes with code 1008. Nothing is ever dropped.
 */
export type InboundOverflow = "pause" | "close";

/**
 * What happens when more is sent than `outboundBufferSize` lets wait: `"refuse"` throws LimitError, for the caller to
 * decide; `"close"` closes with code 1008.
 */
export type OutboundOverflow = "refuse" | "close";

/** Options of `WebSocketPeer.connectToUrl`. */
export interface ConnectToUrlOptions extends ClientTargetOptions {
  /** Gives the attempt up. */
  signal?: AbortSignal;
  /** A stream to speak over, in place of a new socket. */
  stream?: ByteStream;
  /**
   * HTTP redirects to follow, within the handshake's time limit: not from `wss` to `ws`, and without `handshakeHeaders`
   * and credentials to another host. Default 0: a redirect is a ConnectError that names its Location.
   */
  maxRedirects?: number;
}

/** Options of `WebSocketPeer`, its bounds among them. */
export interface WebSocketPeerOptions extends Partial<WebSocketLimits> {
  /** Subprotocols offered (client) or supported (server). Default: none. */
  supportedProtocols?: readonly string[];
  /** Additional `"Name: value"` lines of the handshake. Default: none. */
  handshakeHeaders?: readonly string[];
  /** Octets of the largest message taken (over it: close code 1009), and of unread packets. Default 65535. */
  inboundBufferSize?: number;
  /** Octets that may wait to be sent. Default 65535; 0 for no limit. */
  outboundBufferSize?: number;
  /** Unread packets. Default 4096. */
  maxQueuedPackets?: number;
  /** Default `"pause"`. */
  inboundOverflow?: InboundOverflow;
  /** Default `"refuse"`. */
  outboundOverflow?: OutboundOverflow;
  /** Seconds between pings, 0 for none. Default 0. */
  heartbeatInterval?: number;
  /**
   * Compresses messages of `threshold` octets and more, if the other end agrees (RFC 7692; Godot does not). True for the
   * defaults. Default false.
   */
  perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** True (the default) for event style; false when a game loop calls `poll()`. */
  autoPoll?: boolean;
  /** The clock and the randomness to use. Default: the platform's. */
  environment?: Environment;
}

/** The limits that `options` asks for. Throws UsageError for one that is no number from 0. */
export function chooseLimits(options: WebSocketPeerOptions): WebSocketLimits {
  const limits = { ...defaultLimits };
  for (const name of Object.keys(limits) as (keyof WebSocketLimits)[]) {
    const value = options[name] ?? limits[name];
    if (!(value >= 0)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `${name} is a number from 0, not ${value}`);
    }
    limits[name] = value;
  }
  return limits;
}

// The thousands of connections of a server have the same bounds: one object will do, as long as they do not change.
let lastLimits: Readonly<WebSocketLimits> = defaultLimits;
let boundedLimits: Readonly<WebSocketLimits> | undefined;
let lastBounds: ConnectionOptions | undefined;

/** The same limits; those of the last call again, if they are equal. */
export function shareLimits(limits: WebSocketLimits): Readonly<WebSocketLimits> {
  const names = Object.keys(limits) as (keyof WebSocketLimits)[];
  if (names.some((name) => limits[name] !== lastLimits[name])) lastLimits = Object.freeze(limits);
  return lastLimits;
}

/** The bounds of a peer's next connection. */
export function connectionBounds(
  limits: Readonly<WebSocketLimits>,
  maxMessageBytes: number,
  deflate: DeflateSettings | undefined,
): ConnectionOptions {
  if (
    limits === boundedLimits &&
    lastBounds?.limits.maxMessageBytes === maxMessageBytes &&
    lastBounds.deflate === deflate
  ) {
    return lastBounds;
  }
  boundedLimits = limits;
  lastBounds = Object.freeze({
    limits: { ...limits, maxMessageBytes },
    handshakeTimeoutMs: limits.handshakeTimeoutMs,
    closeTimeoutMs: limits.closeTimeoutMs,
    flushIntervalMs: limits.flushIntervalMs,
    deflate,
  });
  return lastBounds;
}
