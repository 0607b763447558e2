// Compiles both packages and the examples in TypeScript; does nothing, quickly, when they are up to date. `node scripts/build.mjs`, or import it.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const projects = [
  "packages/godot-ws",
  "packages/server",
  "examples/turn-based",
  "examples/chat",
  "examples/bomber",
  "examples/action",
  "examples/site",
  "examples/push",
];
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Throws when one of them does not compile; the compiler's messages are on standard output by then. */
export function build() {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin/tsc",
  );
  execFileSync(process.execPath, [compiler, "-b", ...projects], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
