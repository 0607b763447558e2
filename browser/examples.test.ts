/** The examples' pages in Chromium, as people use them: with each other, with programs, and with servers that go away. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketClient, WebSocketServer } from "godot-ws";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ArenaClient } from "../examples/action/arena-client.ts";
import { loadMain } from "../examples/action/nodes.ts";
import { projectFolder } from "../examples/action/project-folder.ts";
import { PushServer } from "../examples/push/push-server.ts";
import { TurnClient } from "../examples/turn-based/turn-client.ts";
import { Example } from "../interop/harness/example.ts";
import { build } from "../scripts/build.mjs";
import { reason } from "./chromium.ts";
import { Firefox, firefoxReason } from "./firefox.ts";
import { Pages } from "./pages.ts";

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
const patience = { timeout: 15_000 };

describe.skipIf(reason !== "")(`the examples' pages in Chromium${reason}`, () => {
  let pages: Pages;

  beforeAll(async () => {
    build();
    pages = await Pages.launch();
  });
  afterAll(() => pages?.[Symbol.asyncDispose]());
  afterEach(() => {
    expect(pages.problems).toEqual([]);
  });

  const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
  const state = (page: Page) => page.getAttribute("#connection", "data-state");
  const fitsItsWidth = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

  describe("chat", () => {
    const startServer = async (port = 0) => {
      const server = new Example("examples/chat/dist/server.js", `--port=${port}`);
      const [, at] = await server.line(/^Listening on .*:(\d+)\/ROOM\/$/);
      return { server, port: Number(at) };
    };
    const enter = async (port: number, room: string, name: string) => {
      const page = await pages.open(`http://127.0.0.1:${port}/#${room}`, phone);
      await page.fill("#name", name);
      await page.click("#join button");
      await expect.poll(() => texts(page, "#people li")).toContain(`${name} (you)`);
      return page;
    };
    const say = async (page: Page, text: string) => {
      await page.fill("#message", text);
      await page.click("#send");
    };

    test("what is said on one page appears on another, and for a program", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const ann = await enter(port, "red", "Ann");
      const bob = await enter(port, "red", "Bob");
      const elsewhere = await enter(port, "blue", "Cid");
      const program = new WebSocketClient();
      const heard: (string | undefined)[] = [];
      program.dataReceived.connect(({ text }) => heard.push(text));
      await program.connectToUrl(`ws://127.0.0.1:${port}/red/`, { protocols: ["demo-chat"] });
      program.getPeer().sendText("/name Zoe");

      await say(ann, "<b>grüße</b> 😀");
      await expect.poll(() => texts(bob, ".message")).toEqual(["Ann<b>grüße</b> 😀"]);
      await expect.poll(() => heard).toContain("[Ann] Says: <b>grüße</b> 😀");
      program.getPeer().sendText("hello");
      await expect.poll(() => texts(ann, ".message")).toEqual(["<b>grüße</b> 😀", "Zoehello"]);
      expect(await texts(ann, "#people li")).toEqual(["Ann (you)", "Bob", "Zoe"]);
      expect(await texts(ann, ".notice")).toEqual(["Bob is here", "Zoe is here"]);
      expect(await texts(elsewhere, ".message")).toEqual([]);
      program.disconnectFromHost();
      await expect.poll(() => texts(ann, ".notice")).toContain("Zoe is gone");
      expect(await fitsItsWidth(ann)).toBe(true);
    });

    test.skipIf(firefoxReason !== "")(`Firefox is in one room with Chromium${firefoxReason}`, async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const ann = await enter(port, "red", "Ann");
      await using firefox = await Firefox.launch();
      await firefox.goto(`http://127.0.0.1:${port}/#red`);
      const fill = (field: string, form: string, text: string) =>
        firefox.evaluate(
          `document.getElementById("${field}").value = "${text}"; document.getElementById("${form}").requestSubmit();`,
        );
      await fill("name", "join", "Fox");
      await expect.poll(() => texts(ann, "#people li")).toEqual(["Ann (you)", "Fox"]);
      await say(ann, "hello");
      await expect
        .poll(() => firefox.evaluate(`document.getElementById("log").textContent`))
        .toBe("Annhello");
      await fill("message", "say", "grüße");
      await expect.poll(() => texts(ann, ".message")).toEqual(["hello", "Foxgrüße"]);
    });

    test("a page comes back when its server does, by its name", async () => {
      const { server, port } = await startServer();
      const ann = await enter(port, "red", "Ann");
      await server[Symbol.asyncDispose]();
      await expect.poll(() => state(ann)).toBe("waiting");
      expect(await ann.isDisabled("#message")).toBe(true);
      expect(await texts(ann, "#people li")).toEqual([]);
      const { server: again } = await startServer(port);
      await using _ = again;
      await expect.poll(() => state(ann)).toBe("open");
      expect(await texts(ann, ".notice")).toEqual(["Back again. What was said meanwhile is not here."]);
      const bob = await enter(port, "red", "Bob");
      await say(ann, "there again");
      await expect.poll(() => texts(bob, ".message")).toEqual(["Annthere again"]);
    });

    test("who goes to another room sees it, and comes back to it", async () => {
      const { server, port } = await startServer();
      const ann = await enter(port, "red", "Ann");
      await say(ann, "/join blue");
      await expect.poll(() => texts(ann, "#room-name")).toEqual(["blue"]);
      expect(new URL(ann.url()).hash).toBe("#blue");
      await server[Symbol.asyncDispose]();
      await expect.poll(() => state(ann)).toBe("waiting");
      const { server: again } = await startServer(port);
      await using _ = again;
      const bob = await enter(port, "blue", "Bob");
      await expect.poll(() => texts(bob, "#people li")).toEqual(["Bob (you)", "Ann"]);
    });

    test("a name that is taken is told, and had when it is free", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const first = await enter(port, "red", "Ann");
      const second = await pages.open(`http://127.0.0.1:${port}/#red`);
      await second.fill("#name", "Ann");
      await second.click("#join button");
      await expect.poll(() => texts(second, ".notice")).toEqual(["Ann is taken. Trying again in 5 s."]);
      await first.close();
      await expect.poll(() => texts(second, "#people li")).toEqual(["Ann (you)"]);
    });

    test("one's own name is not taken, and the last name that was asked for is the one", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const ann = await enter(port, "red", "Ann");
      const bob = await enter(port, "red", "Bob");
      await say(ann, "/name Ann");
      await say(ann, "/name Bob");
      await expect.poll(() => texts(ann, ".notice")).toContain("Bob is taken. Trying again in 5 s.");
      await say(ann, "/name Zoe");
      await expect.poll(() => texts(ann, "#people li")).toContain("Zoe (you)");
      await bob.close();
      await expect.poll(() => texts(ann, ".notice")).toContain("Bob is gone");
      // When it would have tried again.
      await ann.waitForTimeout(5500);
      expect(await texts(ann, "#people li")).toEqual(["Zoe (you)"]);
      expect((await texts(ann, ".notice")).filter((line) => line.includes("is taken"))).toHaveLength(1);
    });

    test("a page that is talked to without end keeps the last of it", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const ann = await enter(port, "red", "Ann");
      const talkers = Array.from({ length: 10 }, () => new WebSocketClient());
      const url = `ws://127.0.0.1:${port}/red/`;
      await Promise.all(talkers.map((talker) => talker.connectToUrl(url, { protocols: ["demo-chat"] })));
      for (const talker of talkers) talker.getPeer().sendText("0");
      await expect.poll(() => texts(ann, "#people li")).toHaveLength(11);
      await ann.evaluate(() => document.querySelector("#people li")?.setAttribute("data-mark", ""));
      for (const talker of talkers) for (let i = 1; i <= 40; i++) talker.getPeer().sendText(`${i}`);
      await expect
        .poll(async () => (await texts(ann, ".message p")).filter((text) => text === "40"))
        .toHaveLength(10);
      expect(await ann.locator("#log li").count()).toBe(300);
      // Who is there has not changed, and was not written anew each time.
      expect(await ann.locator("#people li[data-mark]").count()).toBe(1);
      const below = () =>
        ann.locator("#log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
      expect(await below()).toBeLessThan(40);
      // Who reads further up stays there.
      await ann.locator("#log").evaluate((log) => log.scrollTo(0, 0));
      talkers[0]!.getPeer().sendText("unread");
      await expect.poll(() => texts(ann, ".message p")).toContain("unread");
      expect(await below()).toBeGreaterThan(1000);
      for (const talker of talkers) talker.disconnectFromHost();
    });

    test("a crowd with long names leaves room for what is said", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const ann = await enter(port, "red", "Ann");
      const crowd = Array.from({ length: 20 }, () => new WebSocketClient());
      const url = `ws://127.0.0.1:${port}/red/`;
      await Promise.all(crowd.map((member) => member.connectToUrl(url, { protocols: ["demo-chat"] })));
      for (const [i, member] of crowd.entries()) member.getPeer().sendText(`/name ${"W".repeat(30)}${i}`);
      await expect.poll(() => texts(ann, "#people li")).toHaveLength(21);
      const heightOf = (id: string) => ann.evaluate((id) => document.getElementById(id)!.clientHeight, id);
      expect(await heightOf("log")).toBeGreaterThan(phone.viewport.height / 2);
      expect(await heightOf("people")).toBeGreaterThan(30);
      for (const member of crowd) member.disconnectFromHost();
    });

    test("where the browser stores nothing, the page works all the same", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const page = await pages.open("about:blank");
      await page.addInitScript(() => {
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("no storage here", "SecurityError");
          },
        });
      });
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.fill("#name", "Ann");
      await page.click("#join button");
      await expect.poll(() => texts(page, "#people li")).toEqual(["Ann (you)"]);
    });

    test("an address whose room is malformed is one of the lobby", async () => {
      const { server, port } = await startServer();
      await using _ = server;
      const page = await pages.open(`http://127.0.0.1:${port}/#%`);
      expect(await page.inputValue("#room")).toBe("lobby");
      await page.fill("#name", "Ann");
      await page.click("#join button");
      await expect.poll(() => texts(page, "#people li")).toEqual(["Ann (you)"]);
    });
  });

  describe("push", () => {
    const startServer = async (...args: string[]) => {
      const server = new Example("examples/push/dist/server.js", "--every=0", ...args);
      const [, at] = await server.line(/^Listening on .*:(\d+)\/$/);
      return { server, port: Number(at) };
    };
    const push = async (port: number, order: unknown) => {
      const body = JSON.stringify(order);
      const headers = { "Content-Type": "application/json" };
      return (await fetch(`http://127.0.0.1:${port}/push`, { method: "POST", headers, body })).status;
    };
    const titles = async (page: Page) => (await texts(page, ".notification h2")).reverse();

    test("what is pushed appears as a card, what is malformed is refused", async () => {
      const { server, port } = await startServer("--port=0");
      await using _ = server;
      expect(await push(port, { title: "before anybody came" })).toBe(201);
      const page = await pages.open(`http://127.0.0.1:${port}/`, phone);
      await expect.poll(() => titles(page)).toEqual(["before anybody came"]);
      expect(await push(port, { kind: "score", title: "<i>2 : 1</i>", text: "x".repeat(400) })).toBe(201);
      for (const wrong of [
        {},
        { title: "" },
        { title: 1 },
        { title: "x", kind: "other" },
        [],
        "x".repeat(9000),
      ]) {
        expect(await push(port, wrong)).toBe(400);
      }
      await expect.poll(() => titles(page)).toEqual(["before anybody came", "<i>2 : 1</i>"]);
      expect(await fitsItsWidth(page)).toBe(true);
    });

    test("a page that is open for long keeps the last 200, and counts in its title what came unseen", async () => {
      const { server, port } = await startServer("--port=0");
      await using _ = server;
      const page = await pages.open(`http://127.0.0.1:${port}/`);
      await expect.poll(() => state(page)).toBe("open");
      const hide = (isHidden: boolean) =>
        page.evaluate((hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, isHidden);
      for (let i = 1; i <= 205; i++) {
        if (i === 204) await hide(true);
        await push(port, { title: `${i}` });
      }
      await expect.poll(async () => (await titles(page)).at(-1)).toBe("205");
      expect(await titles(page)).toEqual(Array.from({ length: 200 }, (_, i) => `${i + 6}`));
      expect(await page.title()).toBe("(2) Inbox");
      await hide(false);
      expect(await page.title()).toBe("Inbox");
    });

    test("a page that has heard nothing for a minute calls again", async () => {
      await using server = await PushServer.listen(0, {
        bindAddress: "127.0.0.1",
        aliveIntervalMs: 1_000_000,
      });
      const seen: string[] = [];
      server.logged.connect((line) => seen.push(line));
      const page = await pages.open("about:blank");
      await page.clock.install();
      await page.goto(`http://127.0.0.1:${server.port}/`);
      await expect.poll(() => seen).toEqual(["1 page listens"]);
      await page.clock.runFor(55_000);
      expect(await state(page)).toBe("open");
      expect(seen).toEqual(["1 page listens"]);
      await page.clock.runFor(10_000);
      await expect.poll(() => seen).toEqual(["1 page listens", "0 pages listen", "1 page listens"]);
    });

    test("a page that is sent away with 1008 comes back all the same", async () => {
      const { server, port } = await startServer("--port=0");
      const page = await pages.open(`http://127.0.0.1:${port}/`);
      await expect.poll(() => state(page)).toBe("open");
      await server[Symbol.asyncDispose]();
      await using other = new WebSocketServer();
      let calls = 0;
      other.clientConnected.connect((id) => {
        calls++;
        other.disconnectPeer(id, 1008, "go away");
      });
      await other.listen(port, { bindAddress: "127.0.0.1", protocols: ["push-demo"] });
      await expect.poll(() => calls).toBeGreaterThan(1);
    });

    test("a page whose server was killed tries again, sees when, and misses nothing", async () => {
      const folder = mkdtempSync(join(tmpdir(), "push-"));
      const history = `--history=${join(folder, "history.json")}`;
      try {
        const { server, port } = await startServer("--port=0", history);
        const page = await pages.open(`http://127.0.0.1:${port}/`);
        await push(port, { title: "one" });
        await expect.poll(() => titles(page)).toEqual(["one"]);
        await server[Symbol.asyncDispose]();
        await expect.poll(() => page.textContent("#connection")).toMatch(/^Trying again in \d+ s/);

        // Pushed while the page is away, to another one.
        await page.context().setOffline(true);
        const { server: again } = await startServer(`--port=${port}`, history);
        await using _ = again;
        const other = await pages.open(`http://127.0.0.1:${port}/`);
        for (const title of ["two", "three"]) await push(port, { title });
        await expect.poll(() => titles(other)).toEqual(["one", "two", "three"]);
        expect(await titles(page)).toEqual(["one"]);
        await page.context().setOffline(false);
        await expect.poll(() => titles(page)).toEqual(["one", "two", "three"]);
        expect(await state(page)).toBe("open");
        await push(port, { title: "four" });
        await expect.poll(() => titles(page)).toEqual(["one", "two", "three", "four"]);
        expect(await texts(page, ".notice")).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    const hurries: [what: string, hurry: (page: Page) => Promise<unknown>][] = [
      ["the button", (page) => page.click("#connection button")],
      ["being online again", (page) => page.evaluate(() => dispatchEvent(new Event("online")))],
    ];
    test.each(hurries)("%s ends the wait, and a server that begins anew says so", async (_what, hurry) => {
      const { server, port } = await startServer("--port=0");
      const page = await pages.open(`http://127.0.0.1:${port}/`);
      await push(port, { title: "one" });
      await expect.poll(() => titles(page)).toEqual(["one"]);
      await server[Symbol.asyncDispose]();
      // By now the waits are so long that nothing else ends them in time.
      await expect.poll(() => page.textContent("#connection"), { timeout: 30_000 }).toMatch(/in [6-9] s/);
      const { server: again } = await startServer(`--port=${port}`);
      await using _ = again;
      await hurry(page);
      await expect.poll(() => state(page), { timeout: 3000 }).toBe("open");
      await push(port, { title: "another one" });
      await expect.poll(() => titles(page)).toEqual(["one", "another one"]);
      expect(await texts(page, ".notice")).toEqual([expect.stringContaining("begun anew")]);
      // Nothing to do for a page that is connected.
      await page.evaluate(() => dispatchEvent(new Event("online")));
      expect(await state(page)).toBe("open");
    });
  });

  describe("action", () => {
    const startServer = async (port: number) => {
      const server = new Example("examples/action/dist/server.js", `--port=${port}`);
      const [, at] = await server.line(/^Listening on ws:\/\/localhost:(\d+),/);
      return { server, port: Number(at) };
    };

    test("shows who plays, and comes back when the server does", async () => {
      const { server, port } = await startServer(0);
      const url = `--url=ws://127.0.0.1:${port}`;
      await using bots = new Example("examples/action/dist/bots.js", url, "--count=3");
      const page = await pages.open(`http://127.0.0.1:${port}/`, phone);
      await expect.poll(() => texts(page, "#rows td:first-child"), patience).toHaveLength(3);
      expect((await texts(page, "#rows td:first-child")).sort()).toEqual(["Ada", "Alan", "Grace"]);
      await expect
        .poll(async () => (await texts(page, "#log li")).some((line) => / shoots /.test(line)), patience)
        .toBe(true);
      const guest = new ArenaClient(`ws://127.0.0.1:${port}`, await loadMain(projectFolder));
      guest.connected.connect(() => guest.join("<i>Eve</i>"));
      await expect.poll(() => texts(page, "#rows td:first-child"), patience).toContain("<i>Eve</i>");
      guest.leave();
      await expect.poll(() => texts(page, "#log li"), patience).toContain("<i>Eve</i> leaves");
      // Something moves.
      const picture = () => page.evaluate(() => document.querySelector("canvas")?.toDataURL());
      const before = await picture();
      await expect.poll(picture).not.toBe(before);
      expect(await fitsItsWidth(page)).toBe(true);

      await server[Symbol.asyncDispose]();
      await expect.poll(() => state(page)).toBe("waiting");
      await bots.line(/^Ada: there is no server/);
      const { server: again } = await startServer(port);
      await using _ = again;
      await expect.poll(() => state(page), patience).toBe("open");
      await expect.poll(() => page.isVisible("#nobody"), patience).toBe(true);
    });
  });

  describe("turn-based", () => {
    test("a whole game: two pages, a program and the host, and the host goes and comes back", async () => {
      const startHost = async (at: number) => {
        const host = new Example("examples/turn-based/dist/host.js", `--port=${at}`, "--thinking=20");
        const [, port] = await host.line(/^Hosting on .*:(\d+)$/);
        return { host, port: Number(port) };
      };
      const { host, port } = await startHost(0);
      const sitDown = async (name: string) => {
        const page = await pages.open(`http://127.0.0.1:${port}/`, phone);
        await page.fill("#name", name);
        await page.click("#join button");
        await expect.poll(() => texts(page, "#players li")).toContain(`${name} (you)`);
        return page;
      };
      const ann = await sitDown("Ann");
      const bob = await sitDown("Bob");
      const program = new TurnClient(`ws://127.0.0.1:${port}`, "Zoe");
      const heard: string[] = [];
      program.logged.connect((line) => heard.push(line));
      program.changed.connect(() => program.isMyTurn && program.roll());
      await expect.poll(() => texts(ann, "#players li")).toEqual(["Host", "Ann (you)", "Bob", "Zoe"]);
      // Who is impatient presses twice, and rolls once.
      const press = async (page: Page) => {
        await expect.poll(() => page.isEnabled("#roll"), patience).toBe(true);
        await page.locator("#roll").evaluate((button: HTMLButtonElement) => {
          button.click();
          button.click();
        });
      };
      await expect.poll(() => ann.isEnabled("#roll"), patience).toBe(true);
      expect(await bob.isEnabled("#roll")).toBe(false);
      for (const page of [ann, bob, ann, bob]) await press(page);
      // The host rolls before each round, and Zoe after Bob.
      await expect
        .poll(() => heard.filter((line) => /^Zoe: rolls \d+$/.test(line)).length)
        .toBeGreaterThan(1);
      program.leave();
      await expect.poll(() => texts(bob, "#players li")).toEqual(["Host", "Ann", "Bob (you)"]);
      const said = () => host.lines.filter((line) => /: rolls \d+$/.test(line));
      for (const name of ["Ann", "Bob"]) {
        expect(said().filter((line) => line.startsWith(`${name}: `))).toHaveLength(2);
      }
      await expect
        .poll(async () => {
          const seen = (await texts(bob, "#log li")).filter((line) => /: rolls \d+$/.test(line)).reverse();
          return seen.length > 4 && seen.join() === said().slice(-seen.length).join();
        })
        .toBe(true);
      expect(await fitsItsWidth(ann)).toBe(true);
      expect(host.lines.filter((line) => line.includes("cheat"))).toEqual([]);

      await host[Symbol.asyncDispose]();
      await expect.poll(() => ann.textContent("#connection"), patience).toMatch(/in [34] s/);
      const { host: again } = await startHost(port);
      await using _ = again;
      await ann.click("#connection button");
      await expect.poll(() => texts(ann, "#players li"), patience).toHaveLength(3);
      // The attempt that the button took the place of does not come as well.
      await ann.waitForTimeout(4500);
      expect(await texts(ann, "#players li")).toHaveLength(3);
      // Who came first is first.
      const [, first] = await texts(ann, "#players li");
      if (first === "Bob") await bob.click("#roll", patience);
      await ann.click("#roll", patience);
      await again.line(/^Ann: rolls \d+$/);
    });
  });
});
