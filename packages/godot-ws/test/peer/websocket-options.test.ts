import { describe, expect, test } from "vitest";
import {
  chooseLimits,
  connectionBounds,
  shareLimits,
  type WebSocketLimits,
} from "../../src/peer/websocket-options.ts";
import { type DeflateSettings, resolveDeflate } from "../../src/protocol/deflate.ts";
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
  flushIntervalMs: 0,
  toleratedSilence: 0,
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

  test("takes nothing else", () => {
    expect(chooseLimits({ inboundBufferSize: 5, autoPoll: false })).toEqual(defaults);
  });
});

/** As a peer has them. */
const choose = (options: Partial<WebSocketLimits>) => shareLimits(chooseLimits(options));

test("peers with the same limits share them, and nobody can change them", () => {
  const limits = choose({ maxFragments: 3 });
  expect(choose({ maxFragments: 3 })).toBe(limits);
  expect(() => Object.assign(limits, { maxFragments: 1 })).toThrow(TypeError);
  expect(choose({})).toEqual(defaults);
  expect(choose({ maxFragments: 3 })).toEqual({ ...defaults, maxFragments: 3 });
});

describe("connectionBounds", () => {
  const bounds = (options: Partial<WebSocketLimits>, bytes = 100, deflate?: DeflateSettings) =>
    connectionBounds(choose(options), bytes, deflate);

  test("has what a connection needs of a peer's limits", () => {
    expect(bounds({ handshakeTimeoutMs: 1, closeTimeoutMs: 2, flushIntervalMs: 3 })).toMatchObject({
      limits: { maxMessageBytes: 100, maxFragments: 16384 },
      handshakeTimeoutMs: 1,
      closeTimeoutMs: 2,
      flushIntervalMs: 3,
      deflate: undefined,
    });
  });

  test("is the same object for peers alike, and another as soon as anything differs", () => {
    const deflate = resolveDeflate(true);
    expect(bounds({})).toBe(bounds({}));
    expect(bounds({ maxFragments: 3 })).toMatchObject({ limits: { maxFragments: 3 } });
    expect(bounds({})).toMatchObject({ limits: { maxFragments: 16384 } });
    expect(bounds({}, 101)).toMatchObject({ limits: { maxMessageBytes: 101 } });
    expect(bounds({}, 101, deflate)).toMatchObject({ deflate });
    expect(bounds({}, 101)).toMatchObject({ deflate: undefined });
  });
});
