#!/usr/bin/env bash
# Debian's Firefox for the browser tests, unless there is one already. Needs root.
set -euo pipefail
firefox="${FIREFOX_PATH:-/usr/bin/firefox-esr}"
if [ ! -x "$firefox" ]; then
  apt-get update -q
  apt-get install -qy --no-install-recommends firefox-esr
fi
"$firefox" --version
