#!/usr/bin/env bash
# run.sh [VERSION...]: the default suite on other versions of Node (22, 24, 26), whose binaries come from npm
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# != 0 ] || set -- 22 24 26
for version in "$@"; do
  npx --yes --package "node@$version" -- bash -c 'echo "Node $(node --version)"; exec node node_modules/tap/dist/esm/run.mjs'
done
