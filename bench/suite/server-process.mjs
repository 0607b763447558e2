// A server as a process of its own.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { certificate } from "./certificate.mjs";
import { pinned } from "./machine.mjs";

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @type {Set<() => void>} */
const running = new Set();
process.on("exit", () => {
  for (const kill of running) kill();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** @typedef {{ port: number, pid: number, stop(): Promise<void> }} RunningServer */

/**
 * Starts a server and waits until it listens. Undefined for a workload that the opponent has none for.
 * @param {import("./opponents.mjs").Opponent} opponent
 * @param {string} workload
 * @param {{ flushMs?: number, tree?: string | undefined, extraArgs?: readonly string[] }} [options]
 * @returns {Promise<RunningServer | undefined>}
 */
export async function startServer(opponent, workload, { flushMs = 0, tree } = {}) {
  const port = await freePort();
  const launch = opponent.launch(workload, port);
  if (launch === undefined) return undefined;
  const child = spawn(...pinned("server", launch.program, launch.args), {
    // A session of its own: Linux shares its time out between sessions, which is fair on a machine that is busy.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      BENCH_PORT: String(port),
      BENCH_FLUSH_MS: String(flushMs),
      ...(workload.endsWith("-tls") ? certificate() : {}),
      ...(tree === undefined ? {} : { BENCH_TREE: tree }),
      ...launch.env,
    },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const kill = () => {
    child.kill("SIGKILL");
    launch.cleanUp?.();
  };
  running.add(kill);
  const stop = async () => {
    running.delete(kill);
    child.kill("SIGKILL");
    await ended;
    launch.cleanUp?.();
  };
  try {
    await listening(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, pid: /** @type {number} */ (child.pid), stop };
}

/** @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, import("node:stream").Readable>} child */
function listening(child) {
  let text = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server does not listen: ${text}`)), 20_000);
    const read = (/** @type {Buffer} */ part) => {
      // Afterwards it is only read so that the server never waits for us.
      if (text.length < 10_000) text += part;
      if (!text.includes("LISTENING")) return;
      clearTimeout(timer);
      resolve(undefined);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      reject(new Error(`the server ended: ${text}`));
    });
  });
}

/**
 * Kibibytes of a process: `own` is what nobody else has mapped, `shared` the rest of what is resident.
 * @param {number} pid
 */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const field = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  const own = field("Private_Clean") + field("Private_Dirty");
  return { own, shared: field("Rss") - own };
}
