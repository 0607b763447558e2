// What all these servers have in common: where to listen, telling that they do, and garbage collection on request.
// Runs in Node, Bun and Deno.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const port = Number(process.env.BENCH_PORT ?? 9080);

/** Milliseconds that messages may wait to leave together; 0 for the end of the turn. */
export const flushMs = Number(process.env.BENCH_FLUSH_MS ?? 0);

/** Where the key and the certificate of the TLS rows lie. */
export const keyFile = process.env.BENCH_KEY ?? "";
export const certificateFile = process.env.BENCH_CERTIFICATE ?? "";

/** Larger than any message of these benchmarks, and what may wait for a client that reads slowly. */
export const largestMessage = 4 << 20;
export const largestBacklog = 16 << 20;

export function ready() {
  // The generator of load asks so before it looks at our memory.
  process.on("SIGUSR2", collectGarbage);
  // An orderly end, so that `node --cpu-prof` writes what it has seen.
  process.on("SIGTERM", () => process.exit());
  console.log(`LISTENING ${port}`);
}

function collectGarbage() {
  const { gc, Bun } = /** @type {any} */ (globalThis);
  if (gc === undefined) Bun?.gc(true);
  else gc();
}

/**
 * One of this repository's packages as it was built, here or in another checkout.
 * @param {"godot-ws" | "server"} name
 */
export function ownPackage(name) {
  const tree = process.env.BENCH_TREE ?? fileURLToPath(new URL("../..", import.meta.url));
  return import(pathToFileURL(join(tree, "packages", name, "dist/index.js")).href);
}

/** The room in a request's path, `/rooms/<name>`. @param {string | undefined} path */
export function roomOf(path) {
  return path?.slice(path.lastIndexOf("/") + 1) ?? "";
}

/**
 * The set of a room's members.
 * @template T
 * @param {Map<string | number, Set<T>>} rooms
 * @param {string | number} name
 * @returns {Set<T>}
 */
export function membersOf(rooms, name) {
  let members = rooms.get(name);
  if (members === undefined) {
    members = new Set();
    rooms.set(name, members);
  }
  return members;
}
