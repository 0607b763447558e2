/** Godot's HTML5 export in one tab and a page with the library in another, playing with each other. */

import type { GodotDictionary, Vector2 } from "godot-ws";
import { RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TurnHost } from "../examples/turn-based/turn-host.ts";
import { exampleProject } from "../interop/harness/example-project.ts";
import { build } from "../scripts/build.mjs";
import { reason } from "./chromium.ts";
import { complaints, lineOf, linesOf, openGodot, startGodotSite } from "./godot-site.ts";
import { type LibrarySite, startLibrarySite } from "./library-site.ts";
import { Pages } from "./pages.ts";

declare const library: typeof import("godot-ws");

const lastServe = 10;

/** Greets whoever comes, and plays every ball back. */
const tennis = `extends Node

func _ready() -> void:
	var peer := WebSocketMultiplayerPeer.new()
	peer.create_client(OS.get_cmdline_user_args()[0])
	multiplayer.multiplayer_peer = peer
	multiplayer.connected_to_server.connect(func(): print("JOINED %d" % multiplayer.get_unique_id()))
	multiplayer.peer_connected.connect(_on_peer_connected)
	multiplayer.peer_disconnected.connect(func(id): print("LEFT %d" % id))

func _on_peer_connected(id: int) -> void:
	if id != 1:
		greet.rpc_id(id, "Grüße aus Godot")

@rpc("any_peer", "reliable")
func greet(words: String) -> void:
	print("GREETED by %d: %s" % [multiplayer.get_remote_sender_id(), words])

@rpc("any_peer", "reliable")
func serve(count: int, at: Vector2, spin: Dictionary) -> void:
	print("BALL %d at %s by %s" % [count, at, spin["by"]])
	if count < ${lastServe}:
		serve.rpc_id(multiplayer.get_remote_sender_id(), count + 1, at + Vector2(1, 0.5), {"by": "Godot"})
`;

