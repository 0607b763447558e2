// What TLS has to know, of a client and of a server. The seam between TLSOptions and a platform's TLS.

/** Certificates or a key in PEM (RFC 7468): text, or the octets of a file. */
export type Pem = string | Uint8Array;

/** What a server proves its name with. */
export interface TlsIdentity {
  readonly key: Pem;
  /** The server's certificate, then those between it and the authority, if any. */
  readonly certificate: Pem;
}

export interface TlsClientSettings {
  /** The authorities to trust in place of the platform's own; undefined for those. */
  readonly trustedCaChain: Pem | undefined;
  /** The name that the certificate must be made for; empty for the URL's host. */
  readonly commonNameOverride: string;
  /** True to check no name and, without `trustedCaChain`, nothing at all. */
  isUnsafeClient(): boolean;
}

/** What a server proves its names with: `TLSOptions.server(…)` is one. */
export interface TlsServerSettings {
  /** For clients that name no host, or one that `identityFor` does not know. */
  readonly defaultIdentity: TlsIdentity;
  /** Those that are known from the start, to be checked before they are used. */
  readonly namedIdentities: readonly TlsIdentity[];
  /** For the host that a client says it wants (RFC 6066 §3). */
  identityFor(hostname: string): TlsIdentity | undefined | Promise<TlsIdentity | undefined>;
}
