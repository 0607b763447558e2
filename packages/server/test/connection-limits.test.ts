import { ConnectError, WebSocketPeer } from "godot-ws";
import { expect, test } from "vitest";
import { ConnectionLimits } from "../src/connection-limits.ts";
import { RoomServer } from "../src/room-server.ts";

test("counts in all and by address, and forgets whoever is gone", () => {
  const limits = new ConnectionLimits({ maxConnections: 3, maxConnectionsPerAddress: 2 });
  expect(limits.admit("a")).toBeUndefined();
  expect(limits.admit("a")).toBeUndefined();
  expect(limits.admit("a")).toMatchObject({ status: 429 });
  expect(limits.admit("b")).toBeUndefined();
  expect(limits.admit("c")).toMatchObject({ status: 503 });
  limits.release("a");
  expect(limits.admit("c")).toBeUndefined();
  for (const address of ["a", "b", "c"]) limits.release(address);
  expect(limits.count).toBe(0);
});

test("a server refuses one connection too many, and takes one when another has gone", async () => {
  const server = await RoomServer.listen({ port: 0, host: "127.0.0.1", maxConnectionsPerAddress: 1 });
  const url = `ws://127.0.0.1:${server.port}/rooms/blue`;
  const first = new WebSocketPeer();
  const second = new WebSocketPeer();
  await first.connectToUrl(url);
  const error = await second.connectToUrl(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectError);
  expect(error).toMatchObject({ status: 429 });
  first.close();
  await first.closed.next();
  await expect
    .poll(() =>
      second.connectToUrl(url).then(
        () => "open",
        () => "refused",
      ),
    )
    .toBe("open");
  await server.close();
});
