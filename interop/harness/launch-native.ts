/**
 * Runs native engines that live in a root directory of their own (see scripts/install-native-engines.sh). They
 * share the network with us, but see only files below that directory.
 */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type LaunchedEngine, type LaunchOptions, onProcessExit } from "./launch.ts";

export type NativeKind = "native" | "native3";

export type Availability = { ok: true } | { ok: false; reason: string };

interface NativeProgram {
  program: string;
  /** Between the program and the project's own arguments. */
  args(projectPath: string): string[];
  generation: 3 | 4;
}

const PROGRAMS: Record<NativeKind, NativeProgram> = {
  native: { program: "godot", args: (path) => ["--headless", "--path", path, "--"], generation: 4 },
  native3: { program: "godot3-server", args: (path) => ["--path", path], generation: 3 },
};

const PROGRAM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const DIRECTORY_PREFIX = "godot-ws-";

export function nativeRoot(): string {
  return process.env["GODOT_NATIVE_ROOT"] ?? "/opt/godot-native";
}

export function nativeAvailability(kind: NativeKind): Availability {
  const path = join(nativeRoot(), "usr/bin", PROGRAMS[kind].program);
  if (process.platform !== "linux") return { ok: false, reason: "native engines run on Linux only" };
  if (!existsSync(path)) {
    return { ok: false, reason: `there is no ${path}; scripts/install-native-engines.sh installs it` };
  }
  if (process.getuid?.() !== 0) return { ok: false, reason: "native engines need root (they run by chroot)" };
  return { ok: true };
}

export function nativeVersion(kind: NativeKind): string {
  const { program } = PROGRAMS[kind];
  const command = [nativeRoot(), program, ...(kind === "native" ? ["--headless"] : []), "--version"];
  return execFileSync("chroot", command, { env: { PATH: PROGRAM_PATH }, encoding: "utf8" }).trim();
}

export function launchNative({ files, args, events }: LaunchOptions, kind: NativeKind): LaunchedEngine {
  const root = nativeRoot();
  const directory = makeProjectDirectory(root, files);
  const pathInside = directory.slice(root.length);
  const { program, args: engineArgs } = PROGRAMS[kind];

  // setpriv: the kernel kills the engine when we die, whatever we die of. A process group of its own: so that
  // killing it takes everything the engine may have started along.
  const command = ["--pdeathsig", "KILL", "chroot", root, program, ...engineArgs(pathInside), ...args];
  const child = spawn("setpriv", command, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // The engine writes its user data below HOME, so that goes with the project.
    env: { PATH: PROGRAM_PATH, HOME: pathInside, LANG: "C.UTF-8" },
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
  };
  const removeDirectory = () => rmSync(directory, { recursive: true, force: true });
  const forget = onProcessExit(() => {
    kill();
    removeDirectory();
  });

  createInterface(child.stdout).on("line", (text) => events.line(text, false));
  createInterface(child.stderr).on("line", (text) => events.line(text, true));
  let ended = false;
  const end = (code: number | null, crash?: string) => {
    if (ended) return;
    ended = true;
    forget();
    removeDirectory();
    events.end(code, crash);
  };
  child.on("error", (error) => end(null, error.message));
  child.on("close", (code, signal) => end(code, signal ? `the engine was ended by ${signal}` : undefined));
  return { kill };
}

export function nativeGeneration(kind: NativeKind): 3 | 4 {
  return PROGRAMS[kind].generation;
}

function makeProjectDirectory(root: string, files: ReadonlyMap<string, Uint8Array>): string {
  const parent = join(root, "tmp");
  mkdirSync(parent, { recursive: true });
  removeAbandoned(parent);
  const directory = mkdtempSync(join(parent, `${DIRECTORY_PREFIX}${process.pid}-`));
  for (const [path, content] of files) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return directory;
}

/** Directories of test processes that were killed before they could clean up. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = new RegExp(`^${DIRECTORY_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}
