import { DEVELOPMENT_KEY } from '../plugins/config.js'
import type { LocalS3 } from 'fastify-local-s3'

const RECORDING = 'test/fixtures/audio/dictation.mp3'

/**
 * What a newcomer reads after `npm start`: where things are, and a line to paste that uploads a recording.
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
    API key  ${usesDevelopmentKey ? key : 'one of your API_KEYS, in the line below as $API_KEY'}

  Upload a recording:

    curl -sS -T ${RECORDING} -w '%{http_code}\\n' "$(curl -s -H "Authorization: Bearer ${key}" ${address}/upload-url | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')"

`
}
