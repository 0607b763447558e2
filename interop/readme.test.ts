/** The snippets of README.md do what it says: run as they stand, but for the port. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { EchoServer, RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "./harness/engine.ts";

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

  test("a WebSocketPeer by events and in a game loop", async () => {
    const [, events, gameLoop] = snippets("ts");
    expect(await runTypeScript(withPorts(events!))).toBe("hello\n");
    expect(await runTypeScript(withPorts(gameLoop!))).toContain("Uint8Array(3) [ 1, 2, 3 ]");
  });
});
