// Calls for nodes that are not there yet, kept for a bounded time and count. Godot drops them. It must not know what is in
// the packets.

import { addToGroup } from "./grouping.ts";

export interface HeldCall {
  readonly peer: number;
  readonly packet: Uint8Array;
  readonly path: string;
  readonly deadline: number;
}

export interface HoldLimits {
  /** 0 holds nothing. */
  readonly maxMs: number;
  readonly maxPerPeer: number;
  readonly maxBytesPerPeer: number;
}

/** In the order in which they came, for each path. */
export class HeldCalls {
  readonly limits: HoldLimits;
  readonly #byPath = new Map<string, HeldCall[]>();
  readonly #countOf = new Map<number, { calls: number; bytes: number }>();

  constructor(limits: HoldLimits) {
    this.limits = limits;
  }

  get isEmpty(): boolean {
    return this.#byPath.size === 0;
  }

  /** Keeps a copy of the packet and says until when; undefined when there is no room. */
  hold(peer: number, path: string, packet: Uint8Array, now: number): number | undefined {
    const { maxMs, maxPerPeer, maxBytesPerPeer } = this.limits;
    const count = this.#countOf.get(peer) ?? { calls: 0, bytes: 0 };
    if (maxMs <= 0 || count.calls >= maxPerPeer || count.bytes + packet.length > maxBytesPerPeer)
      return undefined;
    count.calls++;
    count.bytes += packet.length;
    this.#countOf.set(peer, count);
    const deadline = now + maxMs;
    // A copy: the packet may be a small part of a large piece of memory.
    addToGroup(this.#byPath, path, { peer, packet: new Uint8Array(packet), path, deadline });
    return deadline;
  }

  /** What is kept for a path, which is not kept any more then. */
  take(path: string): HeldCall[] {
    const calls = this.#byPath.get(path) ?? [];
    this.#byPath.delete(path);
    for (const call of calls) this.#uncount(call);
    return calls;
  }

  /** Those whose time is over, and when the next one's is: Infinity when there is none. */
  takeExpired(now: number): { expired: HeldCall[]; next: number } {
    const expired = this.#takeWhere(({ deadline }) => deadline <= now);
    let next = Number.POSITIVE_INFINITY;
    for (const [first] of this.#byPath.values()) next = Math.min(next, first!.deadline);
    return { expired, next };
  }

  /** What is kept of a peer, which is not kept any more then. */
  takeOf(peer: number): HeldCall[] {
    return this.#countOf.has(peer) ? this.#takeWhere((call) => call.peer === peer) : [];
  }

  #takeWhere(isTaken: (call: HeldCall) => boolean): HeldCall[] {
    const taken: HeldCall[] = [];
    for (const [path, calls] of this.#byPath) {
      const kept = calls.filter((call) => !isTaken(call));
      if (kept.length === 0) this.#byPath.delete(path);
      else this.#byPath.set(path, kept);
      taken.push(...calls.filter(isTaken));
    }
    for (const call of taken) this.#uncount(call);
    return taken;
  }

  clear(): void {
    this.#byPath.clear();
    this.#countOf.clear();
  }

  #uncount({ peer, packet }: HeldCall): void {
    const count = this.#countOf.get(peer);
    if (count === undefined) return;
    count.calls--;
    count.bytes -= packet.length;
    if (count.calls === 0) this.#countOf.delete(peer);
  }
}
