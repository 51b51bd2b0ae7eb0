#!/usr/bin/env bash
# Makes Ceph RGW available: with apt-get where we are root, else unpacked into a folder of our own.
# Prints that folder, or nothing where the system has RGW itself.
set -euo pipefail

home=${RGW_HOME:-$(dirname "$0")/../../node_modules/.cache/rgw}
packages='radosgw ceph-mon ceph-osd'

if type radosgw radosgw-admin ceph-mon ceph-osd ceph > /dev/null 2>&1; then exit; fi

if [ "$(id -u)" = 0 ]; then
  # shellcheck disable=SC2086
  "$(dirname "$0")/../apt-install.sh" $packages
  exit
fi

if [ ! -x "$home/root/usr/bin/radosgw" ]; then
  mkdir -p "$home/packages" "$home/root"
  cd "$home/packages"
  # shellcheck disable=SC2086
  apt-get install --simulate --no-install-recommends $packages | awk '/^Inst/ {print $2}' | xargs apt-get download >&2
  for package in *.deb; do dpkg -x "$package" ../root; done
  cd - > /dev/null
fi
cd "$home/root" && pwd
