#!/usr/bin/env bash
# run.sh [TEST_FILE...]: drives the page and Uppy's clients in headless Chromium, against the embedded store and then
# against Ceph RGW. Without arguments: every test in test/browser.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x /usr/bin/chromium ] || test/apt-install.sh chromium
if [ $# = 0 ]; then set -- test/browser/*.extra.ts; fi
options=(--disable-coverage --jobs=2 --timeout=240)
result=0
npx tap "${options[@]}" "$@" || result=$?
test/rgw/run.sh "${options[@]}" "$@" || result=$?
exit "$result"
