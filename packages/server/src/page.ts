// What the server answers to plain HTTP: the page with its few files, and the status that the page shows.

import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const commonHeaders = {
  "Content-Security-Policy":
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

const files: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/page.css": "page.css",
  "/page.js": "page.js",
  "/favicon.svg": "favicon.svg",
};

/** Answers requests; `status` gives what `/status` shows. */
export function createPage(
  status: () => unknown,
): (request: IncomingMessage, response: ServerResponse) => void {
  const bodies = new Map(Object.entries(files).map(([path, file]) => [path, read(file)]));
  return (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0]!;
    if (request.method !== "GET" && request.method !== "HEAD") {
      return send(request, response, 405, ".txt", "only GET is served here\n", { Allow: "GET, HEAD" });
    }
    if (path === "/status") return send(request, response, 200, ".json", JSON.stringify(status()));
    const body = bodies.get(path);
    if (body === undefined) return send(request, response, 404, ".txt", "there is nothing here\n");
    send(request, response, 200, extname(files[path]!), body);
  };
}

function read(file: string): Buffer {
  return readFileSync(new URL(`../public/${file}`, import.meta.url));
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  extension: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  const type =
    extension === ".json" ? "application/json" : (contentTypes[extension] ?? "text/plain; charset=utf-8");
  const length = Buffer.byteLength(body);
  response.writeHead(code, { ...commonHeaders, "Content-Type": type, "Content-Length": length, ...headers });
  response.end(request.method === "HEAD" ? undefined : body);
}
