// `godot-ws serve`: the room server as a program.

import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { parsePort, UsageProblem } from "./command.ts";
import { createLog, type LogFormat } from "./log.ts";
import { RoomServer } from "./room-server.ts";
import { stopSignal } from "./stop-signal.ts";

const defaultPort = 9080;

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
  --log FORMAT     text, or json for one object a line      (default text)
  --help           show this help

SIGTERM or Ctrl+C closes every connection properly, then ends the program.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: String(defaultPort) },
        host: { type: "string" },
        log: { type: "string", default: "text" },
      },
    });
    const log = createLog(parseFormat(values.log));
    const port = parsePort(values.port);
    const stop = stopSignal();
    const server = await RoomServer.listen({
      port,
      log,
      ...(values.host === undefined ? {} : { host: values.host }),
    });
    for (const host of reachableHosts(values.host)) log.info(`serving http://${host}:${server.port}/`);
    log.info(`games connect to ws://localhost:${server.port}/rooms/<name>`);
    const why = await stop;
    log.info(`${why}: closing ${server.rooms.size} rooms`);
    await server.close();
    log.info("stopped");
  },
};

function parseFormat(text: string): LogFormat {
  if (text === "text" || text === "json") return text;
  throw new UsageProblem(`--log is text or json, not ${JSON.stringify(text)}`);
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
