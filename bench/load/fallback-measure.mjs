// What Linux says of the server, of us and of everybody else; `measure.c` in JavaScript.

import { existsSync, readdirSync, readFileSync } from "node:fs";

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

/**
 * What the scheduler says, in seconds; nothing of a thread that has ended.
 *
 * @param {string} folder of a process or a thread
 */
function times(folder) {
  let text = "0 0";
  try {
    text = readFileSync(`${folder}/schedstat`, "utf8");
  } catch {}
  const [ran = 0, waited = 0] = text.split(" ").map((nanoseconds) => Number(nanoseconds) * 1e-9);
  return { ran, waited };
}

/** Time on a processor, of all threads: in nanoseconds, where utime and stime are in ticks. @param {number} pid */
function cpuOf(pid) {
  const folder = `/proc/${pid}/task`;
  let total = 0;
  if (existsSync(folder)) for (const thread of readdirSync(folder)) total += times(`${folder}/${thread}`).ran;
  return total > 0
    ? total
    : fail(`cannot read the times of ${pid}: is this Linux, and the server still there?`);
}

/** @typedef {ReturnType<typeof measure>} Sample */

/** @param {number} pid the server's */
export function measure(pid) {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = (read("/proc/stat").split("\n")[0] ?? "")
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const own = process.cpuUsage();
  return {
    pid,
    at: performance.now() / 1000,
    serverCpu: cpuOf(pid),
    loadCpu: (own.user + own.system) / 1e6,
    busy: (user + nice + system + steal) / ticks,
    serverWait: times(`/proc/${pid}`).waited,
    loadWait: times("/proc/self").waited,
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
