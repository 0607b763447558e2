#!/usr/bin/env bash
# Installs native Godot 4 and Godot 3 engines for the interop tests into a directory of their own.
#
#   sudo scripts/install-native-engines.sh [DIR]      default: $GODOT_NATIVE_ROOT or /opt/godot-native
#
# They are Debian's own packages in a minimal Debian system below DIR (1.1 GB, about a minute). Nothing else on
# this machine changes, except that debootstrap is installed when missing. To be rid of it all: rm -r DIR.
# A second run finds the engines and only prints their versions.
set -euo pipefail

dir=${1:-${GODOT_NATIVE_ROOT:-/opt/godot-native}}
# Unstable has the newest Godot. When a package there cannot be installed for a while, testing still can.
suites=(sid testing)
building=$dir.partial

print_versions() {
  echo "Godot 4: $(chroot "$dir" godot --headless --version)"
  if [ -x "$dir/usr/bin/godot3-server" ]; then
    echo "Godot 3: $(chroot "$dir" godot3-server --version)"
  else
    echo "Godot 3: not available; tests that need it will say so"
  fi
}

# The machine's own way to Debian: mirror and proxy as apt has them. On a machine that is not a Debian there is
# no mirror to find, and debootstrap uses its own default.
find_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1 || true
}

use_proxy_of_apt() {
  local proxy=""
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  if [ -n "$proxy" ]; then export http_proxy=$proxy; fi
}

discard() {
  if mountpoint -q "$building/proc"; then umount "$building/proc"; fi
  rm -rf "$building"
}

# Inside the new system, without questions. A mirror may lag behind the clock: its dates do not matter.
apt_inside() {
  DEBIAN_FRONTEND=noninteractive chroot "$building" apt-get -qq -o Acquire::Check-Valid-Until=false "$@"
}

build() {
  local suite=$1
  discard
  # Each step by name: within a condition the shell would not stop at a failure.
  debootstrap --variant=minbase "$suite" "$building" ${mirror:+"$mirror"} || return 1
  mount -t proc proc "$building/proc" || return 1
  apt_inside update || return 1
  apt_inside install -y --no-install-recommends ca-certificates godot || return 1
  # Godot 3 is old and may disappear from Debian one day: that must not cost us Godot 4.
  apt_inside install -y --no-install-recommends godot3-server || echo "No Godot 3 in Debian $suite" >&2
  apt_inside clean
  umount "$building/proc"
}

if [ ! -x "$dir/usr/bin/godot" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "This needs root, for debootstrap and chroot: sudo $0 $*" >&2
    exit 1
  fi
  if [ -e "$dir" ] && ! rmdir "$dir" 2>/dev/null; then
    echo "$dir exists and holds no Godot. Remove it, or name another directory." >&2
    exit 1
  fi
  mirror=$(find_mirror)
  if ! command -v debootstrap >/dev/null || [ -z "$mirror" ]; then
    apt-get update -q
    apt-get install -qy --no-install-recommends debootstrap debian-archive-keyring
    mirror=$(find_mirror)
  fi
  use_proxy_of_apt
  trap discard EXIT
  for suite in "${suites[@]}"; do
    echo "Installing Godot from Debian $suite into $dir"
    if build "$suite"; then
      # Only a complete system gets the name, so that an interrupted run is not taken for one.
      mv "$building" "$dir"
      break
    fi
  done
  if [ ! -x "$dir/usr/bin/godot" ]; then
    echo "Godot could not be installed from Debian (${suites[*]})." >&2
    exit 1
  fi
fi
print_versions
