// `godot-ws serve` with TLS, as a program of its own: the files, and SIGHUP.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TLSOptions, WebSocketPeer } from "godot-ws";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAuthority, type Issued, issueCertificate } from "../../godot-ws/test/support/certificates.ts";

const program = fileURLToPath(new URL("../bin/godot-ws.js", import.meta.url));
const authority = createAuthority();
const tls = TLSOptions.client(authority.certificate);
const certificateFor = (name: string, days = {}) =>
  issueCertificate({ names: [name], issuer: authority, ...days });

let folder: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "godot-ws-test-"));
});
afterEach(async () => {
  const child = running;
  running = undefined;
  if (child !== undefined && child.exitCode === null) {
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
  }
  rmSync(folder, { recursive: true });
});

const certificateFile = () => join(folder, "certificate.pem");
const keyFile = () => join(folder, "key.pem");

function put({ certificate, key }: Issued): void {
  writeFileSync(certificateFile(), certificate);
  writeFileSync(keyFile(), key);
}

interface Program {
  readonly lines: string[];
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

function run(...args: string[]): Program {
  const child = spawn(process.execPath, [program, "serve", "--port", "0", "--host", "127.0.0.1", ...args]);
  running = child;
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { lines, ended, signal: (name) => child.kill(name) };
}

const withFiles = () => run("--tls-cert", certificateFile(), "--tls-key", keyFile());

/** What the pattern's group found, once a line has it; `from` skips the lines before. */
async function said({ lines }: Program, pattern: RegExp, from = 0): Promise<string> {
  const find = () =>
    lines
      .slice(from)
      .map((line) => pattern.exec(line)?.[1])
      .find((found) => found !== undefined);
  await expect.poll(find, { timeout: 10_000, message: () => lines.join("\n") } as object).toBeDefined();
  return find() as string;
}

test("serves wss, and reads its files again on SIGHUP while a game stays", async () => {
  put(certificateFor("localhost"));
  const server = withFiles();
  const port = await said(server, /serving https:\/\/127\.0\.0\.1:(\d+)\//);
  await said(server, /games connect to (wss:)/);
  await said(server, /(certificate for DNS:localhost, until )/);
  const url = `wss://localhost:${port}/rooms/blue`;
  const first = new WebSocketPeer();
  await first.connectToUrl(url, { tls });

  put(certificateFor("elsewhere.example"));
  server.signal("SIGHUP");
  await said(server, /SIGHUP: (certificate for DNS:elsewhere\.example)/);
  const second = new WebSocketPeer();
  await expect(second.connectToUrl(url, { tls })).rejects.toThrow("not for localhost");

  const before = server.lines.length;
  put({ ...certificateFor("localhost"), key: certificateFor("x").key });
  server.signal("SIGHUP");
  await said(server, /SIGHUP: the certificate stays as it was: (.*key values mismatch)/, before);
  put(certificateFor("localhost", { fromDays: -9, toDays: -2 }));
  server.signal("SIGHUP");
  await said(server, /stays as it was: .*(has expired)/, before);
  writeFileSync(keyFile(), "");
  server.signal("SIGHUP");
  await said(server, /stays as it was: .*(private key of the server is not in PEM)/, before);
  rmSync(keyFile());
  server.signal("SIGHUP");
  await said(server, /stays as it was: cannot read (.*)/, before);
  await second.connectToUrl(url, { tls: TLSOptions.client(authority.certificate, "elsewhere.example") });

  expect(first.readyState).toBe(WebSocketPeer.State.OPEN);
  server.signal("SIGTERM");
  expect((await first.closed.next())[0]).toBe(1001);
  expect(await server.ended).toBe(0);
});

test.each([
  ["one file without the other", () => ["--tls-cert", "x"], 2, /--tls-cert and --tls-key go together/],
  [
    "a file that is not there",
    () => ["--tls-cert", certificateFile(), "--tls-key", keyFile()],
    1,
    /cannot read \S+\.pem: ENOENT/,
  ],
  ["a flush interval that is none", () => ["--flush-interval", "soon"], 2, /--flush-interval is 0 to 1000/],
  ["an origin that is none", () => ["--allow-origin", "example.com"], 2, /--allow-origin: not an origin/],
  [
    "a proxy that is no address",
    () => ["--trust-proxy", "example.com"],
    2,
    /--trust-proxy: not an IP address/,
  ],
])("does not start with %s", async (_, args, code, message) => {
  const server = run(...args());
  expect(await server.ended).toBe(code);
  expect(server.lines.join("\n")).toMatch(message);
});

test("does not start with a key of another certificate", async () => {
  put({ ...certificateFor("localhost"), key: certificateFor("x").key });
  const server = withFiles();
  expect(await server.ended).toBe(1);
  expect(server.lines.join("\n")).toMatch(/key values mismatch/);
});

test("--allow-origin and --trust-proxy reach the rooms", async () => {
  const origins = ["--allow-origin", "https://a.example", "--allow-origin", "https://b.example"];
  const server = run(...origins, "--trust-proxy", "127.0.0.1", "--log", "json");
  const port = await said(server, /serving http:\/\/127\.0\.0\.1:(\d+)\//);
  const headers = (origin: string) => [`Origin: ${origin}`, "X-Forwarded-For: 203.0.113.7"];
  const url = `ws://127.0.0.1:${port}/rooms/blue`;
  await new WebSocketPeer({ handshakeHeaders: headers("https://b.example") }).connectToUrl(url);
  const refused = new WebSocketPeer({ handshakeHeaders: headers("https://c.example") });
  await expect(refused.connectToUrl(url)).rejects.toMatchObject({ status: 403 });
  await said(server, /"from":"(203\.0\.113\.7)".*joined/);
  await said(server, /"from":"(203\.0\.113\.7)".*refused: this origin/);
});
