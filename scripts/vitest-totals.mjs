// Runs vitest and counts: for the scripts that end with a line of totals.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/**
 * Runs `vitest run` with these arguments.
 * @param {string[]} args @param {Record<string, string>} [variables] of the environment @returns {Totals}
 */
export function runVitest(args, variables) {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  return countReported([process.execPath, vitest, "run", ...args], variables);
}

/**
 * Runs a command that hands its last arguments to vitest.
 * @param {string[]} command @param {Record<string, string>} [variables] of the environment @returns {Totals}
 */
export function countReported(command, variables = {}) {
  const directory = mkdtempSync(join(tmpdir(), "godot-ws-totals-"));
  const file = join(directory, "result.json");
  const [program = "", ...args] = [
    ...command,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  try {
    const env = { ...process.env, ...variables };
    const { status } = spawnSync(program, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    const totals = existsSync(file)
      ? count(JSON.parse(readFileSync(file, "utf8")))
      : { passed: 0, failed: 0, skipped: 0 };
    // What no single test is to blame for (an error between tests, say) must not pass either.
    if (status !== 0 && totals.failed === 0) totals.failed = 1;
    return totals;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} result
 * @returns {Totals}
 */
function count({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  // A file that could not even be loaded holds no tests to fail.
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}
