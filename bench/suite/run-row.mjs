// One row, one opponent, once.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runGenerator } from "./generator.mjs";
import { pinned } from "./machine.mjs";
import { memoryOf, startServer } from "./server-process.mjs";

/**
 * @typedef {object} Settings
 * @property {readonly [string, ...string[]]} generator
 * @property {number} warm seconds before those that are measured
 * @property {number} seconds
 * @property {string | undefined} tree another checkout whose build is measured
 */

const codecProgram = fileURLToPath(new URL("../codec/measure.mjs", import.meta.url));

/** Processes that stand for many: what they have in common is seen only with more than one. */
const nativeSamples = 2;

/**
 * Undefined for what the opponent has no server for.
 * @param {import("./rows.mjs").Row} row
 * @param {import("./opponents.mjs").Opponent} opponent
 * @param {boolean} isNative
 * @param {Settings} settings
 * @returns {Promise<import("./generator.mjs").RunResult | undefined>}
 */
export function runOnce(row, opponent, isNative, settings) {
  if (row.value !== undefined) return measureCodec(row.value, opponent, settings);
  return row.measure === "memory" && isNative
    ? measureProcesses(row, opponent, settings)
    : measureServer(row, opponent, settings);
}

/**
 * @param {string} value
 * @param {import("./opponents.mjs").Opponent} opponent
 * @param {Settings} settings
 * @returns {Promise<import("./generator.mjs").RunResult | undefined>}
 */
async function measureCodec(value, { codec }, { warm, seconds, tree }) {
  if (codec === undefined) return undefined;
  const args = [codecProgram, codec, value, String(warm), String(seconds)];
  const [program, all] = pinned("server", process.execPath, args);
  const env = { ...process.env, ...(tree === undefined ? {} : { BENCH_TREE: tree }) };
  const { stdout } = await promisify(execFile)(program, all, { env, timeout: 60_000 });
  const result = JSON.parse(stdout);
  return result.unsupported ? undefined : result;
}

/**
 * @param {import("./rows.mjs").Row} row
 * @param {import("./opponents.mjs").Opponent} opponent
 * @param {Settings} settings
 */
async function measureServer(row, opponent, settings) {
  const { flushMs = 0 } = row;
  const server = await startServer(opponent, row.server, { flushMs, tree: settings.tree });
  if (server === undefined) return undefined;
  try {
    const warm = settings.warm * (row.warmFactor ?? 1);
    const result = await load(row.load, server, { ...settings, warm }, opponent.raw);
    if (row.measure !== "memory") return result;
    const { own, shared } = memoryOf(server.pid);
    return { ...result, memory: own + shared };
  } finally {
    await server.stop();
  }
}

/**
 * One room for each process. Two are run and what as many as there are rooms would take is computed: as often what is
 * one's own, and once what they share.
 * @param {import("./rows.mjs").Row} row
 * @param {import("./opponents.mjs").Opponent} opponent
 * @param {Settings} settings
 */
async function measureProcesses(row, opponent, settings) {
  const servers = [];
  try {
    let result = {};
    for (let i = 0; i < nativeSamples; i++) {
      const server = await startServer(opponent, row.server);
      if (server === undefined) return undefined;
      servers.push(server);
      result = await load({ ...row.load, rooms: 1 }, server, settings);
    }
    const memories = servers.map(({ pid }) => memoryOf(pid));
    const own = memories.reduce((sum, one) => sum + one.own, 0) / memories.length;
    const shared = memories[0]?.shared ?? 0;
    const memory = Math.round(own * Number(row.load.rooms) + shared);
    return { ...result, ownKb: own, sharedKb: shared, memory };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/**
 * @param {import("./rows.mjs").Row["load"]} options
 * @param {import("./server-process.mjs").RunningServer} server
 * @param {Settings} settings
 * @param {boolean} [raw]
 */
function load(options, { port, pid }, { generator, warm, seconds }, raw = false) {
  /** @type {Record<string, string | number | true>} */
  const all = { ...options, port, pid, warm, seconds };
  // In the handshake rows the plain server answers as if it were one.
  if (raw && options.mode !== "handshakes") all.raw = true;
  return runGenerator(generator, all);
}
