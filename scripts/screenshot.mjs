// Takes a picture of a web page: node scripts/screenshot.mjs URL OUT.png [--width N --height N --dark]
// Uses Debian's Chromium, or the one that CHROMIUM_PATH names.

import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const switches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Time for a page that polls to show its first answers. */
const settleMs = 1500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "900" },
    dark: { type: "boolean", default: false },
  },
});
const [url, path] = positionals;
if (url === undefined || path === undefined)
  throw new Error("usage: node scripts/screenshot.mjs URL OUT.png");

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: switches });
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    colorScheme: values.dark ? "dark" : "light",
  });
  await page.goto(url);
  await page.waitForTimeout(settleMs);
  await page.screenshot({ path });
} finally {
  await browser.close();
}
