import { createHash } from 'node:crypto'
import type { LocalS3 } from 'fastify-local-s3'
import { DEVELOPMENT_KEY } from '../plugins/config.js'

/** A WAV of eight silent samples (8 kHz, 8 bits, mono), as `printf` of any shell understands it. */
const RECORDING = 'RIFF\\054\\0\\0\\0WAVEfmt \\020\\0\\0\\0\\001\\0\\001\\0\\100\\037\\0\\0\\100\\037\\0\\0' +
  '\\001\\0\\010\\0data\\010\\0\\0\\0\\200\\200\\200\\200\\200\\200\\200\\200'
const toCharacter = (_escape: string, octal: string) => String.fromCharCode(parseInt(octal, 8))
const BYTES = Buffer.from(RECORDING.replace(/\\(\d+)/g, toCharacter), 'latin1')
const SHA256 = createHash('sha256').update(BYTES).digest('hex')

/**
 * What a newcomer reads after `npm start`: where things are, and lines to paste into a POSIX shell that upload a
 * recording.
 *
 * @param address of the service, as in `http://127.0.0.1:3000`
 * @param store the embedded store
 * @param usesDevelopmentKey whether the development key opens the service; other keys are never printed
 */
export function banner (address: string, store: LocalS3, usesDevelopmentKey: boolean): string {
  const key = usesDevelopmentKey ? DEVELOPMENT_KEY : '$API_KEY'
  return `
  fastify-upload-url, for development

    Page     ${address}/
    API      ${address}/upload-url
    Docs     ${address}/docs
    Store    ${store.endpoint}/${store.bucket}, embedded, keeps its objects in ${store.directory}
    API key  ${usesDevelopmentKey ? key : 'one of your API_KEYS, as $API_KEY in the lines below'}

  Upload a recording. The URL is signed for these bytes alone and works once, so this prints 200, and then 412:

    printf '${RECORDING}' > hello.wav
    reply=$(curl -sS -G -H "Authorization: Bearer ${key}" -d filename=hello.wav -d size=${BYTES.length} \\
      -d sha256=${SHA256} ${address}/upload-url)
    url=$(printf '%s' "$reply" | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')
    headers=$(printf '%s' "$reply" | sed 's/.*"headers":{"\\([^}]*\\)"}.*/\\1/' |
      awk '{ gsub(/","/, "\\n"); gsub(/":"/, ": "); print }')
    for attempt in first second; do
      printf '%s\\n' "$headers" | curl -sS -o /dev/null -w '%{http_code}\\n' -H @- -T hello.wav "$url"
    done

`
}