describe.skipIf(reason !== "")(`Godot's web build and a page in Chromium${reason}`, () => {
  let pages: Pages;
  let site: LibrarySite;

  beforeAll(async () => {
    build();
    [pages, site] = await Promise.all([Pages.launch(), startLibrarySite()]);
  });
  afterAll(() => Promise.all([pages?.[Symbol.asyncDispose](), site?.[Symbol.asyncDispose]()]));

  test("in one room of our server they call each other", async () => {
    const server = await RoomServer.listen({ port: 0, host: "127.0.0.1" });
    const url = `ws://127.0.0.1:${server.port}/rooms/tennis`;
    await using godotSite = await startGodotSite({ "main.gd": tennis }, [url]);
    try {
      const godot = await openGodot(pages, godotSite);
      const [, godotId] = await lineOf(godot, /^JOINED (\d+)$/);
      const page = await pages.open(site.url);
      await page.waitForFunction("globalThis.run !== undefined");
      const story = await page.evaluate(playTennis, [url, lastServe] as const);

      expect(story.peers).toEqual([1, Number(godotId)]);
      expect(story.greeting).toEqual([Number(godotId), "Grüße aus Godot"]);
      expect(story.balls).toEqual([
        "2 at (2, 1.5) by Godot",
        "4 at (4, 2.5) by Godot",
        "6 at (6, 3.5) by Godot",
        "8 at (8, 4.5) by Godot",
        "10 at (10, 5.5) by Godot",
      ]);
      expect((await linesOf(godot)).filter((line) => /^(GREETED|BALL)/.test(line))).toEqual([
        `GREETED by ${story.id}: hello from a page`,
        "BALL 1 at (1.0, 1.0) by page",
        "BALL 3 at (3.0, 2.0) by page",
        "BALL 5 at (5.0, 3.0) by page",
        "BALL 7 at (7.0, 4.0) by page",
        "BALL 9 at (9.0, 5.0) by page",
      ]);
      await page.close();
      await lineOf(godot, new RegExp(`^LEFT ${story.id}$`));
      expect(await complaints(godot)).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test("at one table of the turn-based example they play a whole game", async () => {
    const host = await TurnHost.listen(0, { bindAddress: "127.0.0.1", name: "Host", thinkingMs: 20 });
    const story: string[] = [];
    host.logged.connect((line) => story.push(line));
    await using godotSite = await startGodotSite(exampleProject("turn-based"), [
      `--url=ws://127.0.0.1:${host.port}`,
      "--name=Ann",
      "--rolls=3",
    ]);
    try {
      const page = await pages.open(`http://127.0.0.1:${host.port}/`);
      await page.fill("#name", "Bob");
      await page.click("#join button");
      const players = () => page.locator("#players li").allTextContents();
      await expect.poll(players).toEqual(["Host", "Bob (you)"]);
      // Bob holds the turn until Ann's engine is up.
      const godot = await openGodot(pages, godotSite);
      await expect.poll(players, { timeout: 40_000 }).toEqual(["Host", "Bob (you)", "Ann"]);
      for (let rolls = 0; rolls < 4; rolls++) await page.click("#roll", { timeout: 20_000 });
      await lineOf(godot, /^Ann> Left$/);
      await expect.poll(players).toEqual(["Host", "Bob (you)"]);

      const rolls = story.filter((line) => /: rolls \d+$/.test(line));
      expect(rolls.filter((line) => line.startsWith("Ann: "))).toHaveLength(3);
      expect(rolls.filter((line) => line.startsWith("Bob: "))).toHaveLength(4);
      // What Ann heard is what happened while she was there, in order.
      const heard = (await linesOf(godot))
        .filter((line) => /^Ann> .*: rolls \d+$/.test(line))
        .map((line) => line.slice("Ann> ".length));
      expect(heard.length).toBeGreaterThan(6);
      const from = rolls.indexOf(heard[0]!);
      expect(rolls.slice(from, from + heard.length)).toEqual(heard);
      expect(await complaints(godot)).toEqual([]);
    } finally {
      host.close();
    }
  });

  test("nothing was uncaught", () => {
    expect(pages.problems).toEqual([]);
  });
});

/** Runs in the page: comes into the room, greets, serves, and tells what it got. */
async function playTennis([url, lastServe]: readonly [url: string, lastServe: number]) {
  const { defineRpc, GodotDictionary, Int, Node, SceneTree, Vector2, WebSocketMultiplayerPeer } = library;
  const balls: string[] = [];
  let greeting: [from: number, words: string] | undefined;
  let onLast = (): void => {};
  const last = new Promise<void>((resolve) => {
    onLast = resolve;
  });

  class Main extends Node {
    greet(words: string): void {
      greeting = [this.multiplayer.remoteSenderId, words];
    }
    serve(count: number, at: Vector2, spin: GodotDictionary): void {
      balls.push(`${count} at (${at.x}, ${at.y}) by ${spin.get("by")}`);
      if (count >= lastServe) return onLast();
      const next = new Vector2(at.x + 1, at.y + 0.5);
      this.rpcId(this.multiplayer.remoteSenderId).serve(
        count + 1,
        next,
        new GodotDictionary([["by", "page"]]),
      );
    }
  }
  defineRpc(Main, "greet", { mode: "any_peer", args: [String] });
  defineRpc(Main, "serve", { mode: "any_peer", args: [Int, Vector2, GodotDictionary] });

  const tree = new SceneTree();
  const main = tree.root.addChild(new Main("Main"));
  const { multiplayer } = tree;
  const partner = new Promise<number>((resolve) => {
    multiplayer.peerConnected.connect((id) => id !== 1 && resolve(id));
  });
  multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
  const id = await partner;
  main.rpcId(id).greet("hello from a page");
  main.rpcId(id).serve(1, new Vector2(1, 1), new GodotDictionary([["by", "page"]]));
  await last;
  return {
    id: multiplayer.uniqueId,
    peers: multiplayer.peers.slice().sort((a, b) => a - b),
    greeting,
    balls,
  };
}
