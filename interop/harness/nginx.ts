/** nginx in front of a server, run with the very lines that README.md recommends. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Availability } from "./engine.ts";
import { onProcessExit } from "./launch.ts";

const program = process.env["NGINX_PATH"] ?? "/usr/sbin/nginx";
const document = new URL("../../README.md", import.meta.url);

/** For `describe.skipIf`, as `nativeEngine`: prints why not, and in CI that is an error. */
export function nginxAvailability(): Availability {
  if (existsSync(program)) return { ok: true };
  const reason = `there is no ${program}; scripts/install-nginx.sh installs it`;
  if (process.env["CI"]) throw new Error(`CI needs nginx: ${reason}`);
  console.warn(`Tests with nginx are skipped: ${reason}`);
  return { ok: false, reason };
}

export interface Nginx extends AsyncDisposable {
  readonly plainPort: number;
  readonly securePort: number;
  /** What it complained about. */
  errors(): string;
}

export interface NginxOptions {
  readonly upstreamPort: number;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** Takes the place of http{} in the distribution's nginx.conf; everything else is nginx's default. */
export async function startNginx({ upstreamPort, certificate, key }: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "godot-ws-nginx-"));
  const path = (name: string): string => join(folder, name);
  const [plainPort, securePort] = [await unusedPort(), await unusedPort()];
  writeFileSync(path("fullchain.pem"), certificate);
  writeFileSync(path("privkey.pem"), key);
  writeFileSync(path("site.conf"), adapt(readSnippet(), { plainPort, securePort, upstreamPort, path }));
  writeFileSync(path("nginx.conf"), mainConfiguration(path));
  mkdirSync(path("temp"));

  const child = spawn(program, ["-e", path("error.log"), "-c", path("nginx.conf"), "-p", folder]);
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const errors = (): string =>
    output + (existsSync(path("error.log")) ? readFileSync(path("error.log"), "utf8") : "");
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      resolve();
    };
    child.once("error", end).once("exit", end);
  });
  const forget = onProcessExit(() => {
    child.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    forget();
    rmSync(folder, { recursive: true, force: true });
  };
  // It writes this file when it listens.
  while (!existsSync(path("nginx.pid")) && !hasEnded) await new Promise((resolve) => setTimeout(resolve, 20));
  if (hasEnded) {
    const why = errors();
    await stop();
    throw new Error(`nginx did not start:\n${why}`);
  }
  return { plainPort, securePort, errors, [Symbol.asyncDispose]: stop };
}

function readSnippet(): string {
  const snippets = [...readFileSync(document, "utf8").matchAll(/^```nginx\n(.*?)^```$/gms)];
  if (snippets.length !== 1) throw new Error(`README.md has ${snippets.length} nginx snippets, not one`);
  return snippets[0]![1]!;
}

interface Places {
  readonly plainPort: number;
  readonly securePort: number;
  readonly upstreamPort: number;
  path(name: string): string;
}

/** Other ports and files; each replacement has to find its place. */
function adapt(snippet: string, { plainPort, securePort, upstreamPort, path }: Places): string {
  const replacements: [found: string, by: string][] = [
    ["listen 80;", `listen 127.0.0.1:${plainPort};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${securePort} ssl;`],
    ["/etc/letsencrypt/live/games.example.com/fullchain.pem", path("fullchain.pem")],
    ["/etc/letsencrypt/live/games.example.com/privkey.pem", path("privkey.pem")],
    ["http://127.0.0.1:9080;", `http://127.0.0.1:${upstreamPort};`],
  ];
  return replacements.reduce((text, [found, by]) => {
    if (text.split(found).length !== 2) throw new Error(`README.md does not say "${found}" once`);
    return text.replace(found, by);
  }, snippet);
}

function mainConfiguration(path: (name: string) => string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${path("temp")}/${kind};`)
    .join("\n");
  return `daemon off;
pid ${path("nginx.pid")};
events {}
http {
  access_log off;
${temporary}
  include ${path("site.conf")};
}
`;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
