#!/usr/bin/env bash
# start.sh RUN_DIR S3_PORT MON_PORT: one monitor, one OSD in memory, one S3 gateway, all on loopback.
# In: S3_ACCESS_KEY, S3_SECRET_KEY; RGW_STS=true for session tokens; RGW_ROOT where the packages are unpacked.
set -euo pipefail

run=$1 s3_port=$2 mon_port=$3
source "$(dirname "$0")/env.sh" "$run"
random() { head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

mkdir -p "$run"/{mon,osd,rgw,pid,log}
cat > "$CEPH_CONF" <<END
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = v2:127.0.0.1:$mon_port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
ms bind ipv4 = true
ms bind ipv6 = false
ms bind msgr1 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon cluster mode = crc
ms mon service mode = crc
ms mon client mode = crc
run dir = $run/pid
admin socket = $run/pid/\$name.asok
log file = $run/log/\$name.log
crash dir = $run/log
erasure code dir = $libraries/ceph/erasure-code
osd class dir = $libraries/rados-classes
plugin dir = $libraries/ceph
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 2
mon data avail crit = 1
osd objectstore = memstore
memstore device bytes = 4294967296
memstore page set = false
osd max object name len = 2048
rgw frontends = beast endpoint=127.0.0.1:$s3_port
rgw dns name = localhost
rgw s3 auth use sts = ${RGW_STS:-false}
rgw sts key = $(random)
rgw crypt require ssl = false
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw lc debug interval = 1
rgw enable ops log = false
paxos propose interval = 0.02
paxos min wait = 0.01
mon tick interval = 1
[mon.a]
mon data = $run/mon
public addr = 127.0.0.1:$mon_port
[osd.0]
osd data = $run/osd
[client.rgw.a]
rgw data = $run/rgw
END

osd_is_up() { ceph --connect-timeout 5 osd stat | grep -q '1 up'; }

fsid=$(awk '/^fsid/ {print $3}' "$CEPH_CONF")
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$run/monmap" > /dev/null
ceph-mon --mkfs -i a --monmap "$run/monmap" > /dev/null
launch mon ceph-mon -i a -f

osd_id=$(cat /proc/sys/kernel/random/uuid)
ceph --connect-timeout 30 osd new "$osd_id" > /dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$osd_id" > "$run/log/osd-mkfs.out" 2>&1
launch osd ceph-osd -i 0 -f
await osd osd_is_up

radosgw-admin --name client.rgw.a user create --uid=test --display-name=test --caps='roles=*' \
  --access-key="$S3_ACCESS_KEY" --secret-key="$S3_SECRET_KEY" > /dev/null 2> "$run/log/radosgw-admin.err"
launch_gateway "$s3_port"
