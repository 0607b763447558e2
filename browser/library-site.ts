/** A web site with the library in it: as its files are, for a page's import map, and bundled, for a worker. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build as bundle, transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const contract = `${root}packages/godot-ws/test/contracts/client.contract.ts`;

/** What docs/browser.md tells people to write. */
const importMap = {
  imports: {
    "godot-ws": "/godot-ws/index.js",
    "#platform": "/godot-ws/transport/browser.js",
    "#opening": "/godot-ws/peer/opening-browser.js",
  },
};

const pageText = `<!doctype html><meta charset="utf-8"><title>godot-ws</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">
  import * as library from "godot-ws";
  import { clientContract } from "/contract.js";
  globalThis.library = library;
  globalThis.run = (name, addresses) => clientContract[name](library, addresses);
</script>`;

/** Runs one check for each message, and answers what was wrong with it. */
const workerText = `
  import * as library from "godot-ws";
  import { clientContract } from ${JSON.stringify(contract)};
  onmessage = ({ data: { name, addresses } }) =>
    clientContract[name](library, addresses).then(
      () => postMessage(""),
      (error) => postMessage(String(error?.stack ?? error)),
    );`;

export interface LibrarySite extends AsyncDisposable {
  readonly url: string;
}

/** `dist` has to be up to date. */
export async function startLibrarySite(): Promise<LibrarySite> {
  const contractText = transform(await readFile(contract, "utf8"), { loader: "ts" }).then(({ code }) => code);
  const texts: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", pageText],
    "/contract.js": ["text/javascript", await contractText],
    "/worker.js": ["text/javascript", await bundleWorker()],
  };
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const [type, text] = texts[path] ?? ["text/javascript", await readDist(path)];
    response.writeHead(text === undefined ? 404 : 200, { "Content-Type": type });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readDist(path: string): Promise<string | undefined> {
  const file = /^\/godot-ws\/([\w/-]+\.js)$/.exec(path)?.[1];
  if (file === undefined) return undefined;
  return readFile(`${root}packages/godot-ws/dist/${file}`, "utf8").catch(() => undefined);
}

/** As a bundler does it: the package's conditions choose the platform. */
async function bundleWorker(): Promise<string> {
  const { outputFiles } = await bundle({
    stdin: { contents: workerText, resolveDir: root },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0]!.text;
}
