// The program as people start it: `bin/godot-ws.js` in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { WebSocketPeer } from "godot-ws";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../src/cli.ts";
import { EchoServer } from "../src/echo-server.ts";
import { version } from "../src/version.ts";
import { Game, host, until, WireGame } from "./games.ts";

const program = fileURLToPath(new URL("../bin/godot-ws.js", import.meta.url));
const build = fileURLToPath(new URL("../../../scripts/build.mjs", import.meta.url));

class Program {
  readonly process: ChildProcess;
  output = "";
  errors = "";
  exit: number | string | undefined;

  constructor(file: string, args: readonly string[]) {
    this.process = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.process.stdout!.on("data", (chunk) => {
      this.output += chunk;
    });
    this.process.stderr!.on("data", (chunk) => {
      this.errors += chunk;
    });
    this.process.on("close", (code, signal) => {
      this.exit = code ?? signal ?? "";
    });
  }

  async exited(): Promise<number | string> {
    await until(() => this.exit !== undefined);
    return this.exit!;
  }

  /** The port in the first address it prints. */
  async port(): Promise<number> {
    const address = /(?:http|ws):\/\/[^:/]+:(\d+)\//;
    await until(() => address.test(this.output) || this.exit !== undefined);
    const found = address.exec(this.output);
    if (found === null) throw new Error(`no address in ${JSON.stringify([this.output, this.errors])}`);
    return Number(found[1]);
  }
}

const running: Program[] = [];

function run(...args: string[]): Program {
  const started = new Program(program, args);
  running.push(started);
  return started;
}

/** What is not yet built, all tests here would build at once. */
beforeAll(async () => {
  const building = new Program(build, []);
  expect(await building.exited(), building.output + building.errors).toBe(0);
});

afterEach(async () => {
  for (const { process: child, exit } of running) if (exit === undefined) child.kill("SIGKILL");
  for (const started of running.splice(0)) await started.exited();
});

/** Runs the program within this process. */
async function runHere(...args: string[]): Promise<{ exit: number; output: string; errors: string }> {
  const [output, errors]: [string[], string[]] = [[], []];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void output.push(`${text}\n`));
  const error = vi
    .spyOn(console, "error")
    .mockImplementation((text: string) => void errors.push(`${text}\n`));
  try {
    return { exit: await main(args), output: output.join(""), errors: errors.join("") };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

describe("godot-ws", () => {
  test.each([
    [["--help"], /Usage: godot-ws \[command\] \[options\].*serve.*echo/s],
    [["help"], /Usage: godot-ws \[command\] \[options\]/],
    [["-h"], /Usage: godot-ws \[command\] \[options\]/],
    [["help", "echo"], /Usage: godot-ws echo.*--connect URL/s],
    [["serve", "-h"], /Usage: godot-ws serve.*--port N/s],
    [["serve", "--help"], /Usage: godot-ws serve.*--port N/s],
    [["echo", "--help"], /Usage: godot-ws echo.*--connect URL/s],
    [["--version"], new RegExp(`^${version.replaceAll(".", "\\.")}\n$`)],
  ])("%j explains, and ends well", async (args, text) => {
    const { exit, output, errors } = await runHere(...args);
    expect([exit, errors]).toEqual([0, ""]);
    expect(output).toMatch(text);
  });

  test.each([
    [["--port", "many"], /--port is a number from 0 to 65535, not "many"/],
    [["--port", "65536"], /--port is a number from 0 to 65535/],
    [["--port", "-1"], /--port/],
    [["serve", "--nonsense"], /--nonsense/],
    [["serve", "stray"], /stray/],
    [["serve", "--log", "xml"], /--log is text or json, not "xml"/],
    [["echo", "--port", "1", "--connect", "ws://x"], /--port and --connect do not go together/],
    [["echo", "--host", "a", "--connect", "ws://x"], /--host and --connect do not go together/],
    [["echo", "--protocol", "a"], /--protocol needs --connect/],
    [["echo", "--connect", "http://example.com"], /http:\/\/example\.com/],
    [["echo", "--connect", "ws://example.com", "--protocol", "a b"], /a b/],
  ])("%j is a mistake: one line, exit code 2", async (args, text) => {
    const { exit, output, errors } = await runHere(...args);
    expect([exit, output]).toEqual([2, ""]);
    expect(errors).toMatch(text);
    expect(errors).toMatch(/^godot-ws: [^\n]+\n$/);
  });

  test("an unknown command is a mistake too, and the commands are shown", async () => {
    const { exit, errors } = await runHere("sreve");
    expect(exit).toBe(2);
    expect(errors).toMatch(/^godot-ws: there is no command sreve\n.*serve/s);
  });

  test("as a process, ends with these codes", async () => {
    const [helped, mistaken] = [run("--help"), run("serve", "--port", "many")];
    expect([await helped.exited(), await mistaken.exited()]).toEqual([0, 2]);
    expect(helped.output).toMatch(/^Usage: godot-ws/);
    expect([mistaken.output, mistaken.errors.split("\n").length]).toEqual(["", 2]);
  });
});

describe("godot-ws serve", () => {
  test.each([
    ["serve"],
    [],
  ])("prints its address, serves, and on SIGTERM says good-bye to everybody (%s)", async (...command) => {
    const server = run(...(command as string[]), "--port", "0", "--host", host);
    const port = await server.port();
    expect(server.output).toContain(`http://${host}:${port}/`);
    const url = `ws://${host}:${port}/rooms/blue`;
    await using game = new Game(url);
    const wire = new WireGame(url);
    await until(() => game.multiplayer.peers.length === 2 && wire.messages.length > 0);
    expect((await fetch(`http://${host}:${port}/`)).status).toBe(200);
    server.process.kill("SIGTERM");
    expect([await server.exited(), server.errors]).toEqual([0, ""]);
    await until(() => wire.closed !== undefined && game.log.includes("server disconnected"));
    expect(wire.closed).toEqual([1001, ""]);
    expect(server.output).toMatch(/SIGTERM: closing 1 room\n[\s\S]*stopped/);
  });

  test("stops on Ctrl+C as well", async () => {
    const server = run("serve", "--port", "0", "--host", host);
    await server.port();
    server.process.kill("SIGINT");
    expect(await server.exited()).toBe(0);
  });

  test("can log one JSON object a line", async () => {
    const server = run("serve", "--port", "0", "--host", host, "--log", "json");
    await using _game = new Game(`ws://${host}:${await server.port()}/rooms/blue`);
    await until(() => server.output.includes("joined"));
    const lines = server.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ level: 30, room: "blue", peer: expect.any(Number), from: host });
  });

  test("says so when the port is in use", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, host, resolve));
    const { port } = taken.address() as { port: number };
    for (const command of ["serve", "echo"]) {
      const server = run(command, "--port", String(port), "--host", host);
      expect(await server.exited()).toBe(1);
      expect(server.errors).toBe(
        `godot-ws: the port ${port} is in use already: choose another with --port\n`,
      );
    }
    taken.close();
  });

  test("says so when there is no such address", async () => {
    const server = run("serve", "--port", "0", "--host", "192.0.2.1");
    expect(await server.exited()).toBe(1);
    expect(server.errors).toMatch(/^godot-ws: [^\n]*192\.0\.2\.1[^\n]*\n$/);
  });
});

