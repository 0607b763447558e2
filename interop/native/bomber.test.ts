/** The bomber example, with games in native Godot 4 that have the nodes, RPCs and flow of Godot's demo. */

import { describe, expect, test } from "vitest";
import { BomberBot } from "../../examples/bomber/bomber-bot.ts";
import { BomberHost } from "../../examples/bomber/bomber-host.ts";
import { describeBomberGames, rocks, spawnKinds, startBomber } from "../bomber/games.ts";
import { type Engine, nativeEngine } from "../harness/engine.ts";
import { freePort } from "../harness/free-port.ts";

const native = nativeEngine("native");
const why = native.ok ? "" : ` - ${native.reason}`;
const bindAddress = "127.0.0.1";

const startGame = (...args: string[]): Engine => startBomber("native", ...args);

describe.skipIf(!native.ok)(`bomber${why}`, () => {
  describeBomberGames("native", spawnKinds);

  test("who comes in the middle of a match is refused, who leaves is taken away, and the lobby opens again", async () => {
    const host = await BomberHost.listen(0, { bindAddress, rocks, players: 99, spawn: "function" });
    const story: string[] = [];
    host.logged.connect((line) => story.push(line));
    const url = `--url=ws://127.0.0.1:${host.port}`;
    try {
      await using ann = startGame(url, "--name=Ann");
      await expect.poll(() => story, { timeout: 15_000 }).toContain("Ann is here");
      const robot = new BomberBot(`ws://127.0.0.1:${host.port}`, "Robo", { rocks });
      await ann.waitForLine(/^REGISTERED Robo$/);
      host.begin();
      await ann.waitForLine(/^PLAYER Robo 264 216$/);
      await using late = startGame(url, "--name=Late");
      await late.waitForLine(/^REFUSED$/);
      robot.leave();
      await expect.poll(() => story).toContain("Robo is gone");
      expect([...(host.match?.heroes.values() ?? [])].map(({ name }) => name)).toEqual(["Ann"]);
      await ann.stop();
      await expect.poll(() => story).toContain("Waiting for players");
      await using again = startGame(url, "--name=Again");
      await expect.poll(() => story, { timeout: 15_000 }).toContain("Again is here");
      host.begin();
      await again.waitForLine(/^PLAYER Again 72 72$/);
    } finally {
      host.close();
    }
  });

  test.each(spawnKinds)("our bot in a match that a game hosts, with players made by a %s", async (spawn) => {
    const port = await freePort();
    await using host = startGame(`--host=${port}`, "--name=Hugo", `--spawn=${spawn}`, "--players=2");
    await host.waitForLine(/^HOSTING$/);
    const bots = ["Robo", "Ruby"].map((name) => new BomberBot(`ws://127.0.0.1:${port}`, name, { rocks }));
    try {
      for (const name of ["Robo", "Ruby"]) {
        await host.waitForLine(new RegExp(`^NAMED ${name}$`));
        // It walks by what it presses.
        await host.waitForLine(new RegExp(`^MOVED ${name} `));
      }
      const [, winner] = await host.waitForLine(/^WINNER (\w+) \d$/, 30_000);
      for (const bot of bots) {
        await expect.poll(() => bot.rocksLeft).toBe(0);
        expect(bot.players.toSorted()).toEqual([1, ...bots.map(({ id }) => id)].toSorted());
        expect(bot.scores).toEqual(bots[0]!.scores);
      }
      expect(["Robo", "Ruby"]).toContain(winner);
      for (const [i, name] of ["Robo", "Ruby"].entries()) {
        const told = (what: string): number => host.lines.filter((line) => line.startsWith(what)).length;
        await expect.poll(() => bots[i]!.bombsDropped).toBe(told(`BOMB of ${name}`));
        await expect.poll(() => bots[i]!.timesHit).toBe(told(`HIT ${name}`));
      }
      const total = [...bots[0]!.scores.values()].reduce((sum, score) => sum + score, 0);
      expect(host.lines.filter((line) => line.startsWith("ROCK "))).toHaveLength(total);
      const { errors } = await host.finished;
      expect(errors).toEqual([]);
    } finally {
      for (const bot of bots) bot.leave();
    }
  });
});
