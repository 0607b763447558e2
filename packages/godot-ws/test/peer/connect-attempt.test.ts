import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import { startAttempt } from "../../src/peer/connect-attempt.ts";
import { Signal } from "../../src/signal.ts";

function attempt(signal?: AbortSignal) {
  const opened = new Signal();
  const closed = new Signal<[code: number, reason: string]>();
  const error = new ConnectError("ERR_CANT_CONNECT", "nobody there");
  let aborts = 0;
  const port = { opened, closed, createError: () => error, onAbort: () => void aborts++ };
  return { opened, closed, error, abortCount: () => aborts, ...startAttempt(port, signal) };
}

describe("a ConnectAttempt", () => {
  test("resolves when the peer opens, and listens no more", async () => {
    const { opened, closed, settled } = attempt();
    opened.emit();
    await settled;
    expect([opened.hasConnections, closed.hasConnections]).toEqual([false, false]);
  });

  test("rejects when the peer is closed first, and when it is given up", async () => {
    const closing = attempt();
    closing.closed.emit(-1, "");
    await expect(closing.settled).rejects.toBe(closing.error);
    const replaced = attempt();
    replaced.giveUp();
    await expect(replaced.settled).rejects.toBe(replaced.error);
    expect(replaced.opened.hasConnections).toBe(false);
  });

  test("rejects with the reason of an abort, and tells whoever can drop the connection", async () => {
    const abort = new AbortController();
    const aborted = attempt(abort.signal);
    abort.abort("enough");
    await expect(aborted.settled).rejects.toBe("enough");
    expect(aborted.abortCount()).toBe(1);
    const late = new AbortController();
    const done = attempt(late.signal);
    done.opened.emit();
    late.abort();
    await done.settled;
    expect(done.abortCount()).toBe(0);
  });

  test("settles once: what comes afterwards changes nothing", async () => {
    const { opened, settled, giveUp } = attempt();
    opened.emit();
    giveUp();
    await expect(settled).resolves.toBeUndefined();
  });
});
