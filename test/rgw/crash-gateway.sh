#!/usr/bin/env bash
# crash-gateway.sh RUN_DIR S3_PORT: kills the gateway, and starts it again on what it had stored.
set -euo pipefail
source "$(dirname "$0")/env.sh" "$1"
kill -9 "$(cat "$run/pid/rgw.pid")"
launch_gateway "$2"
