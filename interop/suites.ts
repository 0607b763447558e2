/** Real engines against our programs: what every kind of engine has to find in order, run by the test files. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketPeer } from "godot-ws";
import { EchoServer, RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineKind, startEngine } from "./harness/engine.ts";

/** The engine's WebSocketPeer against our servers. */
export function describePeerClient(engine: EngineKind): void {
  describe(`a WebSocketPeer in Godot (${engine}) and our server`, () => {
    let echoServer: EchoServer;
    let closingServer: Server;
    let roomServer: RoomServer;

    beforeAll(async () => {
      echoServer = await EchoServer.listen(0, "127.0.0.1");
      roomServer = await RoomServer.listen({ port: 0, host: "127.0.0.1" });
      closingServer = await listenAndClose(4002, "enough für heute");
    });
    afterAll(async () => {
      closingServer.close();
      await Promise.all([echoServer.close(), roomServer.close()]);
    });

    test("text and binary come back, close codes and reasons arrive", async () => {
      const args = [`--url=ws://127.0.0.1:${echoServer.port}/any/path?with=query`];
      const report = await startEngine({ engine, project: "echo-client", args }).finished;
      expect(report.passed).toBeGreaterThan(40);
    });

    test("a subprotocol is agreed on", async () => {
      await using server = await EchoServer.listen(0, "127.0.0.1", { supportedProtocols: ["chat"] });
      const args = [`--url=ws://127.0.0.1:${server.port}/`, "--protocol=chat"];
      await startEngine({ engine, project: "echo-client", args }).finished;
    });

    test("our close is seen with its code and reason, our refusal as one", async () => {
      const { port } = closingServer.address() as AddressInfo;
      const args = [
        `--server-closes=ws://127.0.0.1:${port}/`,
        "--server-code=4002",
        "--server-reason=enough für heute",
        `--refused=ws://127.0.0.1:${roomServer.port}/nowhere,ws://127.0.0.1:${roomServer.port}/rooms/`,
      ];
      await startEngine({ engine, project: "echo-client", args }).finished;
    });
  });
}

/** A server that closes every connection as soon as it is open. */
async function listenAndClose(code: number, reason: string): Promise<Server> {
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    const peer = new WebSocketPeer();
    peer.opened.connect(() => peer.close(code, reason), { once: true });
    peer.acceptStream({ request, socket, head });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Games in rooms on our server: the first list of engines in one room, the second in another, at the same time. */
export function describeRooms(blue: readonly EngineKind[], red: readonly EngineKind[]): void {
  describe(`Godot games (${blue}) in one room, (${red}) in another`, () => {
    let server: RoomServer;
    beforeAll(async () => {
      server = await RoomServer.listen({ port: 0, host: "127.0.0.1" });
    });
    afterAll(() => server.close());

    const join =
      (room: string, other: string) => (engine: EngineKind, i: number, all: readonly EngineKind[]) =>
        startEngine({
          engine,
          project: "room-client",
          timeoutMs: 50_000,
          args: [
            `--url=ws://127.0.0.1:${server.port}/rooms/${room}`,
            `--name=${room}${i}`,
            `--room=${room}`,
            `--forbid=${other}`,
            `--expect=${all.length}`,
          ],
        });

    test("call each other, see each other come and go, and hear nothing of the other room", async () => {
      const engines = [...blue.map(join("blue", "red")), ...red.map(join("red", "blue"))];
      const reports = await Promise.all(engines.map((engine) => engine.finished));
      expect(reports.every((report) => report.passed > 20)).toBe(true);
      await expect.poll(() => server.rooms.size, { timeout: 5000 }).toBe(0);
    }, 60_000);

    test("a wrong path is refused, not left hanging", async () => {
      const args = [`--url=ws://127.0.0.1:${server.port}/room/blue`];
      await startEngine({ engine: blue[0]!, project: "room-refused", args }).finished;
    });
  });
}
