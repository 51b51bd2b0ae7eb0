#!/usr/bin/env bash
# apt-install.sh PACKAGE...: installs Debian packages, and lets none of them start a server: tests bring their own.
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
  echo "Install these packages, or run this as root: $*" >&2
  exit 1
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
fi
echo "Installing $*" >&2
apt-get update > /dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" > /dev/null
