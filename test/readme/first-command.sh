#!/usr/bin/env bash
# first-command.sh: does what the README says first, word for word, and pastes the line that the server prints then.
set -euo pipefail
cd "$(dirname "$0")/../.."

command=$(awk '/^```sh$/ { getline; print; exit }' README.md)
said=$(mktemp)
setsid bash -c "$command" > "$said" 2>&1 &
server=$!
trap 'kill -- "-$server" 2> /dev/null; rm -f "$said"' EXIT

until grep -q '^ *curl ' "$said"; do
  kill -0 "$server" 2> /dev/null || { cat "$said"; exit 1; }
  sleep 0.5
done
answer=$(bash -c "$(grep -m 1 '^ *curl ' "$said")")
echo "$command: the curl line it prints was answered $answer"
[ "$answer" = 200 ]
