#!/usr/bin/env bash
# upload-in-parts.sh FILE: uploads a long recording in parts, with nothing but curl. Interrupted, it goes on
# where it stopped when it is run again.
#   API_URL   where the service is, as in https://uploads.example.com
#   API_KEY   your key
set -euo pipefail
file=${1:?usage: upload-in-parts.sh FILE}
state=$file.upload
size=$(wc -c < "$file" | tr -d ' ')

api() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $API_KEY" "$@"; }
post() { api "$API_URL$1" --header 'Content-Type: application/json' --data-binary "$2"; }
list_parts() { api --get "$API_URL/multipart-uploads/parts" --data-urlencode "key=$key" --data-urlencode "uploadId=$id"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

if [ ! -f "$state" ]; then
  name=$(basename "$file" | sed 's/[\\"]/\\&/g')
  post /multipart-uploads "{\"filename\":\"$name\",\"size\":$size}" > "$state.new"
  mv "$state.new" "$state"
fi
key=$(field key < "$state") id=$(field uploadId < "$state") part_size=$(field partSize < "$state") count=$(field partCount < "$state")

arrived=$(list_parts)
part=$(mktemp)
trap 'rm -f "$part"' EXIT
for number in $(seq "$count"); do
  case $arrived in *"\"partNumber\":$number,"*) continue ;; esac
  url=$(post /multipart-uploads/part-urls "{\"key\":\"$key\",\"uploadId\":\"$id\",\"parts\":[{\"partNumber\":$number}]}" | field url)
  dd if="$file" of="$part" bs=1048576 skip=$(((number - 1) * part_size / 1048576)) count=$((part_size / 1048576)) status=none
  curl --silent --show-error --fail --retry 5 --retry-all-errors --upload-file "$part" "$url" > /dev/null
  echo "part $number of $count" >&2
done

parts=$(list_parts | sed 's/"size":[0-9]*,//g')
printf '{"key":"%s","uploadId":"%s",%s' "$key" "$id" "${parts#\{}" > "$part"
post /multipart-uploads/complete "@$part"
rm "$state"
