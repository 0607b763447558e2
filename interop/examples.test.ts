/** The examples do what examples/README.md says: run as they stand, on a port of their own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { WebSocketClient } from "godot-ws";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startEngine } from "./harness/engine.ts";

const root = new URL("../", import.meta.url);
const examples = new URL("examples/", root);

/** A program of its own, with the packages as they are built. */
class Example {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;

  /** `args` are Node's. */
  constructor(...args: string[]) {
    this.#process = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const output of [this.#process.stdout!, this.#process.stderr!]) {
      createInterface(output).on("line", (line) => this.lines.push(line));
    }
    this.#closed = once(this.#process, "close");
  }

  /** The first line that matches, once it is there. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    const find = (): RegExpExecArray => {
      const match = this.lines.map((line) => pattern.exec(line)).find((match) => match !== null);
      if (match === undefined) throw new Error(`no line matched ${pattern}:\n${this.lines.join("\n")}`);
      return match;
    };
    return vi.waitFor(find, { timeout: 10_000 });
  }

  /** The exit code, once it has ended by itself. */
  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  /** As Ctrl+C does. */
  async interrupt(): Promise<number | null> {
    this.#process.kill("SIGINT");
    return this.exitCode();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#closed;
  }
}

describe("minimal", () => {
  let server: Example;
  let url: string;

  beforeAll(async () => {
    server = new Example("examples/minimal/server.js", "0");
    const [, port] = await server.line(/^Listening on ws:\/\/localhost:(\d+)$/);
    url = `ws://127.0.0.1:${port}`;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** What the server prints of a client from its coming to its going. */
  async function storyOf(id: string): Promise<string[]> {
    await server.line(new RegExp(`^Client ${id} disconnected`));
    return server.lines.filter((line) => line.includes(` ${id}`));
  }

  const storyOfClient = (id: string): string[] => [
    `Client ${id} connected with protocol: `,
    `Got data from client ${id}: Test packet ... echoing`,
    `Client ${id} is closing with code: 1000, reason: That is all`,
    `Client ${id} disconnected, clean: true`,
  ];

  test("client.js and server.js", async () => {
    await using client = new Example("examples/minimal/client.js", url);
    expect(await client.exitCode()).toBe(0);
    const [, id] = await client.line(/^Got data from server: Welcome, client (\d+)$/);
    expect(client.lines).toEqual([
      "Connected with protocol: ",
      `Got data from server: Welcome, client ${id}`,
      "Got data from server: Test packet",
      "Closed, clean: true",
    ]);
    expect(await storyOf(id!)).toEqual(storyOfClient(id!));
  });

  test("client.js without a server", async () => {
    await using client = new Example("examples/minimal/client.js", "ws://127.0.0.1:1");
    expect(await client.exitCode()).toBe(1);
    expect(client.lines).toEqual([expect.stringContaining("ECONNREFUSED")]);
  });

  test("the Godot project and server.js", async () => {
    const folder = new URL("minimal/godot/", examples);
    const files = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);
    const project: Record<string, string> = { "main.gd": "", ...Object.fromEntries(files) };
    await using engine = startEngine({ engine: "web", project, args: [`--url=${url}`] });
    await engine.waitForLine(/^Connected with protocol: $/);
    const [, id] = await engine.waitForLine(/^Got data from server: Welcome, client (\d+)$/);
    await engine.waitForLine(/^Got data from server: Test packet$/);
    await engine.waitForLine(/^Closed with code: 1000, reason: That is all$/);
    expect(await storyOf(id!)).toEqual(storyOfClient(id!));
  }, 40_000);

  test("server.js closes its clients when it is interrupted", async () => {
    await using stopped = new Example("examples/minimal/server.js", "0");
    const [, port] = await stopped.line(/^Listening on .*:(\d+)$/);
    const client = new WebSocketClient();
    await client.connectToUrl(`ws://127.0.0.1:${port}`);
    const asked = client.serverCloseRequest.next();
    const closed = client.connectionClosed.next();
    expect(await stopped.interrupt()).toBe(0);
    expect(await asked).toEqual([1001, ""]);
    expect(await closed).toEqual([true]);
    expect(stopped.lines.at(-1)).toMatch(/^Client \d+ disconnected, clean: true$/);
  });

  test("are listed in examples/README.md with the commands", () => {
    const readme = readFileSync(new URL("README.md", examples), "utf8");
    expect(readme).toContain("node examples/minimal/server.js ");
    expect(readme).toContain("node examples/minimal/client.js ");
    expect(readme).toContain("godot --path examples/minimal/godot ");
  });
});

test("the snippets of docs/classic.md find each other", async () => {
  const document = readFileSync(new URL("docs/classic.md", root), "utf8");
  const snippets = [...document.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!);
  const run = (snippet: string) => new Example("--input-type=module", "--eval", snippet);
  await using server = run(snippets[0]!.replace("9080", "0").concat("console.log(server.port)"));
  const [port] = await server.line(/^\d+$/);
  await using first = run(snippets[1]!.replace("localhost:9080", `127.0.0.1:${port}`));
  await first.line(/^\d+: hello$/);
  await using second = run(snippets[1]!.replace("localhost:9080", `127.0.0.1:${port}`));
  await second.line(/^\d+: hello$/);
  await first.line(/^\d+ has joined$/);
  await second[Symbol.asyncDispose]();
  await first.line(/^\d+ has left$/);
});
