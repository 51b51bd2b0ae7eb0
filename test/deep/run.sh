#!/usr/bin/env bash
# Property tests on tens of thousands of cases, or a share of them (DEEP=0.1); SEED repeats a run
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -t files < <(grep -rlE '\bcases\(' test/upload-url --include=*.test.ts)
DEEP=${DEEP:-1} npx tap test/all.test.ts "${files[@]/#/--test-arg=}"
