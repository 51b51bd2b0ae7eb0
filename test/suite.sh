#!/usr/bin/env bash
# suite.sh [NAME [ARGUMENT...]]: runs a suite of tests; without a name, lists them.
set -euo pipefail
cd "$(dirname "$0")"

if [ $# = 0 ]; then
  echo 'npm run suite -- NAME [ARGUMENT...]'
  for script in */run.sh; do printf '  %-10s %s\n' "${script%/run.sh}" "$(sed -n '2s/^# //p' "$script")"; done
  exit
fi
if [ ! -e "$1/run.sh" ]; then
  echo "There is no suite $1: npm run suite lists them" >&2
  exit 1
fi
exec "$1/run.sh" "${@:2}"
