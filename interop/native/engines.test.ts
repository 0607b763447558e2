/**
 * Engine against engine, none of our code between them: shows that the projects expect what Godot really
 * does. Whatever fails here is wrong in the projects or in the harness.
 */

import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import {
  type Availability,
  type Engine,
  type EngineKind,
  engineVersion,
  nativeEngine,
  type Report,
  startEngine,
} from "../harness/engine.ts";

const native = nativeEngine("native");
const native3 = nativeEngine("native3");
const why = (availability: Availability) => (availability.ok ? "" : ` - ${availability.reason}`);

const portOf = async (server: Engine) => Number((await server.waitForLine(/^LISTENING (\d+)/))[1]);
const namesOf = (report: Report) => report.checks.map((check) => check.name);

describe.skipIf(!native.ok)(`native engines${why(native)}`, () => {
  test("tell their version", () => {
    expect(engineVersion("native")).toMatch(/^4\./);
  });

  test.each<EngineKind>(["native", "web"])("echo-client (%s) with echo-server", async (engine) => {
    await using server = startEngine({ engine: "native", project: "echo-server", args: ["--protocol=chat"] });
    const port = await portOf(server);
    const args = [`--url=ws://127.0.0.1:${port}/some/path`, "--protocol=chat"];
    await startEngine({ engine, project: "echo-client", args }).finished;
    expect(server.lines).toContain(`OPEN ws://127.0.0.1:${port}/some/path chat`);
    await server.waitForLine(/^CLOSED 1000 bye$/);
    await server.waitForLine(/^CLOSED 4001 custom$/);

    const socket = new (await import("ws")).WebSocket(`ws://127.0.0.1:${port}/`, "chat");
    socket.on("open", () => socket.send("quit"));
    socket.on("error", () => {});
    await server.finished;
  });

  test.each<EngineKind>(["native", "web"])("echo-client (%s) is refused and closed", async (engine) => {
    await using server = startEngine({ engine: "native", project: "echo-server" });
    const url = `ws://127.0.0.1:${await portOf(server)}`;
    // A port without listener, and a server that knows no subprotocol.
    const closed = await unusedPort();
    await startEngine({ engine, project: "echo-client", args: [`--refused=ws://127.0.0.1:${closed}/`] })
      .finished;
    await startEngine({ engine, project: "echo-client", args: [`--refused=${url}/`, "--protocol=x"] })
      .finished;
    await server.waitForLine(/^REFUSED$/);
  });

  test.each<[EngineKind, EngineKind, EngineKind]>([
    ["native", "native", "native"],
    ["web", "web", "native"],
  ])("three room-clients (%s, %s, %s) with room-server", async (...kinds) => {
    await using server = startEngine({ engine: "native", project: "room-server" });
    const url = `ws://127.0.0.1:${await portOf(server)}/`;
    const clients = kinds.map((engine, i) => {
      const args = [`--url=${url}`, `--name=${"abc"[i]}`, "--room=green", "--forbid=red"];
      return startEngine({ engine, project: "room-client", args });
    });
    const reports = await Promise.all([...clients, server].map((engine) => engine.finished));
    expect(namesOf(reports[0] as Report)).toContain("the others leave");
    expect(namesOf(reports[2] as Report)).toContain("sees no peers after leaving");
  });

  test.each<EngineKind>(["native", "web"])("room-refused (%s)", async (engine) => {
    const url = `ws://127.0.0.1:${await unusedPort()}/`;
    await startEngine({ engine, project: "room-refused", args: [`--url=${url}`] }).finished;
  });
});

describe.skipIf(!native3.ok)(`native Godot 3${why(native3)}`, () => {
  test("tells its version", () => {
    expect(engineVersion("native3")).toMatch(/^3\./);
  });

  test("reports by its own kit", async () => {
    const main = `extends "res://kit.gd"

func run():
	check_equal("argument", arg("key"), "value")
	check_equal("version", Engine.get_version_info().major, 3)
	finish()
`;
    const engine = startEngine({ engine: "native3", project: { "main.gd": main }, args: ["--key=value"] });
    expect(await engine.finished).toMatchObject({ passed: 2, failed: 0 });
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
