// Runs every suite one after the other, goes on after a failure, and ends with one line of totals. See .ci/run.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const results = mkdtempSync(join(tmpdir(), "godot-ws-ci-"));
let passed = 0;
let failed = 0;

/** @param {string} title @param {string} command @param {string[]} args */
function run(title, command, args) {
  console.log(`\n=== ${title}: ${[command, ...args].join(" ")}`);
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  console.log(`=== ${title}: ${status === 0 ? "good" : `failed (${status})`}, ${Math.round((Date.now() - started) / 1000)} s`);
  return status === 0;
}

/** A step that is one thing to pass. @param {string} title @param {string} command @param {string[]} args */
function step(title, command, args) {
  if (run(title, command, args)) passed++;
  else failed++;
}

/** A step that counts its tests in a report of vitest's. @param {string} title @param {string} script */
function tests(title, script) {
  const report = join(results, `${title}.json`);
  const args = ["run", script, "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const good = run(title, "npm", args);
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    passed += numPassedTests;
    failed += numFailedTests;
    if (numPendingTests > 0) console.log(`=== ${title}: ${numPendingTests} skipped`);
    if (good === (numFailedTests === 0)) return;
  }
  if (!good) failed++;
}

tests("tests", "test");
step("format, lint, types, packages", "npm", ["run", "check"]);
step("native engines", "bash", ["scripts/install-native-engines.sh"]);
tests("interop", "interop");
step("browser", "bash", ["scripts/install-chromium.sh"]);
tests("browser tests", "test:browser");

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
