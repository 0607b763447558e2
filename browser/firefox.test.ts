/** The library in Firefox, over its WebSocket: the same contract as in Chromium, in a page and bundled in a worker. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientContract } from "../packages/godot-ws/test/contracts/client.contract.ts";
import {
  type ContractServers,
  startContractServers,
} from "../packages/godot-ws/test/contracts/client-contract-server.ts";
import { build } from "../scripts/build.mjs";
import { Firefox, firefoxReason } from "./firefox.ts";
import { type LibrarySite, startLibrarySite } from "./library-site.ts";

describe.skipIf(firefoxReason !== "")(`the library in Firefox${firefoxReason}`, () => {
  let firefox: Firefox;
  let site: LibrarySite;
  let servers: ContractServers;

  beforeAll(async () => {
    build();
    [site, servers] = await Promise.all([startLibrarySite(), startContractServers()]);
    firefox = await Firefox.launch();
    await firefox.goto(site.url);
  });
  afterAll(async () => {
    await firefox?.[Symbol.asyncDispose]();
    await Promise.all([site[Symbol.asyncDispose](), servers[Symbol.asyncDispose]()]);
  });

  const addresses = (): string => JSON.stringify({ echoUrl: servers.echoUrl, roomUrl: servers.roomUrl });

  describe("its files in a page", () => {
    test.each(Object.keys(clientContract))("%s", async (name) => {
      // Modules run before the page counts as complete.
      await firefox.evaluate(`run(${JSON.stringify(name)}, ${addresses()})`);
    });
  });

  describe("bundled in a worker", () => {
    test.each(Object.keys(clientContract))("%s", async (name) => {
      const wrong = await firefox.evaluate(`new Promise((resolve) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
        worker.onerror = ({ message }) => resolve(message);
        worker.postMessage({ name: ${JSON.stringify(name)}, addresses: ${addresses()} });
      })`);
      expect(wrong).toBe("");
    });
  });

  test("a check that does not hold is told", async () => {
    await expect(firefox.evaluate("Promise.reject(new Error('wrong'))")).rejects.toThrow("wrong");
  });
});
