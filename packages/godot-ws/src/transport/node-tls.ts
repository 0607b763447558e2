// TLS over Node's sockets: a client's, and a server's whose certificates can be exchanged while it runs.

import { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  checkServerIdentity,
  createSecureContext,
  type SecureContext,
  TLSSocket,
  type TLSSocketOptions,
  type ConnectionOptions as TlsConnectionOptions,
} from "node:tls";
import { UsageError } from "../errors.ts";
import { NodeStream } from "./node-stream.ts";
import { TlsIdentities } from "./tls-identities.ts";
import type { Pem, TlsClientSettings, TlsIdentity, TlsServerSettings } from "./tls-settings.ts";

/** What a client asks of TLS when it expects `hostname`. Throws UsageError for a chain that cannot be read. */
export function clientTlsOptions(
  hostname: string,
  settings: TlsClientSettings | undefined,
): TlsConnectionOptions {
  const name = settings?.commonNameOverride || hostname;
  const chain = settings?.trustedCaChain;
  const isUnsafe = settings?.isUnsafeClient() ?? false;
  return {
    // An address is no server name (RFC 6066 §3).
    ...(isIP(name) ? {} : { servername: name }),
    ...(chain === undefined ? {} : { ca: readChain(chain) }),
    rejectUnauthorized: !isUnsafe || chain !== undefined,
    checkServerIdentity: (_, certificate) => (isUnsafe ? undefined : checkServerIdentity(name, certificate)),
  };
}

// Node passes over what it cannot read, and would then trust nobody.
function readChain(chain: Pem): string[] {
  const text = pemText(chain);
  const blocks = text.match(/-----BEGIN [^-]*CERTIFICATE-----[^-]*-----END [^-]*CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch (cause) {
    throw new UsageError("ERR_INVALID_PARAMETER", "the trusted chain cannot be read", { cause });
  }
}

function pemText(pem: Pem): string {
  return typeof pem === "string" ? pem : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString();
}

/** The server's side of TLS for each socket that a listener takes. */
export class TlsAcceptor {
  #identities: TlsIdentities<SecureContext>;

  /** Throws UsageError, as `use`. */
  constructor(settings: TlsServerSettings) {
    this.#identities = new TlsIdentities(settings, createContext);
  }

  /** From the next connection on. Throws UsageError when a key and its certificate are no pair; then nothing changes. */
  use(settings: TlsServerSettings): void {
    this.#identities = new TlsIdentities(settings, createContext);
  }

  /** The handshake goes on behind the stream: who waits for its data waits for TLS too. */
  accept(socket: Socket): NodeStream {
    const identities = this.#identities;
    const options: TLSSocketOptions = {
      isServer: true,
      secureContext: identities.default,
      SNICallback: (hostname, done) => {
        identities.find(hostname).then((context) => done(null, context), done);
      },
    };
    return new TlsStream(new TLSSocket(socket, options), false);
  }
}

function createContext({ key, certificate }: TlsIdentity): SecureContext {
  return createSecureContext({ key: pemText(key), cert: pemText(certificate) });
}

/**
 * How long the end of TLS is held back behind the last octets. Godot's mbedTLS loses what it has not fetched when both
 * come between two polls, and the close code with it.
 */
const lingerMs = 100;

/** A socket of Node's as a ByteStream; if it is a server's with TLS, then after the handshake of TLS. */
export function streamOver(socket: Duplex): NodeStream {
  return socket instanceof TLSSocket ? new TlsStream(socket, true) : new NodeStream(socket);
}

class TlsStream extends NodeStream {
  readonly #socket: TLSSocket;
  #isSecured: boolean;

  constructor(socket: TLSSocket, isSecured: boolean) {
    super(socket);
    this.#socket = socket;
    this.#isSecured = isSecured;
    socket.once("secure", () => {
      this.#isSecured = true;
    });
  }

  override end(): void {
    const socket = this.#socket;
    // To somebody who has not agreed on TLS nothing can be said, and waiting for that would keep the socket for him.
    if (!this.#isSecured) return this.destroy();
    if (socket.readableEnded) return super.end();
    const finish = (): void => super.end();
    const timer = setTimeout(finish, lingerMs);
    socket.once("end", finish);
    socket.once("close", () => clearTimeout(timer));
  }
}
