import { cheat } from './cheat.js'
import { isFinal } from './service.js'
import { drawWaveform } from './waveform.js'

/**
 * Shows what has landed: accepted with a player, or rejected with the reason.
 *
 * @param {import('./service.js').Service} service
 * @param {import('./upload-item.js').UploadItem} item
 * @param {string} key
 * @param {() => void} chooseAnother
 */
export async function showLanded (service, item, key, chooseAnother) {
  item.show('checking', 'Checking the content…')
  try {
    const status = await service.call('GET', '/upload-status', { key, inspect: 'true' })
    if (status.status === 'pending') throw new Error('The upload is not in the store yet.')
    const isRejected = status.status === 'rejected'
    const { url } = isRejected ? {} : await service.call('GET', '/download-url', { key })
    item.showObject(status, url)
    if (isRejected) {
      item.show('rejected', `Rejected: ${status.reason}.`, { action: ['Choose another file', chooseAnother] })
      return
    }
    item.show('accepted', 'Accepted')
    item.offerToCheat(() => cheat(service, status))
    if (await drawWaveform(item.waveform, url, status.size)) item.waveform.removeAttribute('hidden')
  } catch (error) {
    item.show('failed', error.message, isFinal(error)
      ? {}
      : { action: ['Check again', () => showLanded(service, item, key, chooseAnother)] })
  }
}
