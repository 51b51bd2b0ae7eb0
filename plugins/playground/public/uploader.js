import { createUploader } from './client/index.js'
import { followUpload } from './follow-upload.js'
import { isFinal } from './service.js'
import { showLanded } from './landed.js'
import { formatSize } from './units.js'
import { UploadItem } from './upload-item.js'

const { isSecureContext } = globalThis

/** Uploads files and recordings, and shows each in the list. What was interrupted is found again after a reload. */
export class Uploads {
  #service
  #accepted
  #list
  #chooseFiles
  #client
  /** Items of files to be chosen again, by name and size. */
  #unfinished = new Map()

  /**
   * @param {object} settings
   * @param {import('./service.js').Service} settings.service
   * @param {import('./accepted.js').Accepted} settings.accepted
   * @param {string} settings.owner whose unfinished uploads are found
   * @param {object} settings.list where items are shown
   * @param {() => void} settings.chooseFiles opens the file dialog
   */
  constructor ({ service, accepted, owner, list, chooseFiles }) {
    this.#service = service
    this.#accepted = accepted
    this.#list = list
    this.#chooseFiles = chooseFiles
    this.#client = createUploader({
      baseUrl: '', owner, headers: service.headers, ...isSecureContext && { checksum: 'sha256' }
    })
  }

  /** Uploads what is accepted of the files that were chosen, dropped or pasted. */
  add (files) {
    for (const file of files) this.#addFile(file)
  }

  /**
   * Records, and uploads what is recorded meanwhile.
   *
   * @param {MediaStream} stream
   * @param {string} mimeType
   * @returns {import('./client/recording.js').Recording}
   */
  record (stream, mimeType) {
    const recording = this.#client.record(stream, { mimeType, filename: nameOfRecording(mimeType) })
    recording.addEventListener('state', ({ detail: { state } }) => {
      if (state === 'saving') this.#followRecording(recording, mimeType)
    })
    return recording
  }

  /** Shows what was interrupted, the oldest last. */
  async findUnfinished () {
    for (const upload of await this.#client.unfinished()) {
      const item = new UploadItem(this.#list, upload.name)
      if (upload.kind === 'file') this.#askForFile(upload, item)
      else this.#offerToFinish(upload, item)
    }
  }

  async #addFile (file, item = this.#takeItem(file)) {
    item.show('waiting', 'Waiting…', { action: ['Cancel', () => item.remove()] })
    let refusal
    try {
      refusal = await this.#accepted.refusal(this.#service, file)
    } catch (error) {
      if (isFinal(error)) refusal = error.message
      else return item.show('failed', error.message, { action: ['Retry', () => this.#addFile(file, item)] })
    }
    if (item.isRemoved) return
    if (refusal !== undefined) {
      return item.show('refused', refusal, { action: ['Choose another file', () => this.#chooseAnother(item)] })
    }
    item.showSigned(file, isSecureContext)
    const upload = this.#client.upload(file)
    followUpload(upload, item, { size: file.size, retry: () => this.#addFile(file, item) })
    upload.done.then(({ key }) => this.#showLanded(item, key), () => {})
  }

  /** The item of a file that has to be chosen again, where this is it. */
  #takeItem ({ name, size }) {
    const known = this.#unfinished.get(`${size} ${name}`)
    this.#unfinished.delete(`${size} ${name}`)
    return known ?? new UploadItem(this.#list, name)
  }

  #askForFile (upload, item) {
    this.#unfinished.set(`${upload.size} ${upload.name}`, item)
    item.show('interrupted', 'Choose this file again to continue.', {
      action: ['Choose file', this.#chooseFiles],
      pause: ['Discard', () => this.#discard(upload, item)]
    })
  }

  #offerToFinish (upload, item) {
    const finish = async () => {
      item.show('uploading', 'Saving the rest of the recording…', {})
      try {
        const { key } = await upload.finish()
        await this.#showLanded(item, key)
      } catch (error) {
        item.show('failed', error.message, { action: ['Retry', finish] })
      }
    }
    item.show('interrupted', `This recording was interrupted; ${formatSize(upload.size)} of it are safe.`, {
      action: ['Discard', () => this.#discard(upload, item)],
      pause: ['Finish', finish]
    })
  }

  async #discard (upload, item) {
    item.remove()
    await upload.discard().catch(() => {})
  }

  #followRecording (recording, mimeType) {
    const item = new UploadItem(this.#list, nameOfRecording(mimeType))
    item.show('uploading', 'Saving the rest of the recording…', { action: ['Cancel', () => recording.abort()] })
    recording.done.then(
      ({ key }) => this.#showLanded(item, key),
      error => error.code === 'ABORTED' ? item.remove() : item.show('failed', error.message)
    )
  }

  #showLanded (item, key) {
    return showLanded(this.#service, item, key, () => this.#chooseAnother(item))
  }

  #chooseAnother (item) {
    item.remove()
    this.#chooseFiles()
  }
}

function nameOfRecording (mimeType) {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  return `recording-${time}.${{ 'audio/mp4': 'm4a' }[mimeType.split(';', 1)[0]] ?? /^audio\/(\w+)/.exec(mimeType)[1]}`
}
