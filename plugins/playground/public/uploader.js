import { Audio, AwsS3, Dashboard, GoldenRetriever, Uppy } from './uppy.min.mjs'
import { keepTrying } from './keep-trying.js'
import { refuseEarly } from './refuse-early.js'

const MIB = 1024 ** 2
const STRINGS = {
  dashboardTitle: 'Choose, record and upload',
  dropPasteImportFiles: 'Drop recordings here, %{browseFiles} or record one:',
  importFrom: '%{name}',
  myDevice: 'Files'
}

/**
 * Uppy with its dashboard: files and recordings go through the service's Companion protocol, and an upload that was cut
 * off goes on where it was, after a reload of the page as well.
 *
 * @param {object} settings
 * @param {import('./service.js').Service} settings.service
 * @param {string} settings.companionEndpoint path with a token, as `POST /uppy-tokens` gives it
 * @param {string} settings.target selector of the element for the dashboard
 * @param {import('./notices.js').Notices} settings.notices where it says what does not get through
 */
export function createUploader ({ service, companionEndpoint, target, notices }) {
  const uppy = new Uppy({ id: 'playground' })
    .use(Dashboard, {
      target,
      inline: true,
      width: '100%',
      height: 460,
      theme: 'auto',
      note: 'Audio of any length. Keeps going through a lost connection or a reload.',
      proudlyDisplayPoweredByUppy: false,
      disableThumbnailGenerator: true,
      locale: { strings: STRINGS }
    })
    .use(Audio, { target: Dashboard, locale: { strings: { pluginNameAudio: 'Microphone' } } })
    .use(AwsS3, {
      companionEndpoint,
      // Only what goes in parts can be resumed.
      shouldUseMultipart: ({ size }) => size > 10 * MIB,
      allowedMetaFields: ['size']
    })
    // Keeps a copy of what is not uploaded yet; larger files have to be chosen again after a reload.
    .use(GoldenRetriever, { indexedDB: { maxFileSize: 1024 * MIB, maxTotalSize: 2048 * MIB } })

  // Uppy tells no server the size of a file, and what is not declared is not enforced.
  uppy.on('file-added', ({ id, size }) => uppy.setFileMeta(id, { size }))
  refuseEarly(uppy, service)
  keepTrying(uppy, notices)
  return uppy
}
