#!/usr/bin/env bash
# Clients of others, which come from Debian where they are missing, against Ceph RGW.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! /usr/bin/python3 -c 'import boto3' 2> /dev/null || [ ! -x /usr/bin/aws ]; then test/apt-install.sh python3-boto3 awscli; fi
test/rgw/run.sh test/clients/clients.extra.ts
