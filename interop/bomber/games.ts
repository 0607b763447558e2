/** Games in Godot against the host of the bomber example: what any kind of engine has to see, run by the test files. */

import { describe, expect, test } from "vitest";
import { keyOf, rockCells, startCells } from "../../examples/bomber/arena.ts";
import { BomberHost } from "../../examples/bomber/bomber-host.ts";
import { type Engine, type EngineKind, startEngine } from "../harness/engine.ts";

/** One beside the first place, two above the second. */
export const rocks = 3;

/** How the demo makes its players, now and before. */
export const spawnKinds = ["function", "scene"] as const;

const layout = [
  `--rocks=${rockCells.slice(0, rocks).map(keyOf).join(":")}`,
  `--starts=${startCells.map(keyOf).join(":")}`,
];

/** A client or host of the game. */
export function startBomber(engine: EngineKind, ...args: string[]): Engine {
  return startEngine({ engine, project: "bomber", args: [...layout, ...args] });
}

/** The test begins the match, so that the places are known. */
function startHost(spawn: (typeof spawnKinds)[number]): Promise<BomberHost> {
  return BomberHost.listen(0, {
    ...{ bindAddress: "127.0.0.1", name: "Host", rocks, players: 99, pauseMs: 500 },
    // The old way is found out, the new one said: a slow engine would be tried with both.
    ...(spawn === "function" ? { spawn } : {}),
  });
}

/** Whole matches of two games with our host, one for each of the kinds. */
export function describeBomberGames(engine: EngineKind, kinds: readonly (typeof spawnKinds)[number][]): void {
  describe(`games in Godot (${engine}) and our host`, () => {
    test.each(kinds)("our host, and games whose players are made by a %s", async (spawn) => {
      const host = await startHost(spawn);
      const story: string[] = [];
      host.logged.connect((line) => story.push(line));
      const args = [`--url=ws://127.0.0.1:${host.port}`, `--spawn=${spawn}`];
      try {
        await using ann = startBomber(engine, ...args, "--name=Ann", "--bombs=1");
        await expect.poll(() => story, { timeout: 15_000 }).toContain("Ann is here");
        await using bob = startBomber(engine, ...args, "--name=Bob", "--walk=1,0");
        for (const line of ["REGISTERED Ann", "REGISTERED Host"])
          await bob.waitForLine(new RegExp(`^${line}$`));
        await ann.waitForLine(/^REGISTERED Bob$/);
        host.begin();
        for (const game of [ann, bob]) {
          await game.waitForLine(/^PLAYER Host 72 72$/);
          await game.waitForLine(/^PLAYER Ann 264 216$/);
          await game.waitForLine(/^PLAYER Bob 72 456$/);
          // The demo's clients learn the names twice.
          for (const name of ["Host", "Ann", "Bob"]) await game.waitForLine(new RegExp(`^NAMED ${name}$`));
          await game.waitForLine(/^BOMB of Ann at 264 216$/);
          await game.waitForLine(/^MOVED Bob 3[0-9]{2} 456$/);
          await game.waitForLine(/^HIT Ann by Ann$/);
          for (const rock of [1, 2]) await game.waitForLine(new RegExp(`^ROCK ${rock} by Ann$`));
          await game.waitForLine(/^ROCK 0 by Host$/);
          await game.waitForLine(/^GONE bomb of Ann$/);
          await game.waitForLine(/^WINNER Ann 2$/);
          await game.waitForLine(/^OVER$/);
          expect(game.lines.filter((line) => line.startsWith("BOMB of Ann"))).toHaveLength(1);
          expect(game.lines.filter((line) => line.startsWith("WRONG"))).toEqual([]);
        }
        expect(story).toContain("The winner is Ann");
        // There is a wall to the right of 364.
        expect(Math.max(...xOf("Bob", ann))).toBeLessThanOrEqual(364);
        const reports = await Promise.all([ann.finished, bob.finished]);
        // What Godot says to the new way, where it knows the old one.
        for (const { errors } of reports) expect(errors.length > 0).toBe(spawn === "scene");
      } finally {
        host.close();
      }
    }, 60_000);
  });
}

/** Where somebody was seen. */
function xOf(name: string, engine: Engine): number[] {
  return engine.lines
    .map((line) => new RegExp(`^MOVED ${name} (\\d+) `).exec(line))
    .filter((match) => match !== null)
    .map(([, x]) => Number(x));
}
