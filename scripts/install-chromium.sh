#!/usr/bin/env bash
# Debian's Chromium for the browser tests, unless there is one already. Needs root.
set -euo pipefail
if [ -x "${CHROMIUM_PATH:-/usr/bin/chromium}" ]; then
  "${CHROMIUM_PATH:-/usr/bin/chromium}" --version
  exit 0
fi
apt-get update -q
apt-get install -qy --no-install-recommends chromium
/usr/bin/chromium --version
