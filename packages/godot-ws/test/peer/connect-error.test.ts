import { expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import { connectError } from "../../src/peer/connect-error.ts";

test("the reason and the HTTP status of the failure", () => {
  const error = connectError("ws://h/", { kind: "handshake", reason: "no", status: 403 });
  expect(error).toBeInstanceOf(ConnectError);
  expect([error.message, error.status, error.code]).toEqual([
    "cannot connect to ws://h/: no",
    403,
    "ERR_CANT_CONNECT",
  ]);
});

test("without one: a hint at TLS where that may be it", () => {
  expect(connectError("ws://h/", undefined).message).toMatch(/closed during the handshake \(.*wss:\/\/\)$/);
  const reset = { kind: "handshake", reason: "read ECONNRESET" } as const;
  expect(connectError("ws://h/", reset).message).toMatch(/read ECONNRESET \(.*wss:\/\/\)$/);
  expect(connectError("ws://h/", { kind: "handshake", reason: "ECONNREFUSED" }).message).not.toMatch(/TLS/);
  expect(connectError("wss://h/", undefined).message).toMatch(/closed during the handshake$/);
});
