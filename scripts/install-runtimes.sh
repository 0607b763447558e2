#!/usr/bin/env bash
# Other versions of Node, Bun, Deno, bundlers and compilers for `npm run test:packages`, all from npm (1 GB), in the
# versions of fixtures/package-lock.json. Those that there are not for this machine are left out; the tests say so.
set -euo pipefail
cd "$(dirname "$0")/../fixtures"
if [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "fixtures/node_modules is up to date"
  exit 0
fi
npm ci --no-audit --no-fund --ignore-scripts
