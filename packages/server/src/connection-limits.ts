// How many connections there may be at a time, in all and from one address.

import type { Refusal } from "godot-ws";

export interface ConnectionBounds {
  /** Game connections at a time, those in their handshake included. */
  readonly maxConnections: number;
  /** Of them from one address; 0 for no limit, since a whole school may share one. */
  readonly maxConnectionsPerAddress: number;
}

export class ConnectionLimits {
  readonly #bounds: ConnectionBounds;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts a connection, or says how to refuse it; then it must not be released. */
  admit(address: string): Refusal | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#bounds;
    if (this.#count >= maxConnections)
      return { status: 503, reason: `all ${maxConnections} connections are in use` };
    const fromThere = this.#byAddress.get(address) ?? 0;
    if (maxConnectionsPerAddress > 0 && fromThere >= maxConnectionsPerAddress) {
      return { status: 429, reason: `there are ${fromThere} connections from your address already` };
    }
    this.#count++;
    this.#byAddress.set(address, fromThere + 1);
    return undefined;
  }

  /** The connection is gone. */
  release(address: string): void {
    this.#count--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
