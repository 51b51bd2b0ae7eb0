#!/usr/bin/env bash
# Installs boto3 and the AWS CLI from Debian where they are missing.
set -euo pipefail
if /usr/bin/python3 -c 'import boto3' 2> /dev/null && [ -x /usr/bin/aws ]; then exit; fi
apt-get update > /dev/null
apt-get install -y --no-install-recommends python3-boto3 awscli > /dev/null
