/** Chromium's own WebSocket against our server: compression as the browser likes it, and without. */

import { EchoServer } from "godot-ws-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumArgs, executablePath, reason } from "./chromium.ts";

describe.skipIf(reason !== "")(`Chromium as a client${reason}`, () => {
  let browser: Browser;
  let page: Page;
  let plain: EchoServer;
  let compressing: EchoServer;

  beforeAll(async () => {
    plain = await EchoServer.listen(0, "127.0.0.1");
    compressing = await EchoServer.listen(0, "127.0.0.1", { perMessageDeflate: true });
    browser = await chromium.launch({ executablePath, args: [...chromiumArgs] });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([plain.close(), compressing.close()]);
  });

  test.each([
    ["plain", () => plain.port, ""],
    ["compressed", () => compressing.port, "permessage-deflate"],
  ])("%s: text and binary of every length class come back, close code and reason arrive", async (_, port, extension) => {
    const outcome = await page.evaluate(exchange, `ws://127.0.0.1:${port()}/`);
    expect(outcome).toEqual({ extension, wrong: [], echoes: 13, close: [4001, "für heute", true] });
  });
});

/** Runs in the page. */
async function exchange(url: string) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const event = <E>(name: string) =>
    new Promise<E>((resolve) => socket.addEventListener(name, (e) => resolve(e as E), { once: true }));
  await event("open");
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 16 * 1024 * 1024];
  const messages = [
    ...["", "hello", "héllo wörld €😀", "x".repeat(125), "x".repeat(126), "ü".repeat(40_000)],
    ...lengths.map((length) => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8))),
  ];
  const wrong: string[] = [];
  let echoes = 0;
  for (const message of messages) {
    const answer = event<MessageEvent<string | ArrayBuffer>>("message");
    socket.send(message);
    const { data } = await answer;
    echoes++;
    const received = typeof data === "string" ? data : new Uint8Array(data);
    const same =
      typeof message === "string"
        ? received === message
        : typeof received !== "string" &&
          received.length === message.length &&
          message.every((octet, i) => octet === received[i]);
    if (!same) wrong.push(`${typeof message} of ${message.length}`);
  }
  const closed = event<CloseEvent>("close");
  socket.close(4001, "für heute");
  const { code, reason, wasClean } = await closed;
  return { extension: socket.extensions, wrong, echoes, close: [code, reason, wasClean] };
}
