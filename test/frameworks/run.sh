#!/usr/bin/env bash
# Compiles the components of docs/frameworks.md as strictly as they can be, and builds the client with Vite and Next.js
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/frameworks
npm run --silent build --workspace openapi/client
[ $# != 0 ] || set -- test/frameworks/*.extra.ts
npx tap "$@"
