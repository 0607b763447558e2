// How often a peer may call an RPC. It must not know what the call does.

import type { RpcMethod } from "./rpc-config.ts";

interface Bucket {
  readonly tokens: number;
  readonly filledAt: number;
}

/** One bucket of tokens for each peer and method. */
export class RateLimits {
  readonly #byPeer = new Map<number, Map<RpcMethod, Bucket>>();

  /** Takes one token; false when there is none. `now` is in milliseconds. */
  take(peer: number, method: RpcMethod, now: number): boolean {
    const limit = method.rateLimit;
    if (limit === undefined) return true;
    const most = limit.burst ?? Math.max(1, limit.perSecond);
    const buckets = this.#byPeer.get(peer) ?? new Map<RpcMethod, Bucket>();
    this.#byPeer.set(peer, buckets);
    const { tokens, filledAt } = buckets.get(method) ?? { tokens: most, filledAt: now };
    const filled = Math.min(most, tokens + ((now - filledAt) / 1000) * limit.perSecond);
    const passes = filled >= 1;
    buckets.set(method, { tokens: passes ? filled - 1 : filled, filledAt: now });
    return passes;
  }

  forget(peer: number): void {
    this.#byPeer.delete(peer);
  }

  clear(): void {
    this.#byPeer.clear();
  }
}
