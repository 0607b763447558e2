// The fuzzers at length: npm run fuzz [-- COUNT [SEED]], ten million inputs unless told otherwise.

import { runVitest } from "./vitest-totals.mjs";

const [count = "10000000", seed] = process.argv.slice(2);
process.env["FUZZ_COUNT"] = count;
if (seed !== undefined) process.env["FUZZ_SEED"] = seed;
const { passed, failed } = runVitest(["packages/godot-ws/test/fuzz", "--testTimeout=0"]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
