// Headless native Godot from the root directory of its own that scripts/install-native-engines.sh makes.

import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { benchFolder, outputOf } from "./modules.mjs";

const root = process.env.GODOT_NATIVE_ROOT ?? "/opt/godot-native";
const path = "/usr/sbin:/usr/bin:/sbin:/bin";

export function nativeVersion() {
  if (!existsSync(join(root, "usr/bin/godot")) || process.getuid?.() !== 0) return undefined;
  return outputOf("chroot", [root, "godot", "--headless", "--version"]);
}

/**
 * @param {number} port
 * @returns {import("./opponents.mjs").Launch}
 */
export function launchNative(port) {
  const folder = mkdtempSync(join(root, `tmp/godot-ws-bench-${process.pid}-`));
  cpSync(join(benchFolder, "servers/native"), folder, { recursive: true });
  const inside = folder.slice(root.length);
  const command = [root, "godot", "--headless", "--path", inside, "--", String(port)];
  return {
    // The kernel ends it when we end, whatever we end of.
    program: "setpriv",
    args: ["--pdeathsig", "KILL", "chroot", ...command],
    env: { PATH: path, HOME: inside, LANG: "C.UTF-8" },
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  };
}
