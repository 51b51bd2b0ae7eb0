#!/usr/bin/env bash
# run.sh [TEST_FILE...]: every test that needs a store, or those named, against Ceph RGW, a real S3 server
# Installs RGW where it is missing. RGW_STS=true turns session tokens on.
set -euo pipefail
cd "$(dirname "$0")/../.."

RGW_ROOT=$(test/rgw/install.sh)
run=$(mktemp -d)
trap 'test/rgw/stop.sh "$run"; rm -rf "$run"' EXIT
trap 'exit 130' INT TERM

read -r s3_port mon_port <<< "$(test/rgw/free-ports.sh)"
S3_ACCESS_KEY=rgw-test
S3_SECRET_KEY=$(node -p 'require("node:crypto").randomBytes(20).toString("hex")')
export RGW_ROOT S3_ACCESS_KEY S3_SECRET_KEY

test/rgw/start.sh "$run" "$s3_port" "$mon_port"

export TEST_S3_CRASH="test/rgw/crash-gateway.sh $run $s3_port"
export TEST_S3_ENDPOINT=http://127.0.0.1:$s3_port TEST_S3_REGION=us-east-1
export TEST_S3_LIFECYCLE="test/rgw/lifecycle.sh $run"
export TEST_S3_ACCESS_KEY_ID=$S3_ACCESS_KEY TEST_S3_SECRET_ACCESS_KEY=$S3_SECRET_KEY
if [ $# = 0 ]; then
  folders=(test/s3 test/upload-url)
  mapfile -t files < <(grep -rlE "/(store|uploads-to|uploader|uppy-app)\.js'" "${folders[@]}" --include=*.test.ts)
  set -- test/all.test.ts "${files[@]/#/--test-arg=}"
fi
npx tap "$@"
