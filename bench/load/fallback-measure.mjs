// What Linux says of the server, of us and of everybody else; `measure.c` in JavaScript.

import { readFileSync } from "node:fs";

const ticks = 100;

/** @param {string} message @returns {never} */
export function fail(message) {
  console.log(JSON.stringify({ error: message }));
  process.exit(1);
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return fail(`cannot read ${path}: is this Linux, and the server still there?`);
  }
}

/** Octets of resident memory, in kibibytes. @param {number} pid */
export function memoryKb(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

/** @param {number | "self"} pid */
function waited(pid) {
  return Number(read(`/proc/${pid}/schedstat`).split(" ")[1]) * 1e-9;
}

/** @typedef {ReturnType<typeof measure>} Sample */

/** @param {number} pid the server's */
export function measure(pid) {
  // The name of the program, in parentheses, may hold anything.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = (read("/proc/stat").split("\n")[0] ?? "")
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const own = process.cpuUsage();
  return {
    pid,
    at: performance.now() / 1000,
    serverCpu: (Number(fields[11]) + Number(fields[12])) / ticks,
    loadCpu: (own.user + own.system) / 1e6,
    busy: (user + nice + system + steal) / ticks,
    serverWait: waited(pid),
    loadWait: waited("self"),
  };
}

/** @param {Sample} from @param {Sample} to @param {number} work */
export function measured(from, to, work) {
  const serverCpu = to.serverCpu - from.serverCpu;
  const loadCpu = to.loadCpu - from.loadCpu;
  return {
    generator: "node",
    work,
    seconds: to.at - from.at,
    serverCpu,
    loadCpu,
    otherCpu: Math.max(0, to.busy - from.busy - serverCpu - loadCpu),
    serverWait: to.serverWait - from.serverWait,
    loadWait: to.loadWait - from.loadWait,
    memoryKb: memoryKb(to.pid),
  };
}
