#!/usr/bin/env bash
# run.sh [TEST_FILE...]: the page, Uppy's clients and Swagger UI in Chromium, against the embedded store and then Ceph RGW
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x /usr/bin/chromium ] || test/apt-install.sh chromium
test/install-tools.sh test/browser
npx tsc -p test/browser
if [ $# = 0 ]; then set -- test/browser/*.extra.ts; fi
options=(--jobs=2)
result=0
npx tap "${options[@]}" "$@" || result=$?
test/rgw/run.sh "${options[@]}" "$@" || result=$?
exit "$result"
