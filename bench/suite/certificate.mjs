// A certificate for the TLS rows, made once.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./modules.mjs";

/** What the servers find it by. */
export function certificate() {
  const folder = join(repository, "node_modules/.cache/bench");
  const [key, file] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const args = [
      "req",
      "-x509",
      ...curve,
      "-keyout",
      key,
      "-out",
      file,
      "-days",
      "3650",
      "-subj",
      "/CN=localhost",
    ];
    execFileSync("openssl", args, { stdio: "ignore" });
  }
  return { BENCH_KEY: key, BENCH_CERTIFICATE: file };
}
