#!/usr/bin/env bash
# Events from an SQS queue: an emulator of SQS, and the server killed amid them; about three minutes
set -euo pipefail
cd "$(dirname "$0")/../.."

test/install-tools.sh test/sqs
npx tsc -p test/sqs
npx tap "$@" test/sqs/*.extra.ts
