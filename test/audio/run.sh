#!/usr/bin/env bash
# What of the inspection needs encoders, a browser, gigabytes or minutes. Installs from Debian what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=()
for package in ffmpeg lame twolame flac sox mkvtoolnix chromium; do
  command -v "${package/mkvtoolnix/mkvmerge}" > /dev/null || packages+=("$package")
done
command -v opusenc > /dev/null || packages+=(opus-tools)
command -v oggenc > /dev/null || packages+=(vorbis-tools)
command -v speexenc > /dev/null || packages+=(speex)
sox --help | grep -q amr-nb || packages+=(libsox-fmt-all)
[ ${#packages[@]} = 0 ] || test/apt-install.sh "${packages[@]}"
[ -d test/audio/corpus/node_modules ] || npm ci --prefix test/audio/corpus --no-audit --no-fund --silent

npx tsc -p test/audio/corpus
npx tsx -C fastify-upload-url-source test/audio/corpus/survey.extra.ts
npx tsx -C fastify-upload-url-source test/audio/fuzz.extra.ts
npx tap --disable-coverage --timeout 300 test/audio/large.extra.ts
