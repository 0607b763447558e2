/**
 * The child process that hosts a web engine (see launchWeb in engine.ts).
 *
 * It runs one engine at a time and may be given another when that one has ended: compiling is the costly part.
 * Messages in: a StartMessage. Messages out: a ChildMessage for every line and one for the end.
 */
import { Worker } from "node:worker_threads";
import { bootGodot } from "./godot-web.mjs";

/**
 * @typedef {object} StartMessage
 * @property {Uint8Array} pack
 * @property {readonly string[]} args
 * @property {string} webSocket `module` or `module#export`; the export is `WebSocket` when not named
 */

/**
 * @typedef {{ kind: "line", line: string, isError: boolean } | { kind: "exit", code: number }
 *   | { kind: "crash", reason: string }} ChildMessage
 */

/** @type {(message: ChildMessage) => void} */
const report = (message) => process.send?.(message);

/**
 * @param {string} specifier
 * @returns {Promise<import("./godot-web.mjs").WebSocketClass>}
 */
async function loadWebSocket(specifier) {
  const [module = "", name = "WebSocket"] = specifier.split("#");
  const found = (await import(module))[name];
  if (typeof found !== "function") throw new Error(`${module} has no class ${name} to use as WebSocket`);
  return found;
}

/** @param {StartMessage} message */
async function run({ pack, args, webSocket }) {
  try {
    const engine = await bootGodot({
      pack,
      args,
      WebSocket: await loadWebSocket(webSocket),
      onLine: (line, isError) => report({ kind: "line", line, isError }),
    });
    report({ kind: "exit", code: await engine.exited });
  } catch (error) {
    report({
      kind: "crash",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

process.on("message", (message) => run(/** @type {StartMessage} */ (message)));
process.on("disconnect", () => process.exit(0));

// "disconnect" never arrives while a script of the project loops for ever, so a thread of its own looks
// whether the parent is still there.
new Worker(
  `const parent = process.ppid;
   setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 250);`,
  { eval: true },
).unref();
