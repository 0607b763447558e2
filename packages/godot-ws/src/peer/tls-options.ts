// Godot's TLSOptions: whom a client trusts, or what a server proves its name with. Only holds them; the platform acts.

import { UsageError } from "../errors.ts";
import type { Pem, TlsClientSettings, TlsIdentity, TlsServerSettings } from "../transport/tls-settings.ts";

/**
 * Further certificates of a server, by the host that a client asks for (SNI, RFC 6066 §3): a table, in which
 * `*.example.com` stands for one label, or a function, which may take its time. Whoever is not found gets the server's
 * own certificate. When the function throws, that connection is refused.
 */
export type SniIdentities =
  | Readonly<Record<string, TlsIdentity>>
  | ((hostname: string) => TlsIdentity | undefined | Promise<TlsIdentity | undefined>);

/** Options of `TLSOptions.server`. */
export interface TLSServerOptions {
  /** Default: none. */
  sni?: SniIdentities;
}

/**
 * For `connectToUrl`, `createClient` and `createServer`. Made by `client`, `clientUnsafe` or `server`; never changes.
 * All throw UsageError for what is not PEM. Godot: TLSOptions.
 */
export class TLSOptions implements TlsClientSettings, TlsServerSettings {
  readonly #role: "client" | "unsafe client" | "server";
  readonly #trustedCaChain: Pem | undefined;
  readonly #commonNameOverride: string;
  readonly #identity: TlsIdentity | undefined;
  readonly #sni: SniIdentities;

  private constructor(
    role: "client" | "unsafe client" | "server",
    trustedCaChain: Pem | undefined,
    commonNameOverride: string,
    identity?: TlsIdentity,
    sni: SniIdentities = {},
  ) {
    if (trustedCaChain !== undefined) mustBePem(trustedCaChain, certificateLabel, "the trusted chain");
    this.#role = role;
    this.#trustedCaChain = trustedCaChain;
    this.#commonNameOverride = commonNameOverride;
    this.#identity = identity;
    this.#sni = sni;
  }

  /**
   * A client that checks the server's certificate: that one of `trustedChain`, or by default of the platform's
   * authorities, vouches for it, and that it is made for the URL's host, or for `commonNameOverride`.
   * Godot: TLSOptions.client.
   */
  static client(trustedChain?: Pem, commonNameOverride = ""): TLSOptions {
    return new TLSOptions("client", trustedChain, commonNameOverride);
  }

  /**
   * A client that does not check for whom the certificate is made and, without `trustedChain`, checks nothing: anybody
   * on the way can then read and change everything. For tests. Godot: TLSOptions.client_unsafe.
   */
  static clientUnsafe(trustedChain?: Pem): TLSOptions {
    return new TLSOptions("unsafe client", trustedChain, "");
  }

  /**
   * A server. `certificate` may be followed by those between it and the authority. Whether key and certificate belong
   * together shows when they are used. Godot: TLSOptions.server.
   */
  static server(key: Pem, certificate: Pem, { sni = {} }: TLSServerOptions = {}): TLSOptions {
    const identity = { key, certificate };
    mustBeIdentity(identity, "the server");
    if (typeof sni === "function") return new TLSOptions("server", undefined, "", identity, sni);
    const table: Record<string, TlsIdentity> = Object.create(null);
    for (const [hostname, named] of Object.entries(sni)) {
      mustBeIdentity(named, hostname);
      table[hostname.toLowerCase()] = named;
    }
    return new TLSOptions("server", undefined, "", identity, table);
  }

  /** Godot: TLSOptions.is_server. */
  isServer(): boolean {
    return this.#role === "server";
  }

  /** Godot: TLSOptions.is_unsafe_client. */
  isUnsafeClient(): boolean {
    return this.#role === "unsafe client";
  }

  /** Client: asks for nothing but what every platform does by itself. */
  get isPlainClient(): boolean {
    return this.#role === "client" && this.#trustedCaChain === undefined && this.#commonNameOverride === "";
  }

  /** Client: as given, or empty. Godot: TLSOptions.get_common_name_override. */
  get commonNameOverride(): string {
    return this.#commonNameOverride;
  }

  /** Client: as given. Godot: TLSOptions.get_trusted_ca_chain. */
  get trustedCaChain(): Pem | undefined {
    return this.#trustedCaChain;
  }

  /** Server: as given. Godot: TLSOptions.get_own_certificate. */
  get ownCertificate(): Pem | undefined {
    return this.#identity?.certificate;
  }

  /** Server: as given. Godot: TLSOptions.get_private_key. */
  get privateKey(): Pem | undefined {
    return this.#identity?.key;
  }

  /** Server: key and certificate together. Throws UsageError on a client's. */
  get defaultIdentity(): TlsIdentity {
    if (this.#identity === undefined) {
      throw new UsageError("ERR_INVALID_PARAMETER", "a server needs TLSOptions.server(key, certificate)");
    }
    return this.#identity;
  }

  /** Server: what the table of `sni` holds. */
  get namedIdentities(): readonly TlsIdentity[] {
    return typeof this.#sni === "function" ? [] : Object.values(this.#sni);
  }

  /** Server: what `sni` has for a client that asks for `hostname`. */
  identityFor(hostname: string): TlsIdentity | undefined | Promise<TlsIdentity | undefined> {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    if (typeof this.#sni === "function") return this.#sni(name);
    return this.#sni[name] ?? this.#sni[name.replace(/^[^.]+/, "*")];
  }
}

/** Throws UsageError unless `tls`, where it is given, is a client's. */
export function mustBeClient(tls: TLSOptions | undefined): void {
  if (tls?.isServer()) {
    throw new UsageError("ERR_INVALID_PARAMETER", "a client needs TLSOptions.client() or clientUnsafe()");
  }
}

const certificateLabel = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/;
const keyLabel = /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/;

function mustBeIdentity({ key, certificate }: TlsIdentity, owner: string): void {
  mustBePem(key, keyLabel, `the private key of ${owner}`);
  mustBePem(certificate, certificateLabel, `the certificate of ${owner}`);
}

function mustBePem(pem: Pem, label: RegExp, what: string): void {
  const text = typeof pem === "string" ? pem : new TextDecoder().decode(pem);
  if (!label.test(text)) throw new UsageError("ERR_INVALID_PARAMETER", `${what} is not in PEM`);
}
