/** The examples do what examples/README.md says: run as they stand, on a port of their own. */

import { readFileSync } from "node:fs";
import { WebSocketClient } from "godot-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "./harness/engine.ts";
import { Example } from "./harness/example.ts";
import { exampleProject } from "./harness/example-project.ts";

const root = new URL("../", import.meta.url);
const examples = new URL("examples/", root);

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
    const project = { "main.gd": "", ...exampleProject("minimal") };
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

describe("turn-based", () => {
  test("host and two clients as programs: a whole game", async () => {
    await using host = new Example(
      "examples/turn-based/dist/host.js",
      "--port=0",
      "--thinking=10",
      "--name=Hal",
    );
    const [, port] = await host.line(/^Hosting on ws:\/\/localhost:(\d+)$/);
    const play = (name: string, ...more: string[]) =>
      new Example(
        "examples/turn-based/dist/client.js",
        `--url=ws://127.0.0.1:${port}`,
        `--name=${name}`,
        ...more,
      );
    await using watcher = play("Ann", "--rolls=50");
    await watcher.line(/Ann/);
    await using client = play("Bob", "--rolls=2");
    expect(await client.exitCode()).toBe(0);
    expect(client.lines.filter((line) => /^Bob: rolls \d+$/.test(line))).toHaveLength(2);
    expect(client.lines.some((line) => /^Hal: rolls \d+$/.test(line))).toBe(true);
    await host.line(/^Bob is gone$/);
    expect(await host.interrupt()).toBe(0);
    expect(await watcher.exitCode()).toBe(0);
    expect(watcher.lines.at(-1)).toBe("The host is gone");
  });

  test("a client without a host", async () => {
    await using client = new Example("examples/turn-based/dist/client.js", "--url=ws://127.0.0.1:1");
    expect(await client.exitCode()).toBe(1);
    expect(client.lines).toEqual(["There is no host at ws://127.0.0.1:1"]);
  });

  test("the Godot project plays in a web engine", async () => {
    await using host = new Example("examples/turn-based/dist/host.js", "--port=0", "--thinking=10");
    const [, port] = await host.line(/^Hosting on .*:(\d+)$/);
    const args = [`--url=ws://127.0.0.1:${port}`, "--name=Ann", "--rolls=2"];
    await using engine = startEngine({ engine: "web", project: exampleProject("turn-based"), args });
    await engine.waitForLine(/^Ann> Left$/, 25_000);
    expect(host.lines.filter((line) => /^Ann: rolls \d+$/.test(line))).toHaveLength(2);
  }, 40_000);
});

describe("chat", () => {
  let server: Example;
  let url: string;

  beforeAll(async () => {
    server = new Example("examples/chat/dist/server.js", "--port=0");
    const [, port] = await server.line(/^Listening on ws:\/\/localhost:(\d+)\/ROOM\/$/);
    url = `ws://127.0.0.1:${port}`;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** A client, and what it has heard. */
  async function enter(room: string): Promise<{ heard: string[]; say(text: string): void; leave(): void }> {
    const client = new WebSocketClient();
    const heard: string[] = [];
    client.dataReceived.connect((packet) => heard.push(packet.text ?? ""));
    await client.connectToUrl(`${url}/${room}`, { protocols: ["demo-chat"] });
    const say = (text: string) => client.getPeer(1).sendText(text);
    return { heard, say, leave: () => client.disconnectFromHost() };
  }

  test("client.js leaves at the end of its input", async () => {
    await using client = new Example("examples/chat/dist/client.js", `${url}/test/`);
    expect(await client.exitCode()).toBe(0);
    expect(client.lines).toEqual([`Connected to ${url}/test/`, "Closed"]);
  });

  test("rooms, names and commands", async () => {
    const ann = await enter("red/");
    const bob = await enter("red/");
    const cid = await enter("blue");
    await expect.poll(() => ann.heard).toEqual([expect.stringMatching(/^\[\d+\] connected$/)]);
    ann.say("/name Ann");
    await expect.poll(() => bob.heard).toEqual([expect.stringMatching(/^\[\d+\] is now \[Ann\]$/)]);
    for (const name of ["Ann", "two words", "[Ann]"]) bob.say(`/name ${name}`);
    const wrong = "A name is one word, of up to 32 letters";
    await expect.poll(() => bob.heard.slice(1)).toEqual(["Ann is taken", wrong, wrong]);
    cid.say("/name Cid");
    cid.say("/join red");
    cid.say("/who");
    await expect.poll(() => cid.heard.length).toBe(3);
    expect(cid.heard[1]).toBe("You are in red, with 2 more");
    expect(cid.heard[2]).toMatch(/^Here are: Ann, \S+, Cid$/);
    cid.say("hello");
    await expect.poll(() => ann.heard.slice(-2)).toEqual(["[Cid] connected", "[Cid] Says: hello"]);
    cid.say("/rooms");
    cid.say("/nonsense");
    await expect
      .poll(() => cid.heard.slice(3))
      .toEqual(["Rooms: red", "/name NAME, /join ROOM, /who, /rooms"]);
    for (const member of [ann, bob, cid]) member.leave();
    await server.line(/^red: \[Cid\] disconnected$/);
  });

  test("refuses what is no room, and clients of another kind", async () => {
    const client = new WebSocketClient();
    const refused = expect.objectContaining({ status: 404 });
    await expect(client.connectToUrl(`${url}/a/b/`, { protocols: ["demo-chat"] })).rejects.toEqual(refused);
    await expect(client.connectToUrl(`${url}/test/`)).rejects.toEqual(
      expect.objectContaining({ status: 400 }),
    );
  });

  test("says good-bye when it is interrupted", async () => {
    await using stopped = new Example("examples/chat/dist/server.js", "--port=0");
    const [, port] = await stopped.line(/^Listening on .*:(\d+)\/ROOM\/$/);
    const client = new WebSocketClient();
    await client.connectToUrl(`ws://127.0.0.1:${port}/test/`, { protocols: ["demo-chat"] });
    const closed = client.connectionClosed.next();
    expect(await stopped.interrupt()).toBe(0);
    expect(await closed).toEqual([true]);
  });
});

describe("action", () => {
  test("server.js, and bots.js until the server goes", async () => {
    await using server = new Example("examples/action/dist/server.js", "--port=0");
    const [, port] = await server.line(/^Listening on ws:\/\/localhost:(\d+), /);
    await using bots = new Example(
      "examples/action/dist/bots.js",
      `--url=ws://127.0.0.1:${port}`,
      "--count=2",
    );
    for (const name of ["Ada", "Alan"]) await server.line(new RegExp(`^${name} joins$`));
    expect(await server.interrupt()).toBe(0);
    expect(await bots.exitCode()).toBe(0);
    expect(bots.lines.sort()).toEqual(
      ["Ada", "Alan"].map((name) => `${name}: there is no server at ws://127.0.0.1:${port}`),
    );
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
