#!/usr/bin/env bash
# first-command.sh: runs the first command of the README, word for word, and pastes the lines that the server prints.
set -euo pipefail
cd "$(dirname "$0")/../.."

command=$(awk '/^```sh$/ { getline; print; exit }' README.md)
output=$(mktemp)
folder=$(mktemp -d)
setsid bash -c "$command" > "$output" 2>&1 &
server=$!
trap 'kill -- "-$server" 2> /dev/null; rm -rf "$output" "$folder"' EXIT

until grep -q '^    done$' "$output"; do
  kill -0 "$server" 2> /dev/null || { cat "$output"; exit 1; }
  sleep 0.5
done
answers=$(cd "$folder" && sh -c "$(sed -n '/prints 200, and then 412:$/,/^    done$/ { /^    /p }' "$output")")
echo "$command: the lines it prints answered" $answers
[ "$answers" = "$(printf '200\n412')" ]
