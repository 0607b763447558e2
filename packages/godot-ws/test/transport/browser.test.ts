import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { UsageError } from "../../src/errors.ts";
import * as browser from "../../src/transport/browser.ts";
import type { ConnectionEvents } from "../../src/transport/connection.ts";
import * as node from "../../src/transport/node.ts";
import { installFakeWebSocket, onlySocket } from "./fake-websocket.ts";

installFakeWebSocket();

test("cannot listen, and says so", async () => {
  await expect(browser.listen()).rejects.toThrow(UsageError);
  expect(() => browser.takeUpgrades()).toThrow("a browser cannot listen");
});

test("supports nothing of what Node has", () => {
  expect(Object.keys(browser.supports)).toEqual(Object.keys(node.supports));
  expect(new Set(Object.values(browser.supports))).toEqual(new Set([false]));
  expect(new Set(Object.values(node.supports))).toEqual(new Set([true]));
});

test("the end of the turn comes in order, behind what is going on, also when a callback throws", async () => {
  const log: string[] = [];
  const { endOfTurn } = browser.environment.clock;
  const done = new Promise<void>((resolve) => {
    endOfTurn(() => {
      log.push("a");
      endOfTurn(() => {
        log.push("c");
        resolve();
      });
    });
  });
  endOfTurn(() => log.push("b"));
  log.push("now");
  await done;
  expect(log).toEqual(["now", "a", "b", "c"]);
});

test("timers fire, unless they are cleared; those beyond what a browser can wait do not fire at once", async () => {
  const { clock } = browser.environment;
  const cleared = vi.fn();
  clock.clearTimer(clock.setTimer(cleared, 0));
  clock.clearTimer(undefined);
  const far = vi.fn();
  const timer = clock.setTimer(far, 2 ** 40);
  const before = clock.now();
  await new Promise<void>((resolve) => clock.setTimer(resolve, 5));
  expect(clock.now()).toBeGreaterThan(before);
  expect([cleared, far].map((slot) => slot.mock.calls.length)).toEqual([0, 0]);
  clock.clearTimer(timer);
});

test("chance is the browser's", () => {
  const { random } = browser.environment;
  const drawn = new Set(Array.from({ length: 100 }, () => random.uint32()));
  expect(drawn.size).toBeGreaterThan(98);
  expect([...drawn].every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
  expect([random.bytes(16).length, random.bytes(0).length]).toEqual([16, 0]);
  expect(random.bytes(16)).not.toEqual(random.bytes(16));
});

test("connects over the browser's WebSocket, on its own clock", () => {
  const events = {} as ConnectionEvents;
  const target = { href: "ws://h/", secure: false, protocols: [] as string[] };
  browser.connect(target, events, {
    limits: {} as never,
    handshakeTimeoutMs: 0,
    closeTimeoutMs: 0,
  });
  expect(onlySocket().url).toBe("ws://h/");
});

test("the package's condition chooses it for browsers, and Node's for everything else", () => {
  const { imports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(imports).toEqual({
    "#platform": { browser: "./dist/transport/browser.js", default: "./dist/transport/node.js" },
    "#opening": { browser: "./dist/peer/opening-browser.js", default: "./dist/peer/opening.js" },
  });
  expect(Object.keys(imports["#platform"])).toEqual(["browser", "default"]);
});
