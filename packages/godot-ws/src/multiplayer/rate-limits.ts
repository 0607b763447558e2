// How often a peer may call an RPC. It must not know what the call does.

import type { RpcMethod } from "./rpc-config.ts";

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** One bucket of tokens for each peer and method. */
export class RateLimits {
  readonly #byPeer = new Map<number, Map<RpcMethod, Bucket>>();

  /** Takes one token; false when there is none. `now` is in milliseconds. */
  take(peer: number, method: RpcMethod, now: number): boolean {
    const limit = method.rateLimit;
    if (limit === undefined) return true;
    const most = limit.burst ?? Math.max(1, limit.perSecond);
    let buckets = this.#byPeer.get(peer);
    if (buckets === undefined) {
      buckets = new Map();
      this.#byPeer.set(peer, buckets);
    }
    let bucket = buckets.get(method);
    if (bucket === undefined) {
      bucket = { tokens: most, filledAt: now };
      buckets.set(method, bucket);
    }
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.filledAt) / 1000) * limit.perSecond);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  forget(peer: number): void {
    this.#byPeer.delete(peer);
  }

  clear(): void {
    this.#byPeer.clear();
  }
}
