#!/usr/bin/env bash
# Three replicas behind nginx with Redis and Ceph RGW: kills replicas under load, stops the store and Redis, and counts
# All on loopback. UPLOADS_PER_SECOND (200) and SECONDS_UNDER_FIRE (60) change the load; ONLY=Redis plays
# what has that word in its title.
# Installs the Debian packages that are missing. Ends everything it started; fails when a promise is broken.
set -euo pipefail
cd "$(dirname "$0")/../.."

RGW_ROOT=$(test/rgw/install.sh)
command -v redis-server > /dev/null || test/apt-install.sh redis-server
command -v nginx > /dev/null || test/apt-install.sh nginx-light
npm run build > /dev/null

run=$(mktemp -d)
trap 'test/rgw/stop.sh "$run"; rm -rf "$run"' EXIT
trap 'exit 130' INT TERM

read -r s3_port mon_port <<< "$(test/rgw/free-ports.sh)"
export S3_ACCESS_KEY=rgw-cluster S3_SECRET_KEY RGW_ROOT
S3_SECRET_KEY=$(node -p 'require("node:crypto").randomBytes(20).toString("hex")')
test/rgw/start.sh "$run" "$s3_port" "$mon_port"

export CLUSTER_RUN=$run CLUSTER_S3_ENDPOINT=http://127.0.0.1:$s3_port
npx tsx -C fastify-upload-url-source test/cluster/main.ts
