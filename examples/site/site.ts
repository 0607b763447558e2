// A web server for an example's page, on one port with its WebSockets. It serves the page, its compiled script and the
// library's files as they are, for the page's import map, and nothing else. Knows none of the examples.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { type HttpUpgrade, takeUpgrades } from "godot-ws";

export interface SiteOptions {
  /** Which one: its folder's name in `examples`. */
  example: string;
  /** 0 for any. */
  port: number;
  /** Default `"*"`: all. */
  bindAddress?: string;
  /** A WebSocket handshake; has to go to `acceptStream` at once. */
  onUpgrade(upgrade: HttpUpgrade): void;
  /** Asked about each request first; true when it answers that one. Default: the page is all there is. */
  onRequest?(request: IncomingMessage, response: ServerResponse): boolean;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Words, and one dot: no path leaves its folder. */
const filePattern = /^\/(?:(app|godot-ws|site)\/)?((?:[\w-]+\/)*[\w-]+(\.(?:html|css|js|svg)))$/;

const { resolve } = createRequire(import.meta.url);
const siteFolder = dirname(resolve("example-site/package.json"));
const libraryFolder = dirname(resolve("godot-ws"));

export class Site {
  readonly #http: Server;
  readonly #stopUpgrades: () => void;

  /** Rejects with Node's own error when the port cannot be had. */
  static async listen(options: SiteOptions): Promise<Site> {
    const site = new Site(options);
    const { port, bindAddress = "*" } = options;
    await new Promise<void>((resolve, reject) => {
      site.#http.once("error", reject);
      site.#http.listen({ port, ...(bindAddress === "*" ? {} : { host: bindAddress }) }, resolve);
    });
    return site;
  }

  private constructor({ example, onUpgrade, onRequest }: SiteOptions) {
    this.#http = createServer((request, response) => {
      if (onRequest?.(request, response) !== true) void answer(example, request, response);
    });
    this.#stopUpgrades = takeUpgrades(this.#http, onUpgrade);
  }

  get port(): number {
    return (this.#http.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Listens no more, and waits until all connections are gone: the WebSockets are their owner's to close. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#stopUpgrades();
    this.#http.closeAllConnections();
    await closed;
  }
}

async function answer(example: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return send(request, response, 405, ".txt", "only GET is served here\n", { Allow: "GET, HEAD" });
  }
  const file = fileOf(example, (request.url ?? "/").split("?", 1)[0]!);
  const content = file && (await readFile(file).catch(() => undefined));
  if (content === undefined) send(request, response, 404, ".txt", "there is nothing here\n");
  else send(request, response, 200, extname(file!), content);
}

/** `/app/` is what was compiled, `/godot-ws/` the library, `/site/` is for all examples; the rest is in `page`. */
function fileOf(example: string, path: string): string | undefined {
  const match = filePattern.exec(path === "/" ? "/index.html" : path);
  if (match === null) return undefined;
  const [, place, file = "", extension] = match;
  const folder = join(siteFolder, "..", example);
  if (place === "site") return join(siteFolder, extension === ".js" ? "dist" : "", file);
  if (place === undefined) return join(folder, "page", file);
  if (extension !== ".js") return undefined;
  return place === "app" ? join(folder, "dist", file) : join(libraryFolder, file);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  extension: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "Content-Type": contentTypes[extension] ?? "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
