/** The snippets of README.md do what it says: run as they stand, but for the port. */

import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { EchoServer, RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "./harness/engine.ts";
import { freePort } from "./harness/free-port.ts";

const root = new URL("../", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");
const snippets = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map((match) => match[1]!);

/** Runs a snippet as a program of its own, with the packages as they are built. */
async function runTypeScript(snippet: string, timeout = 10_000): Promise<string> {
  const args = ["--input-type=module", "--eval", snippet];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout });
  return stdout;
}

/** The game to the last snippet, which comes back until the server is there. */
const watcher = `extends Node

var peer := WebSocketMultiplayerPeer.new()

func _enter_tree() -> void:
	var world := Node.new()
	world.name = "World"
	var players := Node.new()
	players.name = "Players"
	world.add_child(players)
	var spawner := MultiplayerSpawner.new()
	spawner.name = "Spawner"
	world.add_child(spawner)
	spawner.spawn_path = NodePath("../Players")
	spawner.add_spawnable_scene("res://player.tscn")
	spawner.spawned.connect(_spawned)
	get_tree().root.add_child.call_deferred(world)
	multiplayer.connection_failed.connect(_connect)
	_connect.call_deferred()

func _connect() -> void:
	peer.create_client("ws://127.0.0.1:PORT")
	multiplayer.multiplayer_peer = peer

func _spawned(player: Node) -> void:
	print(multiplayer.get_unique_id(), " sees ", player.name)
	var first: Vector2 = player.position
	while player.position.x < first.x + 5:
		await get_tree().process_frame
	print("moved")
`;

const playerScene = `[gd_scene load_steps=2 format=3]

[sub_resource type="SceneReplicationConfig" id="1"]
properties/0/path = NodePath(".:position")
properties/0/spawn = true
properties/0/replication_mode = 1

[node name="Player" type="Node2D"]

[node name="State" type="MultiplayerSynchronizer" parent="."]
replication_config = SubResource("1")
`;

describe("README.md", () => {
  let rooms: RoomServer;
  let echo: EchoServer;
  const withPorts = (snippet: string) =>
    snippet
      .replaceAll("localhost:9080", `127.0.0.1:${rooms.port}`)
      .replaceAll("localhost:9001", `127.0.0.1:${echo.port}`);

  beforeAll(async () => {
    rooms = await RoomServer.listen({ port: 0, host: "127.0.0.1" });
    echo = await EchoServer.listen(0, "127.0.0.1");
  });
  afterAll(() => Promise.all([rooms.close(), echo.close()]));

  test("says the two commands", () => {
    expect(readme).toContain("npm ci && npm start\n");
    expect(readme).toContain("npm ci && npm test\n");
  });

  test("two games meet, and a TypeScript program meets them", async () => {
    const [script] = snippets("gdscript");
    const [member] = snippets("ts");
    const project = { "main.gd": withPorts(script!) };
    await using first = startEngine({ engine: "web", project });
    await using second = startEngine({ engine: "web", project });
    await Promise.all([first, second].map((game) => game.waitForLine(/^\d+ says hello$/, 15_000)));
    await using third = startEngine({ engine: "web", project });
    await third.waitForLine(/^\d+ says hello$/, 15_000);
    const output = await runTypeScript(`${withPorts(member!)}\nsetTimeout(() => process.exit(), 500);`);
    expect(output.match(/^peer \d+ is here$/gm)).toHaveLength(4);
  }, 40_000);

  test("a game server's players appear in a game, and move", async () => {
    const [, , , server] = snippets("ts");
    const port = await freePort();
    const program = spawn(
      process.execPath,
      ["--input-type=module", "--eval", server!.replace("9081", `${port}`)],
      { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
    );
    try {
      const main = watcher.replace("PORT", `${port}`);
      await using game = startEngine({
        engine: "web",
        project: { "main.gd": main, "player.tscn": playerScene },
      });
      const [, own, name] = await game.waitForLine(/^(\d+) sees (\d+)$/, 15_000);
      expect(name).toBe(own);
      await game.waitForLine(/^moved$/, 15_000);
    } finally {
      program.kill();
    }
  }, 40_000);

  test("a WebSocketPeer by events and in a game loop", async () => {
    const [, events, gameLoop] = snippets("ts");
    expect(await runTypeScript(withPorts(events!))).toBe("hello\n");
    expect(await runTypeScript(withPorts(gameLoop!))).toContain("Uint8Array(3) [ 1, 2, 3 ]");
  });
});
