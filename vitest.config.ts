// What `npm test` runs: everything that needs no system package. Native engines have a configuration of their own.

import { defineConfig } from "vitest/config";

const source = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^godot-ws$/, replacement: source("packages/godot-ws/src/index.ts") },
      { find: /^godot-ws-server$/, replacement: source("packages/server/src/index.ts") },
      { find: /^example-site$/, replacement: source("examples/site/site.ts") },
      { find: /^#platform$/, replacement: source("packages/godot-ws/src/transport/node.ts") },
      { find: /^#opening$/, replacement: source("packages/godot-ws/src/peer/opening.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/*.test.ts", "interop/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