describe("godot-ws echo", () => {
  test("is a server, until SIGTERM", async () => {
    const server = run("echo", "--port", "0", "--host", host);
    const peer = new WebSocketPeer();
    await peer.connectToUrl(`ws://${host}:${await server.port()}/`);
    peer.sendText("hello");
    const [packet] = await peer.packetReceived.next();
    expect(packet.text).toBe("hello");
    const closed = peer.closed.next();
    server.process.kill("SIGTERM");
    expect([await closed, await server.exited()]).toEqual([[1001, ""], 0]);
  });

  test("is a client, until the server closes", async () => {
    const peers: WebSocketPeer[] = [];
    const server = createServer((socket) => {
      const peer = new WebSocketPeer({ supportedProtocols: ["b"] });
      peers.push(peer);
      peer.opened.connect(() => {
        peer.sendText("hello");
        peer.send(Uint8Array.of(1, 2));
      });
      peer.acceptStream(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as { port: number };
    const client = run("echo", "--connect", `ws://${host}:${port}/x`, "--protocol", "a", "--protocol", "b");
    await until(() => peers[0]?.availablePacketCount === 2);
    expect([peers[0]!.nextPacket()?.text, peers[0]!.nextPacket()?.bytes]).toEqual([
      "hello",
      Uint8Array.of(1, 2),
    ]);
    expect(peers[0]!.selectedProtocol).toBe("b");
    peers[0]!.close(4000, "enough");
    expect([await client.exited(), client.errors]).toEqual([0, ""]);
    expect(client.output).toMatch(/connected to ws:[^\n]*\/x\n[\s\S]*closed with 4000: enough\n/);
    server.close();
  });

  test("as a client ends its connection properly on SIGTERM", async () => {
    await using server = await EchoServer.listen(0, host);
    const client = run("echo", "--connect", `ws://${host}:${server.port}/`);
    await until(() => client.output.includes("connected to"));
    client.process.kill("SIGTERM");
    expect(await client.exited()).toBe(0);
    expect(client.output).toMatch(/closed with 1001/);
  });

  test("as a client gives its attempt up on SIGTERM", async () => {
    let isCalled = false;
    const silent = createServer(() => {
      isCalled = true;
    });
    await new Promise<void>((resolve) => silent.listen(0, host, resolve));
    const { port } = silent.address() as { port: number };
    const client = run("echo", "--connect", `ws://${host}:${port}/`);
    await until(() => isCalled);
    client.process.kill("SIGTERM");
    expect([await client.exited(), client.output, client.errors]).toEqual([0, "", ""]);
    silent.close();
  });

  test("says so when nobody answers", async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, host, resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const client = run("echo", "--connect", `ws://${host}:${port}/`);
    expect(await client.exited()).toBe(1);
    expect(client.errors).toMatch(/^godot-ws: cannot connect to [^\n]*ECONNREFUSED[^\n]*\n$/);
  });
});
