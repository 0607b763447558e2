/** The bomber example: its rules, and whole matches of its host with its bots, and with games in the web build of Godot. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SceneTree, Vector2, WebSocketMultiplayerPeer } from "godot-ws";
import { describe, expect, test } from "vitest";
import {
  type Cell,
  cellSize,
  centerOf,
  isWall,
  keyOf,
  reachedFrom,
  rockCells,
  startCells,
} from "../examples/bomber/arena.ts";
import { BomberBot } from "../examples/bomber/bomber-bot.ts";
import { BomberHost } from "../examples/bomber/bomber-host.ts";
import { Brain } from "../examples/bomber/brain.ts";
import { type BombState, type Hero, Match } from "../examples/bomber/match.ts";
import { radius, slide } from "../examples/bomber/movement.ts";
import { addGameState, Inputs } from "../examples/bomber/nodes.ts";
import { describeBomberGames } from "./bomber/games.ts";

const step = 1 / 60;
const at = (x: number, y: number): Vector2 => centerOf({ x, y });

describe("the arena", () => {
  test("every rock and every first place is on the floor, none twice", () => {
    expect(rockCells).toHaveLength(70);
    expect(startCells).toHaveLength(12);
    const all = [...rockCells, ...startCells].map(keyOf);
    expect(new Set(all).size).toBe(all.length);
    for (const cell of [...rockCells, ...startCells]) expect(isWall(cell)).toBe(false);
    expect(centerOf(rockCells[65]!)).toEqual(new Vector2(936, 408));
  });

  test("an explosion reaches two cells, up to a wall", () => {
    const reached = (cell: Cell): string[] => reachedFrom(cell).map(keyOf).sort();
    expect(reached({ x: 1, y: 1 })).toEqual(["1,1", "1,2", "1,3", "2,1", "3,1"]);
    expect(reached({ x: 5, y: 4 })).toEqual(["5,2", "5,3", "5,4", "5,5", "5,6"]);
  });
});

describe("walking", () => {
  const none = { isSolid: () => false, circles: [] };

  test("nothing in the way: all of it", () => {
    expect(slide(at(3, 3), new Vector2(1.5, -1), none)).toEqual(at(3, 3).add(new Vector2(1.5, -1)));
  });

  test("a wall is where it ends, and along it goes on", () => {
    const solid = { isSolid: ({ x }: Cell) => x === 4, circles: [] };
    let place = at(3, 3);
    for (let i = 0; i < 60; i++) place = slide(place, new Vector2(1.5, 1.5), solid);
    expect(place.x).toBeCloseTo(4 * cellSize - radius, 5);
    expect(place.y).toBeCloseTo(at(3, 3).y + 90, 5);
  });

  test("around a corner it slides", () => {
    const solid = { isSolid: (cell: Cell) => keyOf(cell) === "4,3", circles: [] };
    let place = new Vector2(at(3, 3).x, 3 * cellSize - 15);
    for (let i = 0; i < 120; i++) place = slide(place, new Vector2(1.5, 0), solid);
    expect(place.x).toBeGreaterThan(5 * cellSize);
  });

  test("another player is in the way, too", () => {
    const other = at(5, 3);
    let place = at(3, 3);
    for (let i = 0; i < 120; i++) place = slide(place, new Vector2(1.5, 0), { ...none, circles: [other] });
    expect(place.distanceTo(other)).toBeCloseTo(2 * radius, 5);
  });
});

describe("a match", () => {
  class Story {
    readonly match: Match;
    readonly lines: string[] = [];
    time = 0;

    constructor(rocks?: number) {
      this.match = new Match(rocks === undefined ? {} : { rocks });
      const note = (line: string): unknown => this.lines.push(`${this.time.toFixed(1)} ${line}`);
      this.match.bombPlaced.connect((bomb) => note(`bomb of ${bomb.owner}`));
      this.match.bombGone.connect((bomb) => note(`no bomb of ${bomb.owner}`));
      this.match.heroHit.connect((hero, by) => note(`${hero.name} hit by ${by}`));
      this.match.rockHit.connect((rock, by) => note(`rock ${rock.number} hit by ${by}`));
      this.match.rockGone.connect((rock) => note(`no rock ${rock.number}`));
    }

    run(seconds: number, each: () => void = () => {}): void {
      for (let i = 0; i < Math.round(seconds * 60); i++) {
        this.time += step;
        each();
        this.match.step(step);
      }
    }
  }

  const bombAndWait = (story: Story, hero: Hero): void => {
    hero.bombing = true;
    story.run(step);
    hero.bombing = false;
  };

  test("a player walks 90 px a second, also across, and not into rocks", () => {
    const story = new Story();
    const hero = story.match.addHero(1, "Ann", at(1, 1));
    hero.motion = new Vector2(0, 1);
    story.run(1);
    expect(hero.position.y).toBeCloseTo(at(1, 1).y + 90, 5);
    hero.position = at(1, 1);
    hero.motion = new Vector2(1, 0);
    story.run(1);
    expect(hero.position.x).toBeCloseTo(2 * cellSize - radius, 5);
  });

  test("a bomb: explodes, stuns, breaks rocks up to two cells away, and is gone", () => {
    const story = new Story();
    const ann = story.match.addHero(1, "Ann", at(5, 4));
    const bob = story.match.addHero(2, "Bob", at(5, 5));
    bombAndWait(story, ann);
    story.run(4);
    expect(story.lines).toEqual([
      "0.0 bomb of 1",
      "2.8 rock 1 hit by 1",
      "2.8 rock 2 hit by 1",
      "2.8 rock 9 hit by 1",
      "2.8 Ann hit by 1",
      "2.8 Bob hit by 1",
      "3.4 no bomb of 1",
      "3.8 no rock 1",
      "3.8 no rock 2",
      "3.8 no rock 9",
    ]);
    expect([ann.score, bob.score]).toEqual([3, 0]);
    // Behind walls on both sides.
    expect(story.match.rocks.map(({ number }) => number)).toEqual(expect.arrayContaining([14, 39]));
  });

  test("one who is stunned neither walks nor drops bombs, for a second", () => {
    const story = new Story();
    const ann = story.match.addHero(1, "Ann", at(5, 4));
    bombAndWait(story, ann);
    story.run(2.8);
    expect(ann.stunnedFor).toBeGreaterThan(0.9);
    const before = ann.position;
    ann.motion = new Vector2(0, 1);
    ann.bombing = true;
    story.run(0.9);
    expect(ann.position).toEqual(before);
    expect(story.match.bombs).toEqual([]);
    story.run(0.2);
    expect(ann.position.y).toBeGreaterThan(before.y);
    expect(story.match.bombs).toHaveLength(1);
  });

  test("half a second from bomb to bomb", () => {
    const story = new Story();
    story.match.addHero(1, "Ann", at(1, 9)).bombing = true;
    story.run(1.9);
    expect(story.lines).toHaveLength(4);
  });

  test("a rock that is going to pieces is still in the way, and counts again", () => {
    const story = new Story(1);
    const bombs: BombState[] = [];
    story.match.bombPlaced.connect((bomb) => bombs.push(bomb));
    const ann = story.match.addHero(1, "Ann", at(1, 1));
    ann.bombing = true;
    story.run(0.6);
    ann.bombing = false;
    expect(bombs).toHaveLength(2);
    story.run(2.9);
    expect(ann.score).toBe(2);
    expect(story.match.isSolid(rockCells[0]!)).toBe(true);
    story.run(0.5);
    expect(story.match.isSolid(rockCells[0]!)).toBe(false);
    expect(story.match.isOver).toBe(true);
  });

  test("most rocks win, the first of equals; without rocks nobody does", () => {
    const match = new Match();
    expect(match.winner).toBeUndefined();
    const [ann, bob, cid] = ["Ann", "Bob", "Cid"].map((name, i) => match.addHero(i + 1, name, at(1, 1)));
    expect(match.winner).toBeUndefined();
    Object.assign(bob!, { score: 2 });
    Object.assign(cid!, { score: 2 });
    expect(match.winner).toBe(bob);
    Object.assign(ann!, { score: 3 });
    expect(match.winner).toBe(ann);
  });

  test("what a client says it presses is no more than can be pressed", () => {
    const inputs = new Inputs("Inputs");
    inputs.motion = new Vector2(1000, Number.NEGATIVE_INFINITY);
    expect(inputs.motion).toEqual(new Vector2(1, -1));
    inputs.motion = new Vector2(Number.NaN, 0.5);
    expect(inputs.motion).toEqual(new Vector2(0, 0.5));
  });

  test("those who play by themselves clear the arena", () => {
    const story = new Story();
    const { match } = story;
    let seed = 1;
    const random = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const brains = new Map<Hero, Brain>();
    for (const [i, cell] of startCells.slice(0, 4).entries()) {
      brains.set(match.addHero(i + 1, `P${i + 1}`, centerOf(cell)), new Brain(random));
    }
    let count = 0;
    story.run(180, () => {
      if (match.isOver || count++ % 4 > 0) return;
      const rocks = match.rocks.map(({ cell }) => cell);
      const bombs = match.bombs.map(({ position }) => position);
      for (const [hero, brain] of brains) {
        Object.assign(hero, brain.decide({ position: hero.position, rocks, bombs }, 4 * step));
      }
    });
    expect(match.rocks).toEqual([]);
    expect([...match.heroes.values()].reduce((sum, { score }) => sum + score, 0)).toBeGreaterThanOrEqual(70);
  });
});

describe("our host and our bots", () => {
  const bindAddress = "127.0.0.1";
  const rocks = 3;

  test("a whole match, and the next one", async () => {
    const host = await BomberHost.listen(0, { bindAddress, name: "Host", rocks, players: 2, pauseMs: 200 });
    const story: string[] = [];
    host.logged.connect((line) => story.push(line));
    const url = `ws://127.0.0.1:${host.port}`;
    const play = async (): Promise<void> => {
      const bots = ["Ann", "Bob"].map((name) => new BomberBot(url, name, { rocks }));
      const ends = Promise.all(bots.map((bot) => bot.ended.next()));
      await expect.poll(() => host.match?.isOver, { timeout: 15_000 }).toBe(true);
      const scores = new Map([...host.match!.heroes.values()].map(({ id, score }) => [id, score]));
      for (const bot of bots) {
        expect(bot.players).toHaveLength(3);
        await expect
          .poll(() => [1, ...bots.map(({ id }) => id)].map((id) => bot.scores.get(id) ?? 0))
          .toEqual([1, ...bots.map(({ id }) => id)].map((id) => scores.get(id)));
        await expect.poll(() => bot.rocksLeft).toBe(0);
      }
      expect(await ends).toEqual([[true], [true]]);
    };
    try {
      await play();
      await expect.poll(() => story.at(-1)).toBe("Waiting for players");
      expect(story.filter((line) => line.startsWith("The winner is"))).toHaveLength(1);
      await play();
    } finally {
      host.close();
    }
  }, 40_000);

  test("a match begins by itself some time after the last one has joined", async () => {
    const host = await BomberHost.listen(0, { bindAddress, rocks, countdownMs: 100 });
    const bot = new BomberBot(`ws://127.0.0.1:${host.port}`, "Ann", { rocks });
    try {
      await expect.poll(() => bot.player?.label.text, { timeout: 5000 }).toBe("Ann");
      expect(bot.players).toEqual([bot.id]);
      expect(bot.player?.syncedPosition).toEqual(centerOf(startCells[0]!));
    } finally {
      bot.leave();
      host.close();
    }
  });

  test("one that says nothing of its player, and leaves, keeps the others waiting no longer", async () => {
    const host = await BomberHost.listen(0, { bindAddress, rocks, players: 99 });
    const url = `ws://127.0.0.1:${host.port}`;
    const tree = new SceneTree();
    const mute = addGameState(tree);
    tree.multiplayer.peerConnected.connect((id) => mute.rpcId(id).registerPlayer("Mute"));
    const peer = WebSocketMultiplayerPeer.createClient(url);
    tree.multiplayer.multiplayerPeer = peer;
    let bot: BomberBot | undefined;
    try {
      await expect.poll(() => [...host.joined.values()]).toEqual(["Mute"]);
      bot = new BomberBot(url, "Ann", { rocks });
      await expect.poll(() => host.joined.size).toBe(2);
      host.begin();
      peer.close();
      await expect.poll(() => bot?.player?.label.text, { timeout: 10_000 }).toBe("Ann");
      expect(bot.players).toEqual([bot.id]);
      expect([...host.match!.heroes.keys()]).toEqual([bot.id]);
    } finally {
      bot?.leave();
      peer.close();
      host.close();
    }
  });

  test("as programs", async () => {
    const start = (program: string, ...args: string[]): { child: ChildProcess; lines: string[] } => {
      const file = new URL(`../examples/bomber/dist/${program}.js`, import.meta.url).pathname;
      const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
      const lines: string[] = [];
      createInterface(child.stdout!).on("line", (line) => lines.push(line));
      return { child, lines };
    };
    const soon = { timeout: 10_000 };
    const host = start("host", "--port=0", "--players=5", "--name=Hugo");
    const url = (): string => /ws:\S+/.exec(host.lines[0] ?? "")?.[0] ?? "";
    await expect.poll(url, soon).toMatch(/^ws:\/\/localhost:\d+$/);
    const bot = start("bot", `--url=${url()}`, "--name=Ann");
    try {
      await expect.poll(() => host.lines, soon).toContain("Ann is here");
      // Not so many have joined, but somebody presses Enter.
      host.child.stdin!.write("\n");
      await expect.poll(() => host.lines, soon).toContain("A match of Hugo, Ann");
      await expect.poll(() => bot.lines, soon).toContain("My bomb is at (264.0, 216.0)");
      host.child.kill("SIGINT");
      expect(await once(bot.child, "close")).toEqual([0, null]);
      expect(bot.lines.at(-1)).toBe("The host is gone");
    } finally {
      for (const { child } of [host, bot]) child.kill("SIGKILL");
    }
  }, 40_000);
});

describeBomberGames("web", ["function"]);
