// The seam for messages: one WebSocket connection as its owner sees it. Browsers give no more than this; elsewhere
// StreamConnection makes it of bytes.

import type { DeflateSettings } from "../protocol/deflate.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Acceptance, Refusal, UpgradeRequest } from "../protocol/handshake.ts";
import type { Failure, ProtocolLimits } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import type { TlsClientSettings } from "./tls-settings.ts";

/** An HTTP proxy on the way to a server. */
export interface ProxyTarget {
  /** Without the brackets of an IPv6 literal. */
  readonly hostname: string;
  readonly port: number;
  /** The Proxy-Authorization header. */
  readonly authorization: string | undefined;
  /** For people: without credentials. */
  readonly name: string;
}

/** Whom a client calls, and how it asks. */
export interface ClientTarget {
  /** Without the brackets of an IPv6 literal. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** For a `secure` one. Default: the platform's authorities, and `hostname`. */
  readonly tls?: TlsClientSettings | undefined;
  /** Default: the server is called directly. */
  readonly proxy?: ProxyTarget | undefined;
  /** The Host header. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly protocols: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** As much as a browser needs. */
export interface BrowserTarget extends Pick<ClientTarget, "protocols"> {
  /** Without user information and fragment. */
  readonly href: string;
}

/** The bounds of a connection. */
export interface ConnectionOptions {
  readonly limits: ProtocolLimits;
  /** For TCP, TLS and HTTP together; 0 for no limit. */
  readonly handshakeTimeoutMs: number;
  /** How long the peer may take to answer our close frame, and to let go of TCP afterwards. */
  readonly closeTimeoutMs: number;
  /** How long messages may wait to leave together; 0: until the end of the turn. Default 0. */
  readonly flushIntervalMs?: number | undefined;
  /** permessage-deflate, to be offered or agreed to; in a browser that is not ours to decide. Default: none. */
  readonly deflate?: DeflateSettings | undefined;
}

/** As much as a browser can keep. */
export interface BrowserBounds extends Pick<ConnectionOptions, "handshakeTimeoutMs" | "closeTimeoutMs"> {
  readonly limits: Pick<ProtocolLimits, "maxMessageBytes">;
}

export interface ConnectionEvents {
  /** Server: answer with `accept` or `reject`, now or later. */
  onRequest(request: UpgradeRequest): void;
  onOpen(): void;
  /** `payload` is the receiver's to keep. */
  onMessage(payload: Uint8Array, isText: boolean): void;
  onPong(payload: Uint8Array): void;
  /** Nothing waits to be sent any more. */
  onDrained(): void;
  /** All that arrived together has been delivered, or the state has changed: a good moment to poll. */
  onReady(): void;
}

export interface Connection {
  readonly state: ConnectionState;
  /** Of the peer's close frame, or of our own refusal of what it sent; -1 when there was neither. */
  readonly closeCode: number;
  readonly closeReason: string;
  /** What went wrong, if anything did. */
  readonly failure: Failure | undefined;
  readonly selectedProtocol: string;
  /** The agreed extensions, as the server's header has them, or empty. */
  readonly extensions: string;
  /** Server: the handshake as received. */
  readonly request: UpgradeRequest | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly isEncrypted: boolean;
  /** Octets queued, frame headers included, that the system has not taken yet. */
  readonly bufferedAmount: number;

  /** Begins; events come from now on, some of them perhaps before this returns. */
  start(): void;
  /** Server: takes the request. */
  accept(acceptance: Acceptance): void;
  /** Server: answers the request with an HTTP status and ends. */
  reject(refusal: Refusal): void;
  sendText(text: string): void;
  sendBytes(payload: Uint8Array, isText: boolean): void;
  sendPrepared(frame: PreparedFrame): void;
  ping(payload: Uint8Array): void;
  /** Hands queued bytes to the system now instead of at the end of the turn. */
  flush(): void;
  close(code: number, reason: string): void;
  /** Drops TCP at once. */
  terminate(): void;
  pauseReading(): void;
  resumeReading(): void;
  setNoDelay(enabled: boolean): void;
}

/** What a platform allows; what it does not is a UsageError where it is asked for, or has no effect, as said here. */
export interface PlatformSupport {
  /** Servers: `listen`, `createServer`, `acceptStream`. Otherwise UsageError. */
  readonly listen: boolean;
  /** `handshakeHeaders`, user information in a URL. Otherwise UsageError. */
  readonly headers: boolean;
  /** Authorities, names and no checks at all in `TLSOptions`. Otherwise UsageError. */
  readonly tlsOptions: boolean;
  /** An HTTP proxy of the program's choice. Otherwise UsageError. */
  readonly proxy: boolean;
  /** Connections over a `stream`. Otherwise UsageError. */
  readonly streams: boolean;
  /** Redirects that are followed. Otherwise without effect: a redirect is a ConnectError. */
  readonly redirects: boolean;
  /** `heartbeatInterval`. Otherwise without effect. */
  readonly ping: boolean;
  /** Compression that is ours to agree on. Otherwise `perMessageDeflate` has no effect. */
  readonly perMessageDeflate: boolean;
  /** A sender that feels it when nobody reads. Otherwise unread packets are kept, and 16 MiB of them are the end. */
  readonly backPressure: boolean;
}
