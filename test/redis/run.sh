#!/usr/bin/env bash
# Tests that need a Redis server, which comes from Debian where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v redis-server > /dev/null || test/apt-install.sh redis-server
npx tap --disable-coverage test/redis/*.extra.ts
