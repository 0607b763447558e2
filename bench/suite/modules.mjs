// Where the opponents are installed: the folder that BENCH_OPPONENTS names, bench/ (its package.json lists the large
// ones), or this repository.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const benchFolder = fileURLToPath(new URL("..", import.meta.url));
export const repository = dirname(dirname(fileURLToPath(new URL(".", import.meta.url))));

const places = [process.env.BENCH_OPPONENTS, benchFolder, repository].filter((place) => place !== undefined);

/**
 * A module's file, undefined when it is not installed.
 * @param {string} name
 * @param {readonly string[]} [from]
 */
export function findModule(name, from = places) {
  for (const place of from) {
    try {
      return createRequire(join(place, "any.js")).resolve(name);
    } catch {
      // Perhaps in the next place.
    }
  }
  return undefined;
}

/** The version in the package.json nearest above a file. @param {string} file */
export function versionOf(file) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (version !== undefined) return `${name} ${version}`;
    } catch {
      // Further up.
    }
  }
  return "unknown version";
}

/**
 * What a program prints, undefined when it does not run.
 * @param {string} program
 * @param {readonly string[]} args
 */
export function outputOf(program, args) {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch {
    return undefined;
  }
}
