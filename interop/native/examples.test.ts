/** The turn-based example and the chat, with games in native Godot 4 that have the nodes, RPCs and flow of Godot's demos. */

import { WebSocketClient } from "godot-ws";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../../examples/chat/chat-server.ts";
import { TurnClient } from "../../examples/turn-based/turn-client.ts";
import { TurnHost } from "../../examples/turn-based/turn-host.ts";
import { type Engine, nativeEngine, startEngine } from "../harness/engine.ts";
import { exampleProject } from "../harness/example-project.ts";
import { freePort } from "../harness/free-port.ts";

const native = nativeEngine("native");
const why = native.ok ? "" : ` - ${native.reason}`;
const bindAddress = "127.0.0.1";
const turnBased = exampleProject("turn-based");
/** Three players in one engine, each with a multiplayer API of its own: other paths on the wire. */
const combo = { "override.cfg": '[application]\nrun/main_scene="res://combo.tscn"\n' };
const rolls = 2;

const startPlayer = (...args: string[]): Engine =>
  startEngine({ engine: "native", project: turnBased, args: [`--rolls=${rolls}`, ...args] });
const startThree = (...args: string[]): Engine =>
  startEngine({ engine: "native", project: turnBased, files: combo, args: [`--rolls=${rolls}`, ...args] });

/** A player of ours that rolls when it is its turn, once `begin` is called or all of `waitsFor` are there. */
class Robot {
  readonly heard: string[] = [];
  readonly client: TurnClient;
  readonly #leavesAfter: number;
  #rolled = 0;
  #plays = false;
  #isAsking = false;

  constructor(url: string, name: string, { waitsFor = ["nobody"], leavesAfter = Number.POSITIVE_INFINITY }) {
    this.client = new TurnClient(url, name);
    this.#leavesAfter = leavesAfter;
    this.client.logged.connect((line) => this.heard.push(line));
    this.client.changed.connect(() => {
      const names = this.client.players.map((player) => player.name);
      this.#plays ||= waitsFor.every((other) => names.includes(other));
      this.#play();
    });
  }

  begin(): void {
    this.#plays = true;
    this.#play();
  }

