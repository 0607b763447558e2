/** Makes a module of our-web-socket.ts that plain Node can import, from the library's sources as they are. */

import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const library = (file: string): string => path(`../../packages/godot-ws/src/${file}`);
const folder = path("../../node_modules/.cache/godot-ws-interop/");

let made: string | undefined;

/** The module's URL. Made once a process; other processes make the same one. */
export function ourWebSocket(): string {
  made ??= make();
  return made;
}

function make(): string {
  const { outputFiles } = buildSync({
    entryPoints: [path("our-web-socket.ts")],
    alias: {
      "godot-ws": library("index.ts"),
      "#platform": library("transport/node.ts"),
      "#opening": library("peer/opening.ts"),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
  });
  const { contents } = outputFiles[0]!;
  const name = createHash("sha256").update(contents).digest("hex").slice(0, 16);
  mkdirSync(folder, { recursive: true });
  const file = `${folder}our-web-socket-${name}.mjs`;
  // Nobody must import a half-written one.
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
  return pathToFileURL(file).href;
}
