// `godot-ws serve`: the room server as a program.

import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import { AddressSet, allowOrigins } from "godot-ws";
import type { Logger } from "pino";
import type { Command } from "./command.ts";
import { parsePort, UsageProblem } from "./command.ts";
import { createLog, type LogFormat } from "./log.ts";
import { RoomServer } from "./room-server.ts";
import { stopSignal } from "./stop-signal.ts";
import { readTlsFiles, type TlsFiles } from "./tls-files.ts";

const defaultPort = 9080;
/** Milliseconds; a game that waits longer would seem to hang. */
const longestInterval = 1000;

export const serveCommand: Command = {
  name: "serve",
  summary: "rooms for Godot games, and a page that shows them (the default)",
  help: `Usage: godot-ws serve [options]

Serves rooms for Godot games. Each path below /rooms/ is a session of its own, in which the
server is peer 1 and relays what the games send each other:

  peer.create_client("ws://localhost:${defaultPort}/rooms/blue")

Options:
  --port N         port to listen on, 0 for any             (default ${defaultPort})
  --host ADDRESS   address to listen on                     (default: all)
  --flush-interval MS
                   milliseconds that packets may wait to leave together: 8 halves the CPU time of rooms
                   whose games send at every tick, and delays each packet by up to that (default 0)
  --log FORMAT     text, or json for one object a line      (default text)
  --tls-cert FILE  certificate in PEM, with those in between: https and wss in place of http and ws
  --tls-key FILE   its private key in PEM
  --allow-origin ORIGIN
                   web pages from there only: https://example.com, *.example.com; may be repeated
                   (default: from everywhere; programs other than browsers are not affected)
  --trust-proxy ADDRESS
                   believe the X-Forwarded-For of this proxy, for the log and the limit per address:
                   127.0.0.1, 10.0.0.0/8; may be repeated   (default: of none)
  --help           show this help

SIGTERM or Ctrl+C closes every connection properly, then ends the program.
SIGHUP reads the certificate and its key again; open connections go on.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: String(defaultPort) },
        host: { type: "string" },
        "flush-interval": { type: "string", default: "0" },
        log: { type: "string", default: "text" },
        "tls-cert": { type: "string" },
        "tls-key": { type: "string" },
        "allow-origin": { type: "string", multiple: true },
        "trust-proxy": { type: "string", multiple: true },
      },
    });
    const log = createLog(parseFormat(values.log));
    const port = parsePort(values.port);
    const flushIntervalMs = parseInterval(values["flush-interval"]);
    const files = tlsFiles(values["tls-cert"], values["tls-key"]);
    const tls = files && readTlsFiles(files);
    const { "allow-origin": allowedOrigins, "trust-proxy": trustedProxies } = values;
    checkOption("--allow-origin", () => allowedOrigins && allowOrigins(allowedOrigins));
    checkOption("--trust-proxy", () => trustedProxies && new AddressSet(trustedProxies));
    const stop = stopSignal();
    const server = await RoomServer.listen({
      port,
      log,
      tls: tls?.options,
      allowedOrigins,
      trustedProxies,
      flushIntervalMs,
      ...(values.host === undefined ? {} : { host: values.host }),
    });
    const s = tls === undefined ? "" : "s";
    for (const host of reachableHosts(values.host)) log.info(`serving http${s}://${host}:${server.port}/`);
    log.info(`games connect to ws${s}://localhost:${server.port}/rooms/<name>`);
    if (tls !== undefined) log.info(`certificate for ${tls.description}`);
    if (files !== undefined) process.on("SIGHUP", () => reloadTls(server, files, log));
    const why = await stop;
    const { size } = server.rooms;
    log.info(`${why}: closing ${size} ${size === 1 ? "room" : "rooms"}`);
    await server.close();
    log.info("stopped");
  },
};

function tlsFiles(certificate: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new UsageProblem("--tls-cert and --tls-key go together");
}

function reloadTls(server: RoomServer, files: TlsFiles, log: Logger): void {
  try {
    const { options, description } = readTlsFiles(files);
    server.setTlsOptions(options);
    log.info(`SIGHUP: certificate for ${description}`);
  } catch (error) {
    log.error(`SIGHUP: the certificate stays as it was: ${(error as Error).message}`);
  }
}

/** `use` throws for a value that makes no sense. */
function checkOption(name: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new UsageProblem(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function parseFormat(text: string): LogFormat {
  if (text === "text" || text === "json") return text;
  throw new UsageProblem(`--log is text or json, not ${JSON.stringify(text)}`);
}

function parseInterval(text: string): number {
  const ms = Number(text);
  if (text.trim() !== "" && ms >= 0 && ms <= longestInterval) return ms;
  throw new UsageProblem(
    `--flush-interval is 0 to ${longestInterval} milliseconds, not ${JSON.stringify(text)}`,
  );
}

/** The addresses under which people will find the server. */
function reachableHosts(host: string | undefined): string[] {
  if (host !== undefined) return [host.includes(":") ? `[${host}]` : host];
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const lan = own
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
  return ["localhost", ...lan];
}
