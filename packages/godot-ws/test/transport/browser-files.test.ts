import { afterEach, expect, it, vi } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { listFiles, readText } from "../../src/transport/browser-files.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("fetches texts, and rejects for what is not there", async () => {
  vi.stubGlobal("fetch", (address: string) =>
    Promise.resolve(new Response(`text of ${address}`, { status: address === "none" ? 404 : 200 })),
  );
  expect(await readText("game/a.tscn")).toBe("text of game/a.tscn");
  await expect(readText("none")).rejects.toThrow(UsageError);
  await expect(readText("none")).rejects.toThrow("none: HTTP status 404");
});

it("lists nothing", async () => {
  expect(await listFiles()).toEqual([]);
});
