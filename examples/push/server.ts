// The push server as a program: `node server.js [--port=8090] [--every=8] [--history=FILE]`. What is typed is pushed, and
// something is made up every so many seconds, 0 for nothing. With a history it goes on where it ended, and with a key in
// PUSH_KEY, which no list of processes shows, others than this machine may push too.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { readOptions, started } from "example-site/program";
import { port as usualPort } from "./notification.ts";
import { PushServer } from "./push-server.ts";

const values = readOptions("node dist/server.js [--port=8090] [--every=8] [--history=FILE]", {
  port: { type: "string", default: String(usualPort) },
  every: { type: "string", default: "8" },
  history: { type: "string" },
});

const file = values.history;
const push = await started(
  PushServer.listen(Number(values.port), {
    key: process.env["PUSH_KEY"],
    ...(file !== undefined && existsSync(file) && { history: JSON.parse(readFileSync(file, "utf8")) }),
  }),
);
if (file !== undefined) push.pushed.connect(() => writeHistory(file));
push.logged.connect((line) => console.log(line));
console.log(`Listening on http://localhost:${push.port}/`);

const made: readonly (() => Parameters<PushServer["push"]>)[] = [
  () => [
    "deploy",
    `Version 1.${upTo(40)}.${upTo(9)} is live`,
    `${2 + upTo(12)} changes, in ${20 + upTo(70)} s`,
  ],
  () => ["score", `Red ${upTo(5)} : ${upTo(5)} Blue`, `Minute ${1 + upTo(90)}`],
  () => ["message", "Ann has invited you", `Room ${1000 + upTo(9000)}, ${1 + upTo(4)} players are there`],
];
let count = 0;
const every = Number(values.every);
const timer =
  every > 0 ? setInterval(() => push.push(...made[count++ % made.length]!()), every * 1000) : undefined;
const keyboard = createInterface(process.stdin).on("line", (line) => {
  if (line !== "") push.push("message", line);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    clearInterval(timer);
    keyboard.close();
    void push.close();
  });
}

/** Whatever ends this process, the file is whole. */
function writeHistory(path: string): void {
  writeFileSync(`${path}.new`, JSON.stringify(push.history));
  renameSync(`${path}.new`, path);
}

function upTo(limit: number): number {
  return Math.floor(Math.random() * (limit + 1));
}
