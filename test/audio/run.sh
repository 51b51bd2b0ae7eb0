#!/usr/bin/env bash
# run.sh [BROKEN_FILES]: the inspection of what encoders and a browser make, of 20 000 broken files, and of gigabytes
# Installs from Debian what is missing.
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
test/install-tools.sh test/audio/corpus

npx tsc -p test/audio/corpus
npx tsx -C fastify-upload-url-source test/audio/corpus/survey.extra.ts
npx tsx -C fastify-upload-url-source test/audio/fuzz.extra.ts "$@"
npx tap test/audio/large.extra.ts test/audio/salvaged.extra.ts
