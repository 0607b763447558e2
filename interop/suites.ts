/** Real engines against our programs: what every kind of engine has to find in order, run by the test files. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Vector2, WebSocketPeer } from "godot-ws";
import { EchoServer, RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ActionServer } from "../examples/action/action-server.ts";
import { ArenaClient } from "../examples/action/arena-client.ts";
import { rules } from "../examples/action/match.ts";
import { loadMain } from "../examples/action/nodes.ts";
import { projectFolder } from "../examples/action/project-folder.ts";
import { type Engine, type EngineKind, startEngine } from "./harness/engine.ts";
import { exampleProject } from "./harness/example-project.ts";

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

/** Two games that play the action example by themselves, one that comes late, and a client of ours that watches. */
export function describeArena(engine: EngineKind): void {
  describe(`the arena, with games in Godot (${engine})`, () => {
    let server: ActionServer;
    let url: string;
    beforeAll(async () => {
      server = await ActionServer.listen(0, { bindAddress: "127.0.0.1" });
      url = `ws://127.0.0.1:${server.port}`;
    });
    afterAll(() => server.close());

    const project = exampleProject("action");
    const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 10_000 });
    const start = (...args: string[]): Engine =>
      startEngine({ engine, project, args: [`--url=${url}`, ...args], timeoutMs: 80_000 });
    const complaints = (engine: Engine): string[] =>
      engine.lines.filter((line) => /(ERROR|WARNING):/.test(line));
    /** What the server has announced, as a game or the server itself heard it. */
    const announced = (name: string, lines: readonly string[]): string[] =>
      lines
        .map((line) => /^(\w*)> (\w+ (?:joins|leaves|shoots \w+))$/.exec(line))
        .flatMap((match) => (match?.[1] === name ? [match[2]!] : []));

    test("all see the same: who comes, moves, is hit, scores, comes back and leaves", async () => {
      const story: string[] = [];
      server.logged.connect((line) => story.push(line));
      const watcher = new ArenaClient(url, await loadMain(projectFolder));
      await watcher.connected.next();
      const seen: string[] = [];
      watcher.arena.announced.connect((text) => seen.push(text));
      let bullets = 0;
      watcher.arena.bulletSpawner.spawned.connect(() => bullets++);
      const titles = (): string[] => watcher.arena.players.map(({ title }) => title).sort();
      const scoresOf = (all: { name: string; score: number }[]): string =>
        all
          .map(({ name, score }) => `${name} ${score}`)
          .sort()
          .join();
      const isSame = (): boolean => {
        const shown = watcher.arena.players.map(({ title, score }) => ({ name: title, score }));
        return scoresOf(shown) === scoresOf([...server.match.fighters.values()]);
      };

      await using ann = start("--bot", "--name=Ann");
      await using bob = start("--bot", "--name=Bob");
      for (const game of [ann, bob]) {
        for (const name of ["Ann", "Bob"]) {
          await game.waitForLine(new RegExp(`> ${name} is at .*, health 100, score 0$`), 30_000);
          await game.waitForLine(new RegExp(`> ${name} moves$`));
        }
      }
      await poll(titles).toEqual(["Ann", "Bob"]);
      // Face to face, or they might look for each other for long.
      for (const [i, fighter] of [...server.match.fighters.values()].entries()) {
        fighter.position = new Vector2(100 + 150 * i, 60);
      }
      const [, winner, loser] = await ann.waitForLine(/> (\w+) shoots (\w+)$/, 50_000);
      for (const game of [ann, bob]) {
        await game.waitForLine(new RegExp(`> ${loser} has ${rules.fullHealth - rules.damage}$`));
        await game.waitForLine(new RegExp(`> ${loser} has 0$`));
        await game.waitForLine(new RegExp(`> ${winner} scores 1$`));
      }
      expect(bullets).toBeGreaterThan(3);

      // Without a name it only watches.
      await using late = start();
      const [, annsScore] = await late.waitForLine(/^> Ann is at .*, score (\d+)$/, 30_000);
      const [, bobsScore] = await late.waitForLine(/^> Bob is at .*, score (\d+)$/);
      expect(Number(annsScore) + Number(bobsScore)).toBeGreaterThan(0);
      await late.waitForLine(/^> (Ann|Bob) has \d+$/);
      await poll(isSame).toBe(true);

      await bob.stop();
      for (const game of [ann, late]) await game.waitForLine(/> Bob is gone$/);
      await poll(titles).toEqual(["Ann"]);
      await ann.waitForLine(/> Bob leaves$/);
      await late.waitForLine(/> Bob leaves$/);
      expect(story.filter((line) => !/^\w+ (joins|leaves|shoots \w+)$/.test(line))).toEqual([]);
      await poll(() => seen).toEqual(story);
      // From when it was connected on.
      for (const [name, game] of [
        ["Ann", ann],
        ["", late],
      ] as const) {
        const heard = announced(name, game.lines);
        expect(heard).toEqual(story.slice(-heard.length));
      }
      expect(announced("Ann", ann.lines)).toContain("Ann joins");
      expect([ann, bob, late].flatMap(complaints)).toEqual([]);
      watcher.leave();
    }, 120_000);

    test("the server goes and comes back, and the game joins anew", async () => {
      const first = await ActionServer.listen(0, { bindAddress: "127.0.0.1" });
      const { port } = first;
      const args = [`--url=ws://127.0.0.1:${port}`, "--bot", "--name=Ann"];
      await using ann = startEngine({ engine, project, args });
      await ann.waitForLine(/^Ann> Ann moves$/);
      await first.close();
      await ann.waitForLine(/^Ann> The server is gone$/);
      await ann.waitForLine(/^Ann> Ann is gone$/);
      const second = await ActionServer.listen(port, { bindAddress: "127.0.0.1" });
      await poll(() => ann.lines.filter((line) => line === "Ann> Ann moves").length).toBe(2);
      expect(complaints(ann)).toEqual([]);
      await second.close();
    }, 40_000);
  });
}
