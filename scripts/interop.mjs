/**
 * Runs the tests with native engines: `npm run interop`, or `npm run interop -- <suite>` for those of
 * interop/native whose file names begin so. The last line is always `N passed, N failed`.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const suite = process.argv[2] ?? "";

const testFiles = readdirSync(join(root, "interop/native")).filter((name) => name.endsWith(".test.ts"));
const { passed, failed } = testFiles.some((name) => name.startsWith(suite)) ? runSuite() : unknownSuite();
console.log(`${passed} passed, ${failed} failed`);
// Tests that all skip themselves have shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function unknownSuite() {
  const names = testFiles.map((name) => name.replace(".test.ts", ""));
  console.error(`There is no suite "${suite}" in interop/native; there are: ${names.join(", ")}`);
  return { passed: 0, failed: 1 };
}

function runSuite() {
  const directory = mkdtempSync(join(tmpdir(), "godot-ws-interop-"));
  const resultFile = join(directory, "result.json");
  try {
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const options = ["--config", "interop/vitest.config.ts", "--reporter=default", "--reporter=json"];
    const { status } = spawnSync(
      process.execPath,
      [vitest, "run", join("native", suite), ...options, `--outputFile.json=${resultFile}`],
      { cwd: root, stdio: "inherit" },
    );
    const counts = existsSync(resultFile)
      ? countTests(JSON.parse(readFileSync(resultFile, "utf8")))
      : { passed: 0, failed: 0, skipped: 0 };
    if (counts.passed === 0 && counts.failed === 0 && counts.skipped > 0) explainInstallation();
    // What no single test is to blame for (an error between tests, say) must not pass either.
    if (status !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[] }} result
 */
function countTests({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  // A file that could not even be loaded holds no tests to fail.
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}

function explainInstallation() {
  console.error(
    "All tests were skipped. They need native Godot engines; to install them and run the tests:\n" +
      "  sudo scripts/install-native-engines.sh\n" +
      "  sudo npm run interop",
  );
}
