// Looks at the packages as they would be published: contents, entry points and types.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";

/** @param {string} command @param {string[]} args */
const run = (command, args) =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

build();
const folder = mkdtempSync(join(tmpdir(), "godot-ws-pack-"));
let failed = false;
try {
  for (const name of ["godot-ws", "godot-ws-server"]) {
    const [packed] = JSON.parse(
      run("npm", ["pack", "--json", "--workspace", name, "--pack-destination", folder]),
    );
    const tarball = join(folder, packed.filename);
    const stray = packed.files.filter((/** @type {{ path: string }} */ file) =>
      /(^|\/)test\/|tsbuildinfo/.test(file.path),
    );
    if (stray.length > 0) throw new Error(`${name} would publish ${stray[0].path}`);
    console.log(`${name}: ${packed.files.length} files, ${packed.size} octets packed`);
    run("npx", ["--no-install", "publint", "run", tarball, "--strict"]);
    // ESM only, by intention; Node 10 knows no exports maps and is long gone.
    console.log(run("npx", ["--no-install", "attw", tarball, "--profile", "esm-only", "--format", "ascii"]));
  }
} catch (error) {
  failed = true;
  console.error(error instanceof Error ? error.message : error);
  const { stdout } = /** @type {{ stdout?: string }} */ (error);
  if (stdout) console.error(stdout);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
