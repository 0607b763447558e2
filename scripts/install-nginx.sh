#!/usr/bin/env bash
# Debian's nginx for interop/native/nginx.test.ts, unless there is one already. Needs root. Starts no service.
set -euo pipefail
nginx=${NGINX_PATH:-/usr/sbin/nginx}
if [ ! -x "$nginx" ]; then
  apt-get update -q
  # In runlevel 1 the package's own service is not started.
  RUNLEVEL=1 apt-get install -qy --no-install-recommends nginx-light
fi
"$nginx" -v
