#!/usr/bin/env bash
# Multi-region access points, which the SDK signs with a native module
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/sigv4a
npx tsc -p test/sigv4a
npx tap test/sigv4a/*.extra.ts
