// The generator of load: compiled from C on first use, or a slower one in JavaScript where there is no compiler.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pinned } from "./machine.mjs";
import { benchFolder, outputOf, repository } from "./modules.mjs";

const sources = join(benchFolder, "load");
const cache = join(repository, "node_modules/.cache/bench");

/** What one run brought; see `bench/load/measure.c` for what every mode has. @typedef {Record<string, any>} RunResult */

const withRpcs = join(sources, "rpc.mjs");
const ofStates = join(sources, "replication.mjs");
const withStates = join(sources, "replication-receive.mjs");
const inJavaScript = join(sources, "fallback.mjs");

/** Command and leading arguments of the generator. @returns {[string, ...string[]]} */
export function prepareGenerator() {
  const program = process.env.BENCH_GENERATOR === "node" ? undefined : compile();
  return program === undefined ? [process.execPath, inJavaScript] : [program];
}

function compile() {
  if (process.platform !== "linux") return undefined;
  const files = readdirSync(sources).filter((name) => /\.[ch]$/.test(name));
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(readFileSync(join(sources, name)));
  const program = join(cache, `load-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  // Under another name first: a compiler that is interrupted must not leave half a program behind.
  const unfinished = `${program}.${process.pid}`;
  const units = files.filter((name) => name.endsWith(".c")).map((name) => join(sources, name));
  const flags = ["-O2", "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra"];
  if (outputOf("cc", [...flags, ...units, "-o", unfinished]) === undefined) return undefined;
  renameSync(unfinished, program);
  return program;
}

/**
 * @param {Readonly<Record<string, string | number | true>>} options
 * @param {readonly [string, ...string[]]} generator
 * @returns {readonly [string, ...string[]]}
 */
function programFor({ mode, tls, deflate }, generator) {
  if (String(mode).startsWith("rpc-")) return [process.execPath, withRpcs];
  if (mode === "replication-receive") return [process.execPath, withStates];
  if (String(mode).startsWith("replication-")) return [process.execPath, ofStates];
  return tls === true || deflate === true ? [process.execPath, inJavaScript] : generator;
}

/**
 * Puts load on a server. Rejects when the generator says that something is wrong.
 * @param {readonly [string, ...string[]]} generator
 * @param {Readonly<Record<string, string | number | true>>} options
 * @returns {Promise<RunResult>}
 */
export function runGenerator(generator, options) {
  const [program, ...leading] = programFor(options, generator);
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const child = spawn(...pinned("load", program, [...leading, ...args]), {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  const timer = setTimeout(kill, 120_000);
  process.once("exit", kill);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      process.off("exit", kill);
      try {
        const result = JSON.parse(text);
        if (result.error === undefined) resolve(result);
        else reject(new Error(`load: ${result.error}`));
      } catch {
        reject(new Error(`load: ${text.trim() === "" ? "no result" : text}`));
      }
    });
  });
}
