#!/usr/bin/env bash
# What of the inspection needs ffmpeg, gigabytes or minutes. Installs ffmpeg from Debian where it is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v ffmpeg > /dev/null || test/apt-install.sh ffmpeg
npx tsx test/audio/shapes.extra.ts
npx tsx test/audio/fuzz.extra.ts
npx tap --disable-coverage --timeout 300 test/audio/large.extra.ts
