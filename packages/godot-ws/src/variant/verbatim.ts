// A value together with the bytes that it came as, for values that would be written in another way. Knows no decoder.

import { type Identified, identity, identityOf, type KnownIdentities } from "./identity.ts";

/**
 * What decoding with `keepKinds` gives where the bytes are not those that the value itself would be written as: a NaN
 * with a payload, components with 64 bits, an int wider than needed. Written again it is the same bytes.
 */
export class Verbatim<V = unknown> implements Identified {
  readonly value: V;
  readonly bytes: Uint8Array;
  /** The form of the bytes: as `var_to_bytes` writes, or as RPC arguments are written. */
  readonly form: "full" | "compact";

  constructor(value: V, bytes: Uint8Array, form: "full" | "compact" = "full") {
    this.value = value;
    this.bytes = bytes;
    this.form = form;
  }

  toString(): string {
    return String(this.value);
  }

  [identity](known?: KnownIdentities): unknown {
    return identityOf(this.value, known);
  }
}
