/** For the tests in a real browser: `npm run test:browser`. They need Chromium; the default test run does not. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("."),
  resolve: {
    alias: [
      { find: /^godot-ws$/, replacement: path("../packages/godot-ws/src/index.ts") },
      { find: /^godot-ws-server$/, replacement: path("../packages/server/src/index.ts") },
      { find: /^example-site$/, replacement: path("../examples/site/site.ts") },
      { find: /^#platform$/, replacement: path("../packages/godot-ws/src/transport/node.ts") },
      { find: /^#opening$/, replacement: path("../packages/godot-ws/src/peer/opening.ts") },
    ],
  },
  test: {
    include: ["**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Browsers and engines share the processor.
    expect: { poll: { timeout: 15_000 } },
  },
});
