/** Replication with pages: a server of ours spawns, each page has the nodes and their states, and sends the one that is its own. */

import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { Vector2, WebSocketMultiplayerPeer } from "godot-ws";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../interop/harness/engine.ts";
import { build } from "../scripts/build.mjs";
import { Arena, Player } from "./arena.ts";
import { reason } from "./chromium.ts";
import { FileSite, pageWith } from "./file-site.ts";
import { Firefox, firefoxReason } from "./firefox.ts";
import { Pages } from "./pages.ts";

/** What a page has; functions given to `page.evaluate` see it. */
declare const arena: Arena;

describe.skipIf(reason !== "")(`replication with pages${reason}`, () => {
  let pages: Pages;
  let site: FileSite;
  let server: WebSocketMultiplayerPeer;
  const game = new Arena();

  beforeAll(async () => {
    build();
    const files = new Map([
      ["/index.html", pageWith("/arena.js")],
      ["/arena.js", await bundleArena()],
    ]);
    [pages, site] = await Promise.all([Pages.launch(), FileSite.start(files)]);
    server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1" });
    game.tree.multiplayer.multiplayerPeer = server;
  });
  afterAll(async () => {
    server?.close();
    await Promise.all([pages?.[Symbol.asyncDispose](), site?.[Symbol.asyncDispose]()]);
  });

  const spawn = (name: string, position: Vector2): Player => {
    const player = new Player(name);
    player.position = position;
    return game.players.addChild(player);
  };
  const enter = async (): Promise<Page> => {
    const page = await pages.open(site.url);
    await page.waitForFunction("globalThis.arena !== undefined");
    await page.evaluate((url) => arena.join(url), `ws://127.0.0.1:${server.port}/`);
    return page;
  };
  const list = (page: Page) => page.evaluate(() => arena.list());
  const log = (page: Page) => page.evaluate(() => arena.log);
  const setGoal = (page: Page, name: string, goal: number) =>
    page.evaluate(
      ([name, goal]) => {
        arena.player(name).goal = goal;
      },
      [name, goal] as const,
    );

  test("spawns, states and despawns come to pages, and each sends what is its own", async () => {
    spawn("77", new Vector2(7, 7)).hp = 50;
    const [first, second] = [await enter(), await enter()];
    // They come late for this one.
    for (const page of [first, second]) {
      await expect.poll(async () => (await log(page))[0]).toBe("spawned 77 at 7,7 with 50");
    }

    const ids = await Promise.all([first, second].map((page) => page.evaluate(() => String(arena.id))));
    const [own, other] = ids.map((id) => spawn(id, new Vector2(1, 2)));
    for (const page of [first, second]) {
      await expect
        .poll(() => list(page))
        .toEqual(["77 at 7,7 with 50", `${ids[0]} at 1,2 with 100`, `${ids[1]} at 1,2 with 100`]);
    }
    own!.position = new Vector2(3, 4);
    other!.hp = 9;
    for (const page of [first, second]) {
      await expect
        .poll(() => list(page))
        .toEqual(["77 at 7,7 with 50", `${ids[0]} at 3,4 with 100`, `${ids[1]} at 1,2 with 9`]);
      expect(await log(page)).toContain(`${ids[1]} has 9`);
    }

    await setGoal(first, ids[0]!, 42);
    await expect.poll(() => own!.goal).toBe(42);
    // It is not the second page's to say; what is its own comes later, so the other would be here by then.
    await setGoal(second, ids[0]!, 13);
    await setGoal(second, ids[1]!, 5);
    await expect.poll(() => other!.goal).toBe(5);
    expect(own!.goal).toBe(42);

    own!.free();
    await expect.poll(() => list(second)).toEqual(["77 at 7,7 with 50", `${ids[1]} at 1,2 with 9`]);
    expect((await log(second)).at(-1)).toBe(`despawned ${ids[0]}`);
    expect(game.log).toEqual([]);
    expect(pages.problems).toEqual([]);
  });

  test.skipIf(firefoxReason !== "")(`to Firefox and from it${firefoxReason}`, async () => {
    await using firefox = await Firefox.launch();
    await firefox.goto(site.url);
    await firefox.evaluate(`arena.join("ws://127.0.0.1:${server.port}/")`);
    const shown = async () => JSON.parse(String(await firefox.evaluate("JSON.stringify(arena.list())")));
    const id = String(await firefox.evaluate("String(arena.id)"));
    const player = spawn(id, new Vector2(1, 2));
    await expect.poll(shown).toContain(`${id} at 1,2 with 100`);
    player.position = new Vector2(3, 4);
    player.hp = 9;
    await expect.poll(shown).toContain(`${id} at 3,4 with 9`);
    await firefox.evaluate(`void (arena.player("${id}").goal = 42)`);
    await expect.poll(() => player.goal).toBe(42);
    player.free();
    await expect.poll(shown).not.toContain(`${id} at 3,4 with 9`);
  });

  const native = nativeEngine("native");
  test.skipIf(!native.ok)(
    `a native Godot is the server${native.ok ? "" : ` - ${native.reason}`}`,
    async () => {
      await using engine = startEngine({ engine: "native", project: "arena-server" });
      const [, port] = await engine.waitForLine(/^LISTENING (\d+)/);
      const page = await pages.open(site.url);
      await page.waitForFunction("globalThis.arena !== undefined");
      await page.evaluate((url) => arena.join(url), `ws://127.0.0.1:${port}/`);
      const id = await page.evaluate(() => String(arena.id));
      await expect.poll(() => log(page)).toContain(`spawned ${id} at 1,2 with 50`);
      await setGoal(page, id, 42);
      await expect.poll(() => list(page)).toEqual([`${id} at 3,4 with 9`]);
      await setGoal(page, id, 43);
      await expect.poll(() => list(page)).toEqual([]);
      expect((await log(page)).at(-1)).toBe(`despawned ${id}`);
      await page.close();
      expect(await engine.finished).toMatchObject({ passed: 4, failed: 0 });
      expect(pages.problems).toEqual([]);
    },
  );
});

async function bundleArena(): Promise<string> {
  const { outputFiles } = await bundle({
    stdin: {
      contents: `import { Arena } from "./arena.ts"; globalThis.arena = new Arena();`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0]!.text;
}