  #play(): void {
    const { client } = this;
    if (!client.isMyTurn) this.#isAsking = false;
    if (!this.#plays || !client.isMyTurn || this.#isAsking) return;
    this.#isAsking = true;
    if (this.#rolled++ < this.#leavesAfter) client.roll();
    else client.leave();
  }
}

const isRoll = (line: string): boolean => /: rolls \d+$/.test(line);
const rollsOf = (name: string, lines: readonly string[]): string[] =>
  lines.filter((line) => isRoll(line) && line.startsWith(`${name}: `));
const heardBy = (name: string, engine: Engine): string[] =>
  engine.lines.filter((line) => line.startsWith(`${name}> `)).map((line) => line.slice(name.length + 2));

/** The engine's own complaints; a game has none. */
const complaints = (engine: Engine): string[] => engine.lines.filter((line) => /(ERROR|WARNING):/.test(line));

describe.skipIf(!native.ok)(`turn-based${why}`, () => {
  const names = ["Ann", "Bob", "Cid"];

  test.each([
    ["three games", (url: string) => names.map((name) => startPlayer(`--url=${url}`, `--name=${name}`))],
    ["three players in one window", (url: string) => [startThree(`--url=${url}`)]],
  ])("our host and %s: a whole game", async (_, start) => {
    const host = await TurnHost.listen(0, { bindAddress, thinkingMs: 20 });
    const story: string[] = [];
    host.logged.connect((line) => story.push(line));
    const url = `ws://127.0.0.1:${host.port}`;
    // It holds the first turn until all are there.
    const robot = new Robot(url, "Zoe", {});
    await expect.poll(() => host.players.length, { timeout: 5000 }).toBe(1);
    const cheat = new TurnClient(url, "Eve");
    const engines = start(url);
    const engineOf = (name: string): Engine => engines[names.indexOf(name)] ?? engines[0]!;
    try {
      await expect
        .poll(() => host.players.map(({ name }) => name).sort(), { timeout: 20_000 })
        .toEqual([...names, "Eve", "Zoe"].sort());
      cheat.roll();
      await expect.poll(() => story).toContain("Eve tries to cheat: it is not their turn");
      cheat.leave();
      await expect.poll(() => host.players.length).toBe(names.length + 1);
      robot.begin();
      for (const name of names) await engineOf(name).waitForLine(new RegExp(`^${name}> Left$`), 30_000);
      await expect.poll(() => host.players.map(({ name }) => name)).toEqual(["Zoe"]);
      const lines = story.filter(isRoll);
      for (const name of names) {
        expect(rollsOf(name, story)).toHaveLength(rolls);
        // What it heard until it left is what happened, in the same order.
        const heard = heardBy(name, engineOf(name)).filter(isRoll);
        expect(heard.length).toBeGreaterThan(names.length * rolls);
        expect(heard).toEqual(lines.slice(0, heard.length));
        expect(heardBy(name, engineOf(name))).toContain("Eve tries to cheat: it is not their turn");
      }
      expect(engines.flatMap(complaints)).toEqual([]);
    } finally {
      robot.client.leave();
      cheat.leave();
      host.close();
      await Promise.all(engines.map((engine) => engine.stop()));
    }
  });

  test("our host goes, and the games hear of it", async () => {
    const host = await TurnHost.listen(0, { bindAddress, name: "Host" });
    await using engine = startPlayer(`--url=ws://127.0.0.1:${host.port}`, "--name=Ann");
    await expect
      .poll(() => host.players.map(({ name }) => name), { timeout: 15_000 })
      .toEqual(["Host", "Ann"]);
    host.close();
    await engine.waitForLine(/^Ann> The host is gone$/);
  });

  test.each([
    ["a game", (port: number) => startPlayer(`--host=${port}`, "--name=Ann"), ["Ann"]],
    [
      "one of three players in one window",
      (port: number) => startThree(`--host=${port}`, `--url=ws://127.0.0.1:${port}`),
      ["Ann", "Bob", "Cid"],
    ],
  ])("our clients and %s as the host: a whole game", async (_, start, inEngine) => {
    const port = await freePort();
    await using engine = start(port);
    await engine.waitForLine(/^Ann> Hosting/);
    const ours = ["Xia", "Yun", "Zoe"];
    const all = [...inEngine, ...ours];
    const robots = ours.map(
      (name) => new Robot(`ws://127.0.0.1:${port}`, name, { waitsFor: all, leavesAfter: rolls }),
    );
    const lost = robots.map(({ client }) => client.ended.connect(() => expect.fail("the host is gone")));
    try {
      for (const name of ours) {
        const count = (): number => rollsOf(name, heardBy("Ann", engine)).length;
        await expect.poll(count, { timeout: 20_000 }).toBe(rolls);
      }
      await expect.poll(() => robots.map(({ client }) => client.id), { timeout: 10_000 }).toEqual([0, 0, 0]);
      const story = heardBy("Ann", engine).filter(isRoll);
      for (const { heard } of robots) {
        expect(heard.length).toBeGreaterThan(ours.length);
        // It came in after the first rolls, and left before the last.
        const from = story.indexOf(heard[0]!);
        expect(story.slice(from, from + heard.length)).toEqual(heard);
      }
      expect(complaints(engine)).toEqual([]);
    } finally {
      for (const disconnect of lost) disconnect();
      for (const { client } of robots) client.leave();
    }
  });
});

describe.skipIf(!native.ok)(`chat${why}`, () => {
  test("two games and a client of ours in one room, another one in the next", async () => {
    const chat = await ChatServer.listen(0, { bindAddress });
    const url = `ws://127.0.0.1:${chat.port}`;
    const chatClient = async (room: string): Promise<{ client: WebSocketClient; heard: string[] }> => {
      const client = new WebSocketClient();
      const heard: string[] = [];
      client.dataReceived.connect((packet) => heard.push(packet.text ?? ""));
      await client.connectToUrl(`${url}/${room}/`, { protocols: ["demo-chat"] });
      return { client, heard };
    };
    const start = (...args: string[]): Engine =>
      startEngine({ engine: "native", project: "chat-client", args: [`--url=${url}/test/`, ...args] });
    try {
      const elsewhere = await chatClient("elsewhere");
      await using first = start("--say=grüße 😀", "--until=Says: good bye");
      await first.waitForLine(/^OPEN$/);
      await using second = start("--until=Says: good bye");
      await second.waitForLine(/^OPEN$/);
      const [, newcomer] = await first.waitForLine(/^HEARD \[(\d+)\] connected$/);
      const [, greeter] = await second.waitForLine(/^HEARD \[(\d+)\] Says: grüße 😀$/);
      expect(newcomer).not.toBe(greeter);
      const { client, heard } = await chatClient("test");
      await expect.poll(() => heard).toEqual([`[${greeter}] Says: grüße 😀`]);
      client.getPeer(1).sendText("/name Zoe");
      client.getPeer(1).sendText("good bye");
      await first.waitForLine(/^HEARD \[Zoe\] Says: good bye$/);
      expect((await Promise.all([first.finished, second.finished])).map(({ failed }) => failed)).toEqual([
        0, 0,
      ]);
      await expect
        .poll(() => heard.slice().sort())
        .toEqual(
          [
            `[${greeter}] Says: grüße 😀`,
            `[${greeter}] disconnected`,
            `[${newcomer}] disconnected`,
            "You are now [Zoe]",
          ].sort(),
        );
      expect(elsewhere.heard).toEqual([]);
      chat.announce("that is all");
      await expect.poll(() => elsewhere.heard).toEqual(["Server says: that is all"]);
    } finally {
      await chat.close();
    }
  });
});
