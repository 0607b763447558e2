/** The room server's page in Chromium: what a person who opens it sees. */

import { SceneMultiplayer, WebSocketMultiplayerPeer } from "godot-ws";
import { RoomServer } from "godot-ws-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEngine } from "../interop/harness/engine.ts";
import { chromiumArgs, executablePath, reason } from "./chromium.ts";

describe.skipIf(reason !== "")(`the page in Chromium${reason}`, () => {
  let server: RoomServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await RoomServer.listen({ port: 0, host: "127.0.0.1" });
    browser = await chromium.launch({ executablePath, args: [...chromiumArgs] });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${server.port}/`);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const text = async () => (await page.textContent("body")) ?? "";

  test("says what it is, and shows lines of GDScript with its own address", async () => {
    expect(await page.title()).toContain("godot-ws");
    expect(await text()).toContain(`ws://127.0.0.1:${server.port}/rooms/blue`);
  });

  test("shows rooms and peers as they come and go", async () => {
    const member = new SceneMultiplayer();
    member.multiplayerPeer = WebSocketMultiplayerPeer.createClient(
      `ws://127.0.0.1:${server.port}/rooms/${encodeURIComponent("<b>grün</b>")}`,
    );
    await member.connectedToServer.next();
    const id = String(member.uniqueId);
    // Digits may be grouped for reading.
    const shown = async () => (await text()).replace(/[\s,.]/g, "");
    await expect.poll(shown, { timeout: 10_000 }).toContain(id);
    expect(await text()).toContain("<b>grün</b>");
    member.multiplayerPeer?.close();
    await expect.poll(shown, { timeout: 10_000 }).not.toContain(id);
  });

  test("its lines of GDScript bring a game into the room", async () => {
    const script = (await page.textContent("#script")) ?? "";
    await using game = startEngine({ engine: "web", project: { "main.gd": script } });
    await expect.poll(() => server.rooms.get("blue")?.peerCount, { timeout: 15_000 }).toBe(1);
    expect(game.lines.filter((line) => line.includes("ERROR"))).toEqual([]);
  });

  test("its script and style obey the page's own security policy", () => {
    expect(problems).toEqual([]);
  });
});
