/** For the tests with native engines (`npm run interop`); the default test run has its own configuration. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("."),
  cacheDir: path("../node_modules/.vite-interop"),
  resolve: {
    // Tests run the sources, so no build is needed and none can be out of date.
    alias: [
      { find: /^godot-ws$/, replacement: path("../packages/godot-ws/src/index.ts") },
      { find: /^godot-ws-server$/, replacement: path("../packages/server/src/index.ts") },
      { find: /^example-site$/, replacement: path("../examples/site/site.ts") },
      { find: /^#platform$/, replacement: path("../packages/godot-ws/src/transport/node.ts") },
      { find: /^#opening$/, replacement: path("../packages/godot-ws/src/peer/opening.ts") },
    ],
  },
  test: {
    include: ["harness.test.ts", "native/**/*.test.ts"],
    // Engines want the processor for themselves; their time-outs are real time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
