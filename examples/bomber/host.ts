// The host as a program: `node host.js [--port=10567] [--name=Host] [--watch] [--players=N] [--countdown=10]`. The Enter
// key begins a match with those who are here.

import { createInterface } from "node:readline";
import { readOptions, started } from "example-site/program";
import { BomberHost, type SpawnKind } from "./bomber-host.ts";
import { port as usualPort } from "./nodes.ts";

const values = readOptions(
  "node dist/host.js [--port=10567] [--name=Host] [--watch] [--players=N] [--countdown=10] [--pause=10] " +
    "[--rocks=N] [--spawn=function|scene]",
  {
    port: { type: "string", default: String(usualPort) },
    name: { type: "string", default: "Host" },
    watch: { type: "boolean", default: false },
    players: { type: "string" },
    countdown: { type: "string", default: "10" },
    pause: { type: "string", default: "10" },
    rocks: { type: "string" },
    spawn: { type: "string" },
  },
);
if (values.spawn !== undefined && values.spawn !== "function" && values.spawn !== "scene") {
  console.error("--spawn is function or scene");
  process.exit(1);
}
const spawn: SpawnKind | undefined = values.spawn;

const host = await started(
  BomberHost.listen(Number(values.port), {
    ...(values.watch ? {} : { name: values.name }),
    ...(values.players === undefined ? {} : { players: Number(values.players) }),
    ...(values.rocks === undefined ? {} : { rocks: Number(values.rocks) }),
    ...(spawn === undefined ? {} : { spawn }),
    countdownMs: Number(values.countdown) * 1000,
    pauseMs: Number(values.pause) * 1000,
  }),
);
host.logged.connect((line) => console.log(line));
console.log(`Hosting on ws://localhost:${host.port}`);
createInterface(process.stdin).on("line", () => host.begin());

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    host.close();
    process.exit();
  });
}
