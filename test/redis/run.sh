#!/usr/bin/env bash
# Limits that replicas share in Redis, which comes from Debian where it is missing
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v redis-server > /dev/null || test/apt-install.sh redis-server
npx tap test/redis/*.extra.ts
