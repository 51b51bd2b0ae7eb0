#!/usr/bin/env bash
# boto3 and the AWS CLI read from Ceph RGW what our URLs put there; both come from Debian where they are missing
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! /usr/bin/python3 -c 'import boto3' 2> /dev/null || [ ! -x /usr/bin/aws ]; then test/apt-install.sh python3-boto3 awscli; fi
test/rgw/run.sh test/clients/clients.extra.ts
