import { expect, test } from "vitest";
import { RateLimits } from "../../src/multiplayer/rate-limits.ts";
import {
  defineRpc,
  type RpcMethod,
  type RpcRateLimit,
  rpcTableOf,
} from "../../src/multiplayer/rpc-config.ts";

function methodWith(rateLimit: RpcRateLimit | undefined): RpcMethod {
  class Limited {
    readonly nodeRpcConfig = undefined;
    act(): void {}
  }
  defineRpc(Limited, "act", rateLimit === undefined ? {} : { rateLimit });
  return rpcTableOf(new Limited()).byName.get("act")!;
}

/** How many of so many calls at one moment get through. */
function passed(limits: RateLimits, method: RpcMethod, now: number, calls = 100, peer = 2): number {
  let count = 0;
  for (let i = 0; i < calls; i++) if (limits.take(peer, method, now)) count++;
  return count;
}

test("without a limit everything passes", () => {
  expect(passed(new RateLimits(), methodWith(undefined), 0)).toBe(100);
});

test("a burst is as much as a second gives, then it fills with time", () => {
  const limits = new RateLimits();
  const method = methodWith({ perSecond: 10 });
  expect([0, 0, 50, 100, 350, 10_000].map((now) => passed(limits, method, now))).toEqual([
    10, 0, 0, 1, 2, 10,
  ]);
});

test("a burst can be said, and is at least 1", () => {
  expect(passed(new RateLimits(), methodWith({ perSecond: 1, burst: 5 }), 0)).toBe(5);
  const limits = new RateLimits();
  const slow = methodWith({ perSecond: 0.5 });
  expect([0, 1000, 2000].map((now) => passed(limits, slow, now))).toEqual([1, 0, 1]);
});

test("peers and methods are counted apart, and forgotten", () => {
  const limits = new RateLimits();
  const [one, other] = [methodWith({ perSecond: 1 }), methodWith({ perSecond: 2 })];
  expect([passed(limits, one, 0), passed(limits, other, 0), passed(limits, one, 0, 9, 3)]).toEqual([1, 2, 1]);
  limits.forget(2);
  expect([passed(limits, one, 0), passed(limits, one, 0, 9, 3)]).toEqual([1, 0]);
  limits.clear();
  expect(passed(limits, one, 0, 9, 3)).toBe(1);
});
