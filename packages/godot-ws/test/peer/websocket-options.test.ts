import { describe, expect, test } from "vitest";
import { chooseLimits, type WebSocketLimits } from "../../src/peer/websocket-options.ts";
import { usageErrorOf } from "./memory-peers.ts";

const defaults: WebSocketLimits = {
  maxFrameBytes: Number.POSITIVE_INFINITY,
  maxFragments: 16384,
  maxHeadBytes: 16384,
  maxHeaderCount: 128,
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
  idleTimeoutMs: 0,
  maxMessagesPerSecond: 0,
  maxBytesPerSecond: 0,
};

describe("chooseLimits", () => {
  test("has the defaults that are documented", () => {
    expect(chooseLimits({})).toEqual(defaults);
  });

  test.each(
    Object.keys(defaults) as (keyof WebSocketLimits)[],
  )("%s can be set, and has to be a number from 0", (name) => {
    expect(chooseLimits({ [name]: 7 })).toEqual({ ...defaults, [name]: 7 });
    expect(chooseLimits({ [name]: 0 })[name]).toBe(0);
    for (const value of [-1, Number.NaN, "x"]) {
      expect(usageErrorOf(() => chooseLimits({ [name]: value }))).toBe("ERR_INVALID_PARAMETER");
    }
  });

  test("takes nothing else, and every caller gets limits of its own", () => {
    expect(chooseLimits({ inboundBufferSize: 5, autoPoll: false })).toEqual(defaults);
    chooseLimits({}).maxFragments = 1;
    expect(chooseLimits({})).toEqual(defaults);
  });
});
