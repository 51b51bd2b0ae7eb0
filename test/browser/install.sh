#!/usr/bin/env bash
# Installs Debian's Chromium where it is missing.
set -euo pipefail
if [ -x /usr/bin/chromium ]; then exit; fi
apt-get update > /dev/null
apt-get install -y --no-install-recommends chromium > /dev/null
