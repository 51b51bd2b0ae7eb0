const { clearTimeout, setTimeout } = globalThis
const PAUSES_SECONDS = [1, 2, 4, 8, 15, 30]
/** The service's answers on the way, of which Uppy keeps no more than the reason phrase. */
const REFUSALS = [
  'Bad Request', 'Unauthorized', 'Forbidden', 'Not Found', 'Conflict', 'Gone', 'Payload Too Large',
  'Unsupported Media Type'
]

/**
 * Retries an upload that the network, the store or an expired URL interrupted, after growing pauses; parts that have
 * arrived are not sent again. Gives up on what is refused, and after a minute in which nothing got through.
 *
 * @param {object} uppy
 * @param {object} listeners
 * @param {(id: string, seconds: number) => void} listeners.interrupted before a retry
 * @param {(id: string, sentence: string, canRetry: boolean) => void} listeners.failed when it gives up
 * @returns {{ forget: (id: string) => void }}
 */
export function keepRetrying (uppy, { interrupted, failed }) {
  const failures = new Map()
  const timers = new Map()

  const forget = id => {
    failures.delete(id)
    clearTimeout(timers.get(id))
    timers.delete(id)
  }

  uppy.on('upload-error', ({ id }, error) => {
    const count = failures.get(id) ?? 0
    const pause = PAUSES_SECONDS[count]
    if (pause === undefined || isRefusal(error)) {
      forget(id)
      failed(id, sentenceOf(error), !isClientError(error))
      return
    }
    failures.set(id, count + 1)
    clearTimeout(timers.get(id))
    timers.set(id, setTimeout(() => uppy.retryUpload(id), pause * 1000))
    interrupted(id, pause)
  })
  uppy.on('s3-multipart:part-uploaded', ({ id }) => forget(id))
  return { forget }
}

const phraseOf = ({ message }) => REFUSALS.find(phrase => message === `Companion request failed: ${phrase}`)

const isClientError = error => (error.status >= 400 && error.status < 500) || phraseOf(error) !== undefined

// A URL that has expired is 403 as well, and is signed again.
const isRefusal = error => isClientError(error) && ![403, 408, 429].includes(error.status)

function sentenceOf (error) {
  if (phraseOf(error) !== undefined) return `The service refused the upload: ${phraseOf(error)}.`
  return isClientError(error) ? `S3 refused the upload: ${error.status}.` : 'The upload was interrupted.'
}
