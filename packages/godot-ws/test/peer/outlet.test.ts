import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { Outlet } from "../../src/peer/outlet.ts";
import type { OutboundOverflow } from "../../src/peer/websocket-options.ts";
import { promisesSettled } from "../simulation/virtual-environment.ts";
import { FakeConnection } from "./fake-connection.ts";
import { usageErrorOf } from "./memory-peers.ts";

function create(outboundOverflow: OutboundOverflow = "refuse", outboundBufferSize = 100) {
  return { connection: new FakeConnection(), outlet: new Outlet({ outboundBufferSize, outboundOverflow }) };
}

/** `a`s, so many, for messages that can be told apart by their first octets. */
function message(name: string, length: number): Uint8Array {
  return Buffer.from(name.padEnd(length, "."));
}

describe("Outlet.admit", () => {
  test("lets pass what fits", () => {
    const { connection, outlet } = create();
    expect(outlet.admit(connection, 100)).toBe(connection);
    connection.bufferedAmount = 60;
    expect(outlet.admit(connection, 40)).toBe(connection);
    expect(connection.news()).toEqual([]);
  });

  test("tries the system's buffers before it says no", () => {
    const { connection, outlet } = create();
    connection.bufferedAmount = 90;
    connection.bufferedAfterFlush = 0;
    expect(outlet.admit(connection, 50)).toBe(connection);
    expect(connection.news()).toEqual(["flush"]);
    connection.bufferedAmount = 90;
    connection.bufferedAfterFlush = 60;
    expect(() => outlet.admit(connection, 50)).toThrow(LimitError);
    expect(() => outlet.admit(connection, 50)).toThrow(/50 octets: 60 are waiting already.* 100/);
  });

  test("or closes with 1008", () => {
    const { connection, outlet } = create("close");
    expect(outlet.admit(connection, 101)).toBeUndefined();
    expect(connection.news()).toEqual(["flush", "close 1008"]);
    expect(outlet.admit(connection, 1)).toBeUndefined();
    expect(connection.news()).toEqual([]);
  });

  test("0 is no limit", () => {
    const { connection, outlet } = create("refuse", 0);
    connection.bufferedAmount = 1e9;
    expect(outlet.admit(connection, 1e9)).toBe(connection);
  });

  test("is a UsageError before OPEN, nothing afterwards", () => {
    const { connection, outlet } = create();
    expect(usageErrorOf(() => outlet.admit(undefined, 1))).toBe("FAILED");
    connection.state = "connecting";
    expect(usageErrorOf(() => outlet.admit(connection, 1))).toBe("FAILED");
    for (const state of ["closing", "ending", "closed"] as const) {
      connection.state = state;
      expect(outlet.admit(connection, 1)).toBeUndefined();
    }
  });
});

describe("Outlet.sendDroppable", () => {
  test("sends at once while little waits", () => {
    const { connection, outlet } = create();
    expect(outlet.sendDroppable(connection, message("a", 10), true)).toBe(0);
    expect(connection.news()).toEqual(["text a......."]);
  });

  test("keeps the freshest while much waits, and sends them in order", () => {
    const { connection, outlet } = create();
    connection.bufferedAmount = 20_000;
    const dropped = ["a", "b", "c", "d", "e"].map((name) =>
      outlet.sendDroppable(connection, message(name, 40), false),
    );
    expect(dropped).toEqual([0, 0, 1, 1, 1]);
    expect(connection.news()).toEqual([]);
    connection.bufferedAmount = 0;
    outlet.onDrained(connection);
    expect(connection.news()).toEqual(["bytes d.......", "bytes e......."]);
  });

  test("keeps a copy", () => {
    const { connection, outlet } = create();
    connection.bufferedAmount = 20_000;
    const bytes = message("before", 10);
    outlet.sendDroppable(connection, bytes, false);
    bytes.fill(0);
    connection.bufferedAmount = 0;
    outlet.onDrained(connection);
    expect(connection.news()).toEqual(["bytes before.."]);
  });

  test("what does not fit at all gives way itself", () => {
    const { connection, outlet } = create();
    connection.bufferedAmount = 20_000;
    expect(outlet.sendDroppable(connection, message("a", 101), false)).toBe(1);
    outlet.onDrained(connection);
    expect(connection.news()).toEqual([]);
  });

  test("does not let a later one overtake those kept back", () => {
    const { connection, outlet } = create("refuse", 0);
    connection.bufferedAmount = 20_000;
    for (const name of ["a", "b"]) outlet.sendDroppable(connection, message(name, 10_000), false);
    connection.bufferedAmount = 0;
    outlet.sendDroppable(connection, message("c", 10), false);
    outlet.onDrained(connection);
    outlet.sendDroppable(connection, message("d", 10), false);
    connection.bufferedAmount = 0;
    outlet.onDrained(connection);
    expect(connection.news().map((call) => call[6])).toEqual(["a", "b", "c", "d"]);
  });
});

describe("Outlet.drained", () => {
  test("resolves at once when nothing waits", async () => {
    const { connection, outlet } = create();
    await outlet.drained(undefined);
    await outlet.drained(connection);
    connection.bufferedAmount = 5;
    connection.state = "closed";
    await outlet.drained(connection);
  });

  test("waits for all of it, those kept back included, or for the end", async () => {
    for (const end of ["drain", "close"]) {
      const { connection, outlet } = create();
      connection.bufferedAmount = 20_000;
      outlet.sendDroppable(connection, message("a", 10), false);
      let resolved = 0;
      for (let i = 0; i < 2; i++) void outlet.drained(connection).then(() => resolved++);
      connection.bufferedAmount = 0;
      outlet.onDrained(connection);
      await promisesSettled();
      expect(resolved).toBe(0);
      if (end === "drain") outlet.onDrained(connection);
      else outlet.close();
      await promisesSettled();
      expect(resolved).toBe(2);
    }
  });

  test("close forgets what was kept back", () => {
    const { connection, outlet } = create();
    connection.bufferedAmount = 20_000;
    outlet.sendDroppable(connection, message("a", 10), false);
    outlet.close();
    connection.bufferedAmount = 0;
    outlet.onDrained(connection);
    expect(connection.news()).toEqual([]);
  });
});
