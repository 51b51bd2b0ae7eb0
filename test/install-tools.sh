#!/usr/bin/env bash
# install-tools.sh FOLDER: installs what the package.json of a suite names, unless it is installed already.
set -euo pipefail
cd "$(dirname "$0")/../$1"

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund >&2
