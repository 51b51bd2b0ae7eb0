#!/usr/bin/env bash
# What of the inspection needs ffmpeg, gigabytes or minutes. Installs ffmpeg from Debian where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../../.."

command -v ffmpeg > /dev/null || test/apt-install.sh ffmpeg
npx tsx -C fastify-upload-url-source test/upload-url/stored/shapes.extra.ts
npx tsx -C fastify-upload-url-source test/upload-url/stored/fuzz.extra.ts
npx tap --disable-coverage --timeout 300 test/upload-url/stored/large.extra.ts
