import { formatClock, formatSize } from './units.js'

/**
 * Shows how far an upload is, until it has ended one way or the other.
 *
 * @param {import('./client/upload.js').Upload} upload
 * @param {import('./upload-item.js').UploadItem} item
 * @param {object} more
 * @param {number} more.size of the file, in bytes
 * @param {() => void} more.retry begins it again, or continues it
 */
export function followUpload (upload, item, { size: total, retry }) {
  let progress = { sent: 0, total, bytesPerSecond: 0, secondsLeft: Infinity }
  const cancel = ['Cancel', () => {
    upload.abort()
    item.remove('Upload cancelled')
  }]

  const show = () => {
    const { sent, total, bytesPerSecond, secondsLeft } = progress
    const share = total === 0 ? 0 : sent / total
    item.setProgress(share)
    const isPaused = upload.state === 'paused'
    const speed = bytesPerSecond > 0 && !isPaused && ` · ${formatSize(bytesPerSecond)}/s`
    const time = speed && Number.isFinite(secondsLeft) && ` · ${formatClock(Math.ceil(secondsLeft))} left`
    const size = sent > 0 ? `${formatSize(sent)} of ${formatSize(total)}` : formatSize(total)
    const text = `${Math.floor(share * 100)} % · ${size}${speed || ''}${time || ''}`
    item.show(isPaused ? 'paused' : 'uploading', `${isPaused ? 'Paused' : 'Uploading'} · ${text}`, {
      action: cancel,
      pause: isPaused ? ['Resume', () => upload.resume()] : ['Pause', () => upload.pause()]
    })
  }

  upload.addEventListener('progress', ({ detail }) => {
    progress = detail
    if (upload.state === 'sending') show()
  })
  upload.addEventListener('state', ({ detail: { state, error } }) => {
    if (state === 'sending' || state === 'paused') show()
    if (state === 'waiting') item.show('interrupted', `${error.message}: continues by itself.`, { action: cancel })
    if (state === 'failed') item.show('failed', error.message, error.retryable ? { action: ['Retry', retry] } : {})
  })
  show()
}
