// The machine that the numbers hold for, and which of its cores do what.

import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { outputOf, repository } from "./modules.mjs";

/** The cores we may use: the server gets one, the generator of load another. */
const cores = allowedCores();

/** @returns {number[]} empty where nothing can be pinned */
function allowedCores() {
  const list = outputOf("taskset", ["-cp", String(process.pid)])?.split(": ")[1];
  if (list === undefined) return [];
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * A command on a core of its own, where that can be.
 * @param {"server" | "load"} who
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
export function pinned(who, program, args) {
  if (cores.length < 2) return [program, [...args]];
  const core = who === "server" ? cores[0] : cores.at(-1);
  return ["taskset", ["-c", String(core), program, ...args]];
}

export function describeMachine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: availableParallelism(),
    pinned: cores.length >= 2,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** The commit of a checkout, with a + when its packages differ from it. @param {string} [tree] */
export function commitOf(tree = repository) {
  const commit = outputOf("git", ["-C", tree, "rev-parse", "--short", "HEAD"]);
  if (commit === undefined) return "unknown";
  const changes = outputOf("git", ["-C", tree, "status", "--porcelain", "packages"]);
  return changes === "" ? commit : `${commit}+`;
}
