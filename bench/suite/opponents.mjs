// Which servers there are, how each is started, and whether it is installed here.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { benchFolder, findModule, outputOf, versionOf } from "./modules.mjs";
import { launchNative, nativeVersion } from "./native.mjs";

/**
 * @typedef {object} Launch
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [env]
 * @property {() => void} [cleanUp]
 */

/**
 * @typedef {object} Opponent
 * @property {string} version
 * @property {boolean} [raw] takes plain TCP in place of WebSocket
 * @property {string} [codec] its name in `bench/codec/codecs.mjs`
 * @property {(workload: string, port: number) => Launch | undefined} launch undefined for what it has no server for
 */

const nodeArgs = ["--expose-gc"];

/**
 * @param {string} folder
 * @param {string} workload
 */
function serverFile(folder, workload) {
  const exact = join(benchFolder, "servers", folder, `${workload}.mjs`);
  // Handshakes can be had with any server.
  const file = workload === "handshakes" && !existsSync(exact) ? exact.replace("handshakes", "echo") : exact;
  return existsSync(file) ? file : undefined;
}

/**
 * @param {string} folder
 * @param {string} program
 * @param {readonly string[]} args before the file
 * @param {Readonly<Record<string, string>>} [env]
 * @returns {(workload: string) => Launch | undefined}
 */
function script(folder, program, args, env = {}) {
  return (workload) => {
    const file = serverFile(folder, workload);
    return file === undefined ? undefined : { program, args: [...args, file], env };
  };
}

/** @returns {Record<string, Opponent | string>} an opponent, or why there is none */
export function findOpponents() {
  const node = `node ${process.versions.node}`;
  return {
    ours: { version: node, codec: "ours", launch: script("ours", process.execPath, nodeArgs) },
    classic: { version: node, launch: script("classic", process.execPath, nodeArgs) },
    net: { version: node, raw: true, launch: script("net", process.execPath, nodeArgs) },
    ws: findWs(),
    bun: findBun(),
    deno: findDeno(),
    uws: findUws(),
    native: findNative(),
    msgpack: findCodec("msgpack", "@msgpack/msgpack"),
    msgpackr: findCodec("msgpackr", "msgpackr"),
    json: { version: node, codec: "json", launch: () => undefined },
    gdcom: findCodec("gdcom", "@gd-com/utils"),
  };
}

function findWs() {
  const file = findModule("ws");
  if (file === undefined) return "ws is not installed";
  // An optional part of ws, which it finds from where it lies itself.
  const helper = findModule("bufferutil", [dirname(file)]);
  const version = `${versionOf(file)}${helper === undefined ? "" : `, ${versionOf(helper)}`}`;
  return { version, launch: script("ws", process.execPath, nodeArgs, { BENCH_MODULE: file }) };
}

function findBun() {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  const manifest = findModule(`@oven/bun-${process.platform}-${arch}/package.json`);
  const program = manifest === undefined ? "bun" : join(dirname(manifest), "bin/bun");
  const version = outputOf(program, ["--version"]);
  if (version === undefined) return "bun is not installed";
  return { version: `bun ${version}`, launch: script("bun", program, ["run"]) };
}

function findDeno() {
  const manifest = findModule("deno/package.json");
  const libc = process.platform === "linux" ? "-glibc" : "";
  const platform = `@deno/${process.platform}-${process.arch}${libc}/package.json`;
  const binary = manifest && findModule(platform, [dirname(manifest)]);
  const program = binary === undefined ? "deno" : join(dirname(binary), "deno");
  const version = outputOf(program, ["--version"])?.split("\n")[0];
  if (version === undefined) return "deno is not installed";
  const args = ["run", "-A", "--no-config", "--no-check", "--v8-flags=--expose-gc"];
  return { version, launch: script("deno", program, args) };
}

// The original is not in npm's registry; what is there are copies by others, which may not load on this machine.
function findUws() {
  const names = ["uWebSockets.js", "@trufflesuite/uws-js-unofficial", "@btc-vision/uwebsockets.js"];
  for (const name of names) {
    const file = findModule(name);
    if (file === undefined) continue;
    // One of them falls back to JavaScript, and warns of it, where its binary does not load.
    const probe = "const u = require(process.argv[1]); console.log(/native code/.test(String(u.App)))";
    if (outputOf(process.execPath, ["-e", probe, file]) !== "true") continue;
    return {
      version: versionOf(file),
      launch: script("uws", process.execPath, nodeArgs, { BENCH_MODULE: file }),
    };
  }
  return "no uWebSockets.js that loads is installed";
}

/** @param {string} codec @param {string} name */
function findCodec(codec, name) {
  const file = findModule(name);
  if (file === undefined) return `${name} is not installed (npm install --prefix bench)`;
  return { version: versionOf(file), codec, launch: () => undefined };
}

function findNative() {
  const version = nativeVersion();
  if (version === undefined) return "no native Godot (scripts/install-native-engines.sh), or not root";
  return {
    version: `godot ${version}`,
    launch: (/** @type {string} */ workload, /** @type {number} */ port) =>
      ["godot", "rpc", "replication"].includes(workload) ? launchNative(port) : undefined,
  };
}
