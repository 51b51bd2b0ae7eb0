#!/usr/bin/env bash
# Tests that need a Redis server, which comes from Debian where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v redis-server > /dev/null; then
  # Debian starts what it installs; we bring our own.
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  apt-get update > /dev/null
  apt-get install -y --no-install-recommends redis-server > /dev/null
  rm /usr/sbin/policy-rc.d
fi

npx tap --disable-coverage test/redis/*.extra.ts
