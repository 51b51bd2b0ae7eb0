#!/usr/bin/env bash
# stop.sh RUN_DIR: ends the daemons that start.sh launched there, gateway first; after 10 s the hard way.
run=$1

is_running() { [ -d "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2> /dev/null; }

for name in rgw osd mon; do
  pid=$(cat "$run/pid/$name.pid" 2> /dev/null) || continue
  kill "$pid" 2> /dev/null || continue
  for _ in $(seq 100); do
    is_running "$pid" || break
    sleep 0.1
  done
  if is_running "$pid"; then kill -9 "$pid"; fi
done
true
