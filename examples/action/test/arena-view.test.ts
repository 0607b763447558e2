import { type MultiplayerSpawner, SceneTree, Vector2 } from "godot-ws";
import { beforeEach, expect, test } from "vitest";
import { stepsPerSecond } from "../game-loop.ts";
import { Arena, type Bullet, loadMain, type Player } from "../nodes.ts";
import { ArenaView, delayMs } from "../page/arena-view.ts";
import { projectFolder } from "../project-folder.ts";

const stepMs = 1000 / stepsPerSecond;

let arena: Arena;
let view: ArenaView;
let now: number;
let stamp: number;

beforeEach(async () => {
  const scene = await loadMain(projectFolder);
  arena = new SceneTree().root.addChild(scene.instantiate()).getNode("Arena", Arena);
  now = 1000;
  stamp = 0;
  view = new ArenaView(
    arena,
    () => now,
    () => 0.5,
  );
});

/** As if the server had. */
function spawn(spawner: MultiplayerSpawner, fields: object): Player | Bullet {
  const node = Object.assign(spawner.instantiate(0), fields);
  spawner.spawnNode!.addChild(node);
  spawner.spawned.emit(node);
  return node as Player | Bullet;
}

function despawn(spawner: MultiplayerSpawner, node: Player | Bullet): void {
  node.free();
  spawner.despawned.emit(node);
}

function sync(player: Player, x: number, health = 100): void {
  now += stepMs;
  player.syncedPosition = new Vector2(x, 0);
  player.health = health;
  player.state.stamp = ++stamp;
  player.state.synchronized.emit();
}

const addPlayer = (): Player =>
  spawn(arena.playerSpawner, { name: "2", title: "Ann", health: 100 }) as Player;

test("a player moves evenly, a little in the past", () => {
  const player = addPlayer();
  for (let i = 0; i <= 10; i++) sync(player, i * 9);
  const { position, name } = view.players(now)[0]!;
  expect(name).toBe("Ann");
  expect(position.x).toBeCloseTo(90 - (delayMs / stepMs) * 9, 3);
  expect(view.players(now + stepMs / 2)[0]!.position.x).toBeCloseTo(position.x + 4.5, 3);
});

test("who comes back elsewhere does not slide there", () => {
  const player = addPlayer();
  for (const x of [0, 5, 10, 800, 805, 810, 815, 820]) sync(player, x);
  for (let at = now - stepMs; at < now + delayMs; at += 3) {
    const { x } = view.players(at)[0]!.position;
    expect(x <= 10 || x >= 800).toBe(true);
  }
});

test("a hit flashes, and who is shot down is gone in sparks", () => {
  const player = addPlayer();
  for (let i = 0; i < 5; i++) sync(player, 0);
  expect(view.players(now)[0]!.flash).toBe(0);
  for (let i = 0; i < 5; i++) sync(player, 0, 75);
  expect(view.players(now)[0]).toMatchObject({ flash: 1, health: 75 });
  expect(view.players(now + 1000)[0]!.flash).toBe(0);
  for (let i = 0; i < 5; i++) sync(player, 0, 0);
  expect(view.players(now)).toEqual([]);
  expect(view.sparks(now).length).toBeGreaterThan(0);
  expect(view.sparks(now + 1000)).toEqual([]);
});

test("who leaves is not there any more", () => {
  const player = addPlayer();
  sync(player, 0);
  despawn(arena.playerSpawner, player);
  expect(view.players(now)).toEqual([]);
  expect(view.sparks(now).length).toBeGreaterThan(0);
});

test("a bullet is on its way from its beginning to its end, both as late as all else", () => {
  const velocity = new Vector2(720, 0);
  const bullet = spawn(arena.bulletSpawner, {
    name: "Bullet1",
    position: new Vector2(100, 0),
    velocity,
  }) as Bullet;
  expect(view.bullets(now + delayMs - 1)).toEqual([]);
  expect(view.bullets(now + delayMs + 50)[0]!.position.x).toBeCloseTo(136, 6);
  now += 100;
  despawn(arena.bulletSpawner, bullet);
  expect(view.bullets(now + delayMs)[0]!.position.x).toBeCloseTo(172, 6);
  expect(view.bullets(now + delayMs + 1)).toEqual([]);
  expect(view.sparks(now + delayMs + 1)[0]!.position.x).toBeCloseTo(172, 6);
});

test("a bullet does not fly into a wall, however late the word comes that it is gone", () => {
  const [wall] = arena.walls;
  const start = wall!.position.add(new Vector2(-72, 20));
  spawn(arena.bulletSpawner, { name: "Bullet1", position: start, velocity: new Vector2(720, 0) });
  expect(view.bullets(now + delayMs + 99)).toHaveLength(1);
  expect(view.bullets(now + delayMs + 101)).toEqual([]);
});

test("what happens while nobody looks is not kept, as when the page is hidden", () => {
  for (let i = 0; i < 500; i++) {
    const bullet = spawn(arena.bulletSpawner, {
      name: `Bullet${i}`,
      velocity: new Vector2(720, 0),
    }) as Bullet;
    const player = addPlayer();
    now += 100;
    despawn(arena.bulletSpawner, bullet);
    despawn(arena.playerSpawner, player);
  }
  view.bullets(now);
  // Of less than the last second.
  expect(view.sparks(now).length).toBeLessThan(10 * (6 + 16));
});
