import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { version } from "../src/version.ts";
import { Game, host, startServer } from "./games.ts";

describe("over HTTP", () => {
  test.each([
    ["/", "text/html; charset=utf-8", "index.html"],
    ["/?x=1", "text/html; charset=utf-8", "index.html"],
    ["/page.css", "text/css; charset=utf-8", "page.css"],
    ["/page.js", "text/javascript; charset=utf-8", "page.js"],
    ["/favicon.svg", "image/svg+xml", "favicon.svg"],
  ])("%s is a file of the page", async (path, type, file) => {
    await using server = await startServer();
    const response = await fetch(`http://${host}:${server.port}${path}`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
    expect(await response.text()).toBe(readFileSync(new URL(`../public/${file}`, import.meta.url), "utf8"));
  });

  test("the page may load nothing from elsewhere, and asks for nothing else", async () => {
    await using server = await startServer();
    const base = `http://${host}:${server.port}/`;
    const response = await fetch(base);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await response.text();
    const links = [...html.matchAll(/\s(?:src|href)="([^"#][^"]*)"/g)].map(
      ([, link]) => new URL(link!, base),
    );
    expect(links.length).toBeGreaterThan(1);
    for (const link of links.filter(({ origin }) => origin === new URL(base).origin)) {
      expect((await fetch(link)).status, link.href).toBe(200);
    }
    // What the policy forbids would not run.
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|\son\w+="|<style|\sstyle="/);
  });

  test("/status tells of rooms and peers, and names no addresses", async () => {
    await using server = await startServer();
    await using game = await Game.join(server, "blue");
    await using other = await Game.join(server, "blue");
    const response = await fetch(`http://${host}:${server.port}/status`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("content-security-policy")).not.toBeNull();
    const text = await response.text();
    expect(text).not.toContain(host);
    const status = JSON.parse(text);
    expect(status).toEqual({
      version,
      uptimeSeconds: expect.any(Number),
      rooms: [
        {
          name: "blue",
          peers: [
            { id: game.id, seconds: expect.any(Number) },
            { id: other.id, seconds: expect.any(Number) },
          ],
          relayedPackets: 0,
        },
      ],
    });
  });

  test("HEAD has no body, other methods are refused, other paths are not there", async () => {
    await using server = await startServer();
    const base = `http://${host}:${server.port}`;
    const head = await fetch(base, { method: "HEAD" });
    expect([head.status, Number(head.headers.get("content-length")) > 0, await head.text()]).toEqual([
      200,
      true,
      "",
    ]);
    const post = await fetch(`${base}/status`, { method: "POST", body: "x" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    for (const path of [
      "/nothing",
      "/../package.json",
      "/%2e%2e/package.json",
      "/index.html",
      "/rooms/blue",
      "//",
    ]) {
      expect((await fetch(`${base}${path}`)).status, path).toBe(404);
    }
  });
});
