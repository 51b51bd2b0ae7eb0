# env.sh RUN_DIR: sourced, finds the programs of Ceph, and their configuration in RUN_DIR. RGW_ROOT as for start.sh.
export CEPH_CONF=$1/ceph.conf
libraries=${RGW_ROOT:-}/usr/lib/$(uname -m)-linux-gnu
if [ -n "${RGW_ROOT:-}" ]; then
  export PATH=$RGW_ROOT/usr/bin:$PATH PYTHONPATH=$RGW_ROOT/usr/lib/python3/dist-packages
  export LD_LIBRARY_PATH=$libraries:$libraries/ceph:$RGW_ROOT/lib/$(uname -m)-linux-gnu
fi
