// Takes a picture of a web page with the Chromium that is installed (or CHROMIUM_PATH):
// node scripts/screenshot.mjs URL OUT.png [--width N --height N --dark]
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const USAGE = "Usage: node scripts/screenshot.mjs URL OUT.png [--width N --height N --dark]";
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SWITCHES = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Time for a page that polls to show its first answers. */
const SETTLE_MS = 1500;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findChromium() {
  const override = process.env.CHROMIUM_PATH;
  if (override) {
    return isExecutable(override) ? override : fail(`CHROMIUM_PATH is not an executable file: ${override}`);
  }
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find(isExecutable);
  return (
    found ?? fail(`No Chromium on the PATH (looked for ${BROWSERS.join(", ")}).\nSet CHROMIUM_PATH to one.`)
  );
}

function pixels(name, text) {
  return /^[1-9]\d*$/.test(text) ? Number(text) : fail(`--${name} must be a number of pixels, not "${text}"`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        width: { type: "string", default: "1280" },
        height: { type: "string", default: "900" },
        dark: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return fail(`${error.message}\n${USAGE}`);
  }
}

async function takePicture(executablePath, { url, out, viewport, dark }) {
  const browser = await chromium.launch({ executablePath, args: SWITCHES });
  try {
    const page = await browser.newPage({ viewport, colorScheme: dark ? "dark" : "light" });
    await page.goto(url);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: out });
  } finally {
    await browser.close();
  }
}

const { values, positionals } = readArguments();
const [url, out] = positionals;
if (!url || !out || positionals.length > 2) fail(USAGE);
const viewport = { width: pixels("width", values.width), height: pixels("height", values.height) };
try {
  await takePicture(findChromium(), { url, out, viewport, dark: values.dark });
} catch (error) {
  fail(error.message);
}
