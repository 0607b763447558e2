// Runs every suite one after the other, goes on after a failure, and ends with one line of totals. See .ci/run.

import { spawnSync } from "node:child_process";
import { countReported, runVitest } from "./vitest-totals.mjs";

let passed = 0;
let failed = 0;

/** @param {string} title @param {() => { passed: number, failed: number, skipped?: number }} run */
function suite(title, run) {
  console.log(`\n=== ${title}`);
  const started = Date.now();
  const totals = run();
  passed += totals.passed;
  failed += totals.failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(
    `=== ${title}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped ?? 0} skipped, ${seconds} s`,
  );
}

/** One thing that passes or fails. @param {string[]} command */
function command([program = "", ...args]) {
  const { status } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

suite("tests", () => countReported(["npm", "test", "--"]));
// By default our own client carries the traffic of the engines in Node; here somebody else's does.
suite("tests with engines over ws", () => runVitest(["interop/"], { WEB_SOCKET: "ws" }));
suite("check", () => command(["npm", "run", "check"]));
suite("size", () => command(["npm", "run", "size"]));
suite("install native engines", () => command(["bash", "scripts/install-native-engines.sh"]));
suite("install nginx", () => command(["bash", "scripts/install-nginx.sh"]));
suite("interop", () => runVitest(["native", "--config", "interop/vitest.config.ts"]));
suite("install chromium", () => command(["bash", "scripts/install-chromium.sh"]));
// Where there is none, its tests say so and are skipped.
spawnSync("bash", ["scripts/install-firefox.sh"], { stdio: ["ignore", "inherit", "inherit"] });
suite("browser", () => runVitest(["--config", "browser/vitest.config.ts"]));
suite("install runtimes", () => command(["bash", "scripts/install-runtimes.sh"]));
suite("packages", () => runVitest(["--config", "fixtures/vitest.config.ts"]));

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
