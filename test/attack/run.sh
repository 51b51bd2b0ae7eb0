#!/usr/bin/env bash
# run.sh [REQUESTS]: 100 000 hostile requests, and whether wrong keys can be told apart by the time their refusal takes
set -euo pipefail
cd "$(dirname "$0")/../.."

npm run build > /dev/null
npx tsx -C fastify-upload-url-source test/attack/http.extra.ts "$@"
npx tsx -C fastify-upload-url-source test/attack/key-timing.extra.ts
