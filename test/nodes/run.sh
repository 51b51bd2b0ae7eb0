#!/usr/bin/env bash
# run.sh [VERSION...]: the default suite on other versions of Node, whose binaries come from npm.
set -euo pipefail
cd "$(dirname "$0")/../.."

for version in "${@:-22 24 26}"; do
  for major in $version; do
    npx --yes --package "node@$major" -- bash -c 'echo "Node $(node --version)"; exec node node_modules/tap/dist/esm/run.mjs --disable-coverage'
  done
done
