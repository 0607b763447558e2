/** The library in Chromium, over the browser's WebSocket: its files as they are in a page, and bundled in a worker. */

import { WebSocketServer } from "godot-ws";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../interop/harness/engine.ts";
import {
  type Addresses,
  clientContract,
  type Library,
} from "../packages/godot-ws/test/contracts/client.contract.ts";
import {
  type ContractServers,
  startContractServers,
} from "../packages/godot-ws/test/contracts/client-contract-server.ts";
import { build } from "../scripts/build.mjs";
import { chromiumArgs, executablePath, reason } from "./chromium.ts";
import { type LibrarySite, startLibrarySite } from "./library-site.ts";

/** What the page has; functions given to `page.evaluate` see it. */
declare const library: Library;
declare const run: (name: string, addresses: Addresses) => Promise<void>;

describe.skipIf(reason !== "")(`the library in Chromium${reason}`, () => {
  let browser: Browser;
  let page: Page;
  let site: LibrarySite;
  let servers: ContractServers;
  const problems: string[] = [];

  beforeAll(async () => {
    build();
    [site, servers] = await Promise.all([startLibrarySite(), startContractServers()]);
    browser = await chromium.launch({ executablePath, args: [...chromiumArgs] });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(site.url);
    await page.waitForFunction("globalThis.run !== undefined");
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site[Symbol.asyncDispose](), servers[Symbol.asyncDispose]()]);
  });

  const addresses = (): Addresses => ({ echoUrl: servers.echoUrl, roomUrl: servers.roomUrl });

  describe("its files in a page", () => {
    test.each(Object.keys(clientContract))("%s", async (name) => {
      await page.evaluate(([name, addresses]) => run(name, addresses), [name, addresses()] as const);
    });
  });

  describe("bundled in a worker", () => {
    test.each(Object.keys(clientContract))("%s", async (name) => {
      const wrong = await page.evaluate(
        ([name, addresses]) =>
          new Promise<string>((resolve) => {
            const worker = new Worker("/worker.js", { type: "module" });
            worker.onmessage = ({ data }) => {
              worker.terminate();
              resolve(data);
            };
            worker.onerror = ({ message }) => resolve(message);
            worker.postMessage({ name, addresses });
          }),
        [name, addresses()] as const,
      );
      expect(wrong).toBe("");
    });
  });

  test("what it cannot do it says", async () => {
    const said = await page.evaluate(async (url) => {
      const { TLSOptions, UsageError, WebSocketMultiplayerPeer, WebSocketPeer } = library;
      const attempts: (() => unknown)[] = [
        () => new WebSocketPeer({ handshakeHeaders: ["X: 1"] }).connectToUrl(url),
        () => new WebSocketPeer().connectToUrl("wss://h", { tls: TLSOptions.clientUnsafe() }),
        () => new WebSocketPeer().connectToUrl(url, { proxy: "http://h" }),
        () => WebSocketMultiplayerPeer.createServer(0),
      ];
      const errors: string[] = [];
      for (const attempt of attempts) {
        try {
          await attempt();
        } catch (error) {
          errors.push(error instanceof UsageError ? error.message : `no UsageError: ${error}`);
        }
      }
      return { errors, supports: Object.values(WebSocketPeer.supports) };
    }, servers.echoUrl);
    expect(said.errors).toEqual([
      "a browser cannot send headers of ours",
      "a browser cannot be told whom to trust",
      "a browser cannot be told of a proxy",
      "a browser cannot listen",
    ]);
    expect(new Set(said.supports)).toEqual(new Set([false]));
  });

  test("the constructor's own error is the promise's reason", async () => {
    // A port that browsers do not call.
    const message = await page.evaluate(async () => {
      const error = await new library.WebSocketPeer().connectToUrl("ws://127.0.0.1:6000/").catch((e) => e);
      return `${error.name}: ${error.message}`;
    });
    expect(message).toMatch(/^ConnectError: cannot connect to ws:\/\/127\.0\.0\.1:6000\/: ./);
  });

  test("the codes that a browser does not send leave as 3000 and more", async () => {
    const before = servers.ends.length;
    await page.evaluate(async (url) => {
      for (const code of [1001, 1013, 4005]) {
        const peer = new library.WebSocketPeer();
        await peer.connectToUrl(url);
        const closed = peer.closed.next();
        peer.close(code, "why");
        await closed;
      }
    }, servers.echoUrl);
    await expect.poll(() => servers.ends.slice(before)).toEqual(["3001 why", "3013 why", "4005 why"]);
  });

  test("a tab that slept catches up in order, and gives up nothing before it has", async () => {
    await using server = new WebSocketServer({ outboundBufferSize: 0 });
    await server.listen(0, { bindAddress: "127.0.0.1" });
    const sleeper = await browser.newPage();
    await sleeper.goto(site.url);
    await sleeper.waitForFunction("globalThis.run !== undefined");
    await sleeper.evaluate(async (url) => {
      const peer = new library.WebSocketPeer({ idleTimeoutMs: 500 });
      const seen: string[] = [];
      peer.packetReceived.connect(({ text }) => seen.push(text ?? ""));
      peer.closed.connect((code) => seen.push(`closed ${code}`));
      Object.assign(globalThis, { seen });
      await peer.connectToUrl(url);
      // Chromium freezes no page that is visible, so this one holds itself up.
      setTimeout(() => {
        const end = performance.now() + 2500;
        while (performance.now() < end);
        seen.push("awake");
      });
    }, `ws://127.0.0.1:${server.port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let i = 0; i < 3000; i++) server.broadcast(`${i}`);
    const seen = () => sleeper.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    await expect.poll(seen).toContain("2999");
    expect(await seen()).toEqual(["awake", ...Array.from({ length: 3000 }, (_, i) => `${i}`)]);
    // Silence is silence again.
    await expect.poll(async () => (await seen()).at(-1)).toBe("closed 1001");
    await sleeper.close();
  });

  const native = nativeEngine("native");
  test.skipIf(!native.ok)(`a native Godot answers it${native.ok ? "" : ` - ${native.reason}`}`, async () => {
    await using server = startEngine({ engine: "native", project: "echo-server", args: ["--protocol=chat"] });
    const port = Number((await server.waitForLine(/^LISTENING (\d+)/))[1]);
    const outcome = await page.evaluate(async (url) => {
      const peer = new library.WebSocketPeer({ supportedProtocols: ["chat"] });
      await peer.connectToUrl(url);
      const texts: (string | undefined)[] = [];
      for (const text of ["hello", "", "héllo €😀", "x".repeat(40_000)]) {
        peer.sendText(text);
        texts.push((await peer.packetReceived.next())[0].text);
      }
      peer.send(Uint8Array.of(0, 255));
      const [{ bytes }] = await peer.packetReceived.next();
      const closed = peer.closed.next();
      peer.close(1000, "bye");
      return { texts, bytes: [...bytes], protocol: peer.selectedProtocol, closed: await closed };
    }, `ws://127.0.0.1:${port}/`);
    expect(outcome).toEqual({
      texts: ["hello", "", "héllo €😀", "x".repeat(40_000)],
      bytes: [0, 255],
      protocol: "chat",
      closed: [1000, "bye"],
    });
    await server.waitForLine(/^CLOSED 1000 bye$/);
  });

  test("nothing was uncaught", () => {
    expect(problems).toEqual([]);
  });
});
