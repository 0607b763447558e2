import { Vector2 } from "godot-ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ActionServer } from "../action-server.ts";
import { ArenaClient } from "../arena-client.ts";
import { stepsPerSecond } from "../game-loop.ts";
import { mostFighters, rules } from "../match.ts";
import { loadMain } from "../nodes.ts";
import { css } from "../page/arena-painter.ts";
import { projectFolder } from "../project-folder.ts";

const here = { bindAddress: "127.0.0.1" };
const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 10_000 });

let server: ActionServer;
const scene = await loadMain(projectFolder);
let clients: ArenaClient[];
let story: string[];

beforeEach(async () => {
  clients = [];
  story = [];
  server = await ActionServer.listen(0, here);
  server.logged.connect((line) => story.push(line));
});
afterEach(async () => {
  for (const client of clients) client.leave();
  await server.close();
});

async function connect(): Promise<ArenaClient> {
  const client = new ArenaClient(`ws://127.0.0.1:${server.port}`, scene);
  clients.push(client);
  await client.connected.next();
  return client;
}

async function join(name: string): Promise<ArenaClient> {
  const client = await connect();
  client.join(name);
  await poll(() => client.player?.title).toBeDefined();
  return client;
}

const titlesOf = (client: ArenaClient): string[] => client.arena.players.map(({ title }) => title).sort();
const fighterOf = ({ id }: ArenaClient) => server.match.fighters.get(id)!;

describe("coming and going", () => {
  test("all see all, who comes late too, and who only watches", async () => {
    const ann = await join("Ann");
    const watcher = await connect();
    const bob = await join("Bob");
    for (const client of [ann, bob, watcher, await connect()]) {
      await poll(() => titlesOf(client)).toEqual(["Ann", "Bob"]);
      const [first] = client.arena.players;
      expect(first).toMatchObject({ health: rules.fullHealth, score: 0 });
      expect(css(first!.color)).toBe(css(fighterOf(ann).color));
    }
    expect(watcher.player).toBeUndefined();
    bob.leave();
    for (const client of [ann, watcher]) await poll(() => titlesOf(client)).toEqual(["Ann"]);
    expect(story).toEqual(["Ann joins", "Bob joins", "Bob leaves"]);
  });

  test("names are one line of what can be seen, and of a bearable length", async () => {
    const titles = [];
    for (const name of ["  A\n\tb\u202e ", "", "x".repeat(100)])
      titles.push((await join(name)).player?.title);
    expect(titles).toEqual(["A b", "Player 2", "x".repeat(16)]);
  });

  test("who joins twice plays once; who comes too late hears of it, and may watch", async () => {
    const ann = await join("Ann");
    ann.join("Eve");
    for (let i = 2; i <= mostFighters; i++) await join(`Player ${i}`);
    const late = await connect();
    const heard: string[] = [];
    late.arena.announced.connect((text) => heard.push(text));
    late.join("Late");
    await poll(() => heard).toEqual(["The arena is full"]);
    await poll(() => titlesOf(late)).toHaveLength(mostFighters);
    expect(titlesOf(late)).not.toContain("Eve");
  });
});

describe("playing", () => {
  test("one moves by its inputs, no faster than the rules say", async () => {
    const [ann, bob] = [await join("Ann"), await join("Bob")];
    // Away from corners, around which one is pushed a little.
    const from = new Vector2(60, 40);
    fighterOf(ann).position = from;
    const steps: number[] = [];
    const seen = bob.arena.player(ann.id)!;
    await poll(() => seen.syncedPosition).toEqual(from);
    let last = from;
    seen.state.synchronized.connect(() => {
      steps.push(seen.syncedPosition.distanceTo(last));
      last = seen.syncedPosition;
    });
    // A fair client sends no such thing.
    Object.assign(ann.player!.inputs, { motion: new Vector2(1e6, 1e6) });
    await poll(() => seen.syncedPosition.distanceTo(from)).toBeGreaterThan(50);
    expect(Math.max(...steps)).toBeLessThan((rules.speed / stepsPerSecond) * 1.01);
  });

  test("nobody moves another one, nor sets its own score", async () => {
    const [ann, bob] = [await join("Ann"), await join("Bob")];
    await poll(() => titlesOf(ann)).toEqual(["Ann", "Bob"]);
    const place = fighterOf(bob).position;
    const bobAtAnn = ann.arena.player(bob.id)!;
    // As a cheater's program would: it takes all for its own.
    for (const synchronizer of [bobAtAnn.inputs, bobAtAnn.state, ann.player!.state]) {
      synchronizer.setMultiplayerAuthority(ann.id);
    }
    Object.assign(bobAtAnn.inputs, { motion: new Vector2(1, 0) });
    Object.assign(ann.player!, { score: 99, health: 1e9 });
    const before = bob.arena.player(bob.id)!.state.stamp;
    await poll(() => bob.player!.state.stamp).toBeGreaterThan(before + 10);
    expect(fighterOf(bob).position).toEqual(place);
    const complaint = `${ann.id}: not allowed, only the authority, 1, may`;
    expect(story.filter((line) => line === complaint)).toHaveLength(1);
    expect(bob.arena.player(ann.id)).toMatchObject({ score: 0, health: rules.fullHealth });
  });

  test("bullets are seen and gone, health and score arrive", async () => {
    const [ann, bob] = [await join("Ann"), await join("Bob")];
    const watcher = await connect();
    await poll(() => titlesOf(watcher)).toEqual(["Ann", "Bob"]);
    let seen = 0;
    let gone = 0;
    watcher.arena.bulletSpawner.spawned.connect(() => seen++);
    watcher.arena.bulletSpawner.despawned.connect(() => gone++);
    fighterOf(ann).position = new Vector2(60, 40);
    fighterOf(bob).position = new Vector2(200, 40);
    Object.assign(ann.player!.inputs, { aim: new Vector2(1, 0), shooting: true });
    const shown = watcher.arena.player(ann.id)!;
    await poll(() => shown.score).toBe(1);
    expect(watcher.arena.player(bob.id)!.health).toBe(0);
    Object.assign(ann.player!.inputs, { shooting: false });
    await poll(() => watcher.arena.bullets).toEqual([]);
    expect(seen).toBeGreaterThanOrEqual(4);
    expect(gone).toBe(seen);
    expect(story).toContain("Ann shoots Bob");
    await poll(() => watcher.arena.player(bob.id)!.health).toBe(rules.fullHealth);
  });
});

test("the page and the project's scenes are on the same port, its scripts are not", async () => {
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);
  expect(await (await get("/")).text()).toContain('id="arena"');
  expect(await (await get("/godot/player.tscn")).text()).toContain("[gd_scene");
  for (const path of ["/godot/player.gd", "/godot/none.tscn", "/godot/../server.ts"]) {
    expect((await get(path)).status).toBe(404);
  }
});

test("a port that is taken", async () => {
  await expect(ActionServer.listen(server.port, here)).rejects.toMatchObject({ code: "EADDRINUSE" });
});
