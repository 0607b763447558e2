/** A web site on this machine with what it is given. A page of any other may not call servers here (Chromium asks first). */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

export class FileSite implements AsyncDisposable {
  readonly #files: ReadonlyMap<string, string | Uint8Array>;
  readonly #server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : (request.url ?? "").split("?", 1)[0]!;
    const content = this.#files.get(path);
    const type = contentTypes[extname(path)] ?? "application/octet-stream";
    response.writeHead(content === undefined ? 404 : 200, { "Content-Type": type });
    response.end(content);
  });

  /** `files` by path; they may come later, too. */
  static async start(files: ReadonlyMap<string, string | Uint8Array>): Promise<FileSite> {
    const site = new FileSite(files);
    await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  private constructor(files: ReadonlyMap<string, string | Uint8Array>) {
    this.#files = files;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A page that runs one script, as a module. */
export const pageWith = (script: string, body = ""): string =>
  `<!doctype html><meta charset="utf-8"><title>godot-ws</title><link rel="icon" href="data:,">${body}
<script type="module" src="${script}"></script>`;
