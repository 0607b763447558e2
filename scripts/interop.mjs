/**
 * Runs the tests with native engines: `npm run interop`, or `npm run interop -- <suite>` for those of
 * interop/native whose file names begin so. The last line is always `N passed, N failed`.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runVitest } from "./vitest-totals.mjs";

const suite = process.argv[2] ?? "";
const folder = fileURLToPath(new URL("../interop/native", import.meta.url));
const testFiles = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));

const { passed, failed, skipped } = testFiles.some((name) => name.startsWith(suite))
  ? runVitest([join("native", suite), "--config", "interop/vitest.config.ts"])
  : unknownSuite();
if (passed === 0 && failed === 0 && skipped > 0) explainInstallation();
console.log(`${passed} passed, ${failed} failed`);
// Tests that all skip themselves have shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function unknownSuite() {
  const names = testFiles.map((name) => name.replace(".test.ts", ""));
  console.error(`There is no suite "${suite}" in interop/native; there are: ${names.join(", ")}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

function explainInstallation() {
  console.error(
    "All tests were skipped. They need native Godot engines; to install them and run the tests:\n" +
      "  sudo scripts/install-native-engines.sh\n" +
      "  sudo npm run interop",
  );
}
