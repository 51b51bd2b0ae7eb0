#!/usr/bin/env bash
# The lowest and the highest Fastify and three S3 clients of a host's own, each on Node 20, 22, 24 and 26
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# != 0 ] || set -- 20 22 24 26
for version in "$@"; do
  npx --yes --package "node@$version" -- bash -c 'echo "Node $(node --version)"; exec test/package/run.sh test/package/{fastify-versions,s3-clients}.extra.ts'
done
