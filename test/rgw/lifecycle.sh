#!/usr/bin/env bash
# lifecycle.sh RUN_DIR: applies the lifecycle rules of all buckets now, once; a day of theirs is a second.
set -euo pipefail
source "$(dirname "$0")/env.sh" "$1"
radosgw-admin --name client.rgw.a lc process 2>> "$1/log/radosgw-admin.err"
