/** Where the browser is, how it starts, and why the tests are skipped when there is none. */

import { existsSync } from "node:fs";

export const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Empty when there is a browser; CI has to have one. */
export const reason = existsSync(executablePath)
  ? ""
  : ` - no ${executablePath}: scripts/install-chromium.sh`;
if (reason !== "") {
  if (process.env["CI"]) throw new Error(`browser tests cannot be skipped in CI${reason}`);
  console.warn(`browser tests are skipped${reason}`);
}

export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;
