import { Refusal } from './service.js'

const { clearTimeout, setTimeout } = globalThis
const PAUSES_SECONDS = [1, 2, 4, 8, 15, 30]

/**
 * Tries an upload again that the network, the store or an expired URL cut off, after growing pauses; parts that have
 * arrived are not sent again. Gives up on what is refused, and after a minute in which nothing got through.
 *
 * @param {object} uppy
 * @param {import('./notices.js').Notices} notices
 */
export function keepTrying (uppy, notices) {
  const failures = new Map()
  const timers = new Map()

  const forget = file => {
    failures.delete(file.id)
    clearTimeout(timers.get(file.id))
    timers.delete(file.id)
    notices.clear(file)
  }

  uppy.on('upload-error', (file, error) => {
    // Uppy's own bubble says less than our notice.
    uppy.hideInfo()
    const count = failures.get(file.id) ?? 0
    const pause = PAUSES_SECONDS[count]
    if (pause === undefined || isFinal(error)) {
      forget(file)
      notices.show(file, 'failed', error.message)
      return
    }
    failures.set(file.id, count + 1)
    clearTimeout(timers.get(file.id))
    timers.set(file.id, setTimeout(() => uppy.retryUpload(file.id), pause * 1000))
    notices.show(file, 'waiting', `cut off, goes on in ${pause} s`)
  })
  uppy.on('upload-retry', file => clearTimeout(timers.get(file.id)))
  uppy.on('s3-multipart:part-uploaded', forget)
  uppy.on('upload-success', forget)
  uppy.on('file-removed', forget)
}

function isFinal (error) {
  return error instanceof Refusal && error.statusCode < 500 && error.statusCode !== 429
}
