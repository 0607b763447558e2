#!/usr/bin/env node
// Starts the program. In a checkout, where the sources lie beside this file, it brings the build up to date first.

import { existsSync } from "node:fs";

const build = new URL("../../../scripts/build.mjs", import.meta.url);
if (existsSync(new URL("../src", import.meta.url)) && existsSync(build)) (await import(build.href)).build();

const { main } = await import("../dist/cli.js");
process.exitCode = await main(process.argv.slice(2));
