#!/usr/bin/env bash
# Builds the image as the Dockerfile says, and runs it with no more rights than Compose leaves it
# No Docker engine and no registry of images is
# needed: buildah builds, on a base image made of Debian and npm's Node, and bubblewrap contains. Runs as root, and
# installs the Debian packages that are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

type buildah debootstrap bwrap > /dev/null 2>&1 || test/apt-install.sh buildah debootstrap bubblewrap

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
images() { buildah --root "$run/storage" --runroot "$run/storage-run" --storage-driver vfs "$@"; }

# The base: Debian, the Node that the Dockerfile names, and this machine's npm with its way to the registry.
base=$(awk '/^FROM/ { print $2; exit }' Dockerfile)
version=${base#node:}
node=$(npx --yes --package "node@${version%-slim}" -- node -p process.execPath)
debootstrap --variant=minbase stable "$run/base" >&2
mkdir -p "$run"/base/usr/local/{etc,lib/node_modules}
cp "$node" "$run/base/usr/local/bin/node"
cp -rL "$(npm root --global)/npm" "$run/base/usr/local/lib/node_modules/npm"
for tool in npm npx; do ln -s "../lib/node_modules/npm/bin/$tool-cli.js" "$run/base/usr/local/bin/$tool"; done
npmrc=$run/base/usr/local/etc/npmrc
echo "registry=$(npm config get registry)" > "$npmrc"
authorities=$(npm config get cafile)
if [ "$authorities" != null ]; then
  cp "$authorities" "$run/base/etc/authorities.crt"
  echo 'cafile=/etc/authorities.crt' >> "$npmrc"
fi
chroot "$run/base" useradd --create-home --uid 1000 node
container=$(images from scratch)
images copy --quiet "$container" "$run/base" /
images commit --quiet "$container" "docker.io/library/$base" >&2

images build --format docker --isolation chroot --network host --pull-never --tag fastify-upload-url . >&2
images inspect --type image fastify-upload-url > "$run/image.json"
IMAGE_ROOT=$(images mount "$(images from --pull-never fastify-upload-url)")
export IMAGE_ROOT IMAGE_DESCRIPTION=$run/image.json
npx tap test/image/*.extra.ts
