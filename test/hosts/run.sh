#!/usr/bin/env bash
# Runs every recipe of docs/recipes.md as pasted, beside the packages it names, which come from npm.
set -euo pipefail
cd "$(dirname "$0")/../.."

npm ci --prefix test/hosts --no-audit --no-fund
rm -rf test/hosts/packed && mkdir test/hosts/packed
npm pack --silent --workspace plugins/upload-url --pack-destination test/hosts/packed > /dev/null
npm install --prefix test/hosts --no-save --no-audit --no-fund --prefer-offline ./test/hosts/packed/*.tgz
npx tap --disable-coverage --timeout 300 test/hosts/*.extra.ts
