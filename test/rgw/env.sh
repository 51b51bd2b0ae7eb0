# env.sh RUN_DIR: sourced, finds the programs of Ceph and their configuration in RUN_DIR, and launches them. RGW_ROOT as
# for start.sh.
run=$1
export CEPH_CONF=$run/ceph.conf
libraries=${RGW_ROOT:-}/usr/lib/$(uname -m)-linux-gnu
if [ -n "${RGW_ROOT:-}" ]; then
  export PATH=$RGW_ROOT/usr/bin:$PATH PYTHONPATH=$RGW_ROOT/usr/lib/python3/dist-packages
  export LD_LIBRARY_PATH=$libraries:$libraries/ceph:$RGW_ROOT/lib/$(uname -m)-linux-gnu
fi

# launch NAME COMMAND...: in the background, output to its log, process id for stop.sh
launch() {
  local name=$1
  shift
  "$@" > "$run/log/$name.out" 2>&1 &
  echo $! > "$run/pid/$name.pid"
}

# await NAME COMMAND...: until the command succeeds; gives up after 30 s or when the daemon has died
await() {
  local name=$1
  shift
  for _ in $(seq 300); do
    if "$@" > /dev/null 2>&1; then return; fi
    if ! kill -0 "$(cat "$run/pid/$name.pid")" 2> /dev/null; then break; fi
    sleep 0.1
  done
  echo "RGW: $name did not come up" >&2
  tail -20 "$run/log/$name.out" >&2
  exit 1
}

# launch_gateway S3_PORT: until it listens
launch_gateway() {
  launch rgw radosgw --name client.rgw.a -f
  await rgw bash -c "exec 3<> /dev/tcp/127.0.0.1/$1"
}
