// Node's HTTP server with or without TLS, whose certificates can be exchanged while it runs.

import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as SecureServer } from "node:https";
import { createSecureContext } from "node:tls";
import { type Pem, type TLSOptions, TlsIdentities, type TlsIdentity, UsageError } from "godot-ws";

export interface ExchangeableServer {
  readonly http: Server | SecureServer;
  /** From the next connection on. Throws UsageError for what cannot be used; then nothing changes. */
  setTlsOptions(tls: TLSOptions): void;
}

export function createPlainServer(onRequest: RequestListener): ExchangeableServer {
  return {
    http: createServer(onRequest),
    setTlsOptions() {
      throw new UsageError("ERR_UNAVAILABLE", "this server does not speak TLS");
    },
  };
}

/** The time limit is for the TLS handshake alone. Throws UsageError for a `tls` that cannot be used. */
export function createSecureServer(
  tls: TLSOptions,
  handshakeTimeoutMs: number,
  onRequest: RequestListener,
): ExchangeableServer {
  let identities = new TlsIdentities(tls, createContext);
  const http = createHttpsServer(
    {
      ...inNodesWords(tls.defaultIdentity),
      handshakeTimeout: handshakeTimeoutMs,
      SNICallback: (hostname, done) => {
        identities.find(hostname).then((context) => done(null, context), done);
      },
    },
    onRequest,
  );
  return {
    http,
    setTlsOptions(changed) {
      const fresh = new TlsIdentities(changed, createContext);
      http.setSecureContext(inNodesWords(changed.defaultIdentity));
      identities = fresh;
    },
  };
}

function createContext(identity: TlsIdentity) {
  return createSecureContext(inNodesWords(identity));
}

function inNodesWords({ key, certificate }: TlsIdentity): { key: string | Buffer; cert: string | Buffer } {
  return { key: inNodesBytes(key), cert: inNodesBytes(certificate) };
}

function inNodesBytes(pem: Pem): string | Buffer {
  return typeof pem === "string" ? pem : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength);
}
