// What a platform makes of the certificates in a TLSOptions. Knows no platform.

import { UsageError } from "../errors.ts";
import type { TlsIdentity, TlsServerSettings } from "./tls-settings.ts";

/**
 * Keeps what `create` made of each identity, since that takes longer than a handshake. The constructor tries out all
 * that are known by then, so that a wrong one is found before it is used.
 */
export class TlsIdentities<Context> {
  readonly #settings: TlsServerSettings;
  readonly #create: (identity: TlsIdentity) => Context;
  readonly #created = new WeakMap<TlsIdentity, { readonly context: Context }>();

  /** Throws UsageError for an identity that `create` fails on, and for the options of a client. */
  constructor(settings: TlsServerSettings, create: (identity: TlsIdentity) => Context) {
    this.#settings = settings;
    this.#create = create;
    for (const identity of [settings.defaultIdentity, ...settings.namedIdentities]) this.#of(identity);
  }

  /** For whoever names no host. */
  get default(): Context {
    return this.#of(this.#settings.defaultIdentity);
  }

  /** For a client that asks for `hostname`; undefined for the default. Rejects with whatever the lookup throws. */
  async find(hostname: string): Promise<Context | undefined> {
    const identity = await this.#settings.identityFor(hostname);
    return identity && this.#of(identity);
  }

  #of(identity: TlsIdentity): Context {
    let created = this.#created.get(identity);
    if (created === undefined) {
      created = { context: this.#tryOut(identity) };
      this.#created.set(identity, created);
    }
    return created.context;
  }

  #tryOut(identity: TlsIdentity): Context {
    try {
      return this.#create(identity);
    } catch (cause) {
      const { reason, message } = cause as Error & { readonly reason?: string };
      const text = `this key and certificate cannot be used: ${reason ?? message}`;
      throw new UsageError("ERR_INVALID_PARAMETER", text, { cause });
    }
  }
}
