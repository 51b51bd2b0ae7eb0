#!/usr/bin/env bash
# Installs the packed packages into throwaway apps: ESM, CommonJS, TypeScript; other versions of Fastify and of the S3 client
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/package
export PATH=$PWD/test/package/node_modules/.bin:$PATH
[ $# != 0 ] || set -- test/package/*.extra.ts
npx tap "$@"
