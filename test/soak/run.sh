#!/usr/bin/env bash
# run.sh [MINUTES]: the server at 80 % of its maximum load, and whether anything grows
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh bench
npm run build > /dev/null
npx tsx -C fastify-upload-url-source bench/soak.ts "$@"
