#!/usr/bin/env bash
# Lints the OpenAPI document, generates clients from it, and sends 20 000 requests made from it, or a share (DEEP=0.1)
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/contract
export PATH=$PWD/test/contract/node_modules/.bin:$PATH
redocly lint --config openapi/redocly.yaml openapi/openapi.json
spectral lint --ruleset openapi/.spectral.yaml --fail-severity=hint openapi/openapi.json
DEEP=${DEEP:-1} npx tap test/contract/generated-requests.test.ts test/contract/*.extra.ts
