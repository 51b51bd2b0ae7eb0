#!/usr/bin/env bash
# Compiles the components of docs/frameworks.md, as strictly as React, Vue and Svelte can
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/frameworks
npm run --silent build --workspace openapi/client
[ $# != 0 ] || set -- test/frameworks/*.extra.ts
npx tap "$@"
