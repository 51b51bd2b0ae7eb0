import { AwsS3, GoldenRetriever, Uppy } from './uppy.min.mjs'
import { keepRetrying } from './retry.js'
import { isFinal } from './service.js'
import { formatSize } from './units.js'
import { UploadItem } from './upload-item.js'

const MIB = 1024 ** 2

/**
 * Uploads files through Uppy and the service's Companion protocol, and shows each in the list. What was interrupted
 * continues where it was, after a reload of the page as well.
 */
export class Uploader {
  #service
  #accepted
  #list
  #chooseFiles
  #uppy = new Uppy({ id: 'playground' })
  #items = new Map()
  #retry

  /**
   * @param {object} settings
   * @param {import('./service.js').Service} settings.service
   * @param {import('./accepted.js').Accepted} settings.accepted
   * @param {string} settings.companionEndpoint path with a token, as `POST /uppy-tokens` gives it
   * @param {object} settings.list where items are shown
   * @param {() => void} settings.chooseFiles opens the file dialog
   */
  constructor ({ service, accepted, companionEndpoint, list, chooseFiles }) {
    this.#service = service
    this.#accepted = accepted
    this.#list = list
    this.#chooseFiles = chooseFiles
    const uppy = this.#uppy
    uppy.on('upload-retry', ({ id }) => this.#showProgress(id))
    uppy.on('upload-progress', ({ id }, { bytesUploaded }) => this.#showProgress(id, bytesUploaded))
    uppy.on('upload-success', ({ id }, { body }) => this.#showObject(this.#forget(id), body.key))
    uppy.on('restored', () => this.#continue())
    this.#retry = keepRetrying(uppy, {
      interrupted: (id, seconds) => this.#items.get(id)?.show(
        'interrupted', `Interrupted, continues in ${seconds} s.`, { action: this.#cancel(id) }),
      failed: (id, sentence, canRetry) => this.#fail(id, sentence, canRetry)
    })
    uppy
      .use(AwsS3, {
        companionEndpoint,
        // Only what goes in parts can be resumed.
        shouldUseMultipart: ({ size }) => size > 10 * MIB,
        allowedMetaFields: ['size']
      })
      // Keeps a copy of what is not uploaded yet; larger files have to be chosen again after a reload.
      .use(GoldenRetriever, { indexedDB: { maxFileSize: 1024 * MIB, maxTotalSize: 2048 * MIB } })
  }

  /** Uploads what is accepted of the files that were chosen, dropped, pasted or recorded. */
  add (files) {
    for (const file of files) this.#addFile(file)
  }

  async #addFile (file, item = new UploadItem(this.#list, file.name)) {
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
    this.#upload(file, item)
  }

  #upload (file, item) {
    let id
    try {
      id = this.#uppy.addFile({ name: file.name, type: file.type, data: file })
    } catch {
      // Uppy takes no file twice at a time.
      return item.show('refused', 'This file is being uploaded already.')
    }
    this.#items.get(id)?.remove()
    this.#items.set(id, item)
    // Uppy tells no server the size of a file, and what is not declared is not enforced.
    this.#uppy.setFileMeta(id, { size: file.size })
    this.#start(id)
  }

  // Each file is an upload of its own, so that none waits for another.
  #start (id) {
    this.#uppy.retryUpload(id)
  }

  #continue () {
    this.#uppy.setState({ currentUploads: {}, recoveredState: null })
    for (const { id, name, isGhost, progress } of this.#uppy.getFiles()) {
      if (progress.uploadComplete) {
        this.#uppy.removeFile(id)
        continue
      }
      const item = new UploadItem(this.#list, name)
      this.#items.set(id, item)
      if (isGhost) {
        item.show('interrupted', 'Choose this file again to continue.', { action: ['Choose file', this.#chooseFiles] })
      } else {
        this.#start(id)
      }
    }
  }

  #showProgress (id, bytesUploaded = this.#uppy.getFile(id)?.progress.bytesUploaded) {
    const item = this.#items.get(id)
    const file = this.#uppy.getFile(id)
    if (item === undefined || file === undefined || file.progress.uploadComplete || file.error) return
    const { isPaused, size } = file
    const sent = Math.min(bytesUploaded || 0, size)
    const share = size === 0 ? 0 : sent / size
    const canPause = size > 10 * MIB
    item.setProgress(share)
    const [state, label, toggle] = isPaused ? ['paused', 'Paused', 'Resume'] : ['uploading', 'Uploading', 'Pause']
    item.show(state, `${label} · ${Math.floor(share * 100)} % · ${formatSize(sent)} of ${formatSize(size)}`, {
      action: this.#cancel(id),
      ...canPause && { pause: [toggle, () => this.#togglePause(id)] }
    })
  }

  #togglePause (id) {
    this.#uppy.pauseResume(id)
    this.#showProgress(id)
  }

  #cancel (id) {
    return ['Cancel', () => {
      this.#forget(id)?.remove()
      this.#list.announcement.textContent = 'Upload cancelled'
    }]
  }

  async #showObject (item, key) {
    item.show('checking', 'Checking the content…')
    try {
      const status = await this.#service.call('GET', '/upload-status', { key, inspect: 'true' })
      if (status.status === 'pending') throw new Error('The upload is not in the store yet.')
      const isRejected = status.status === 'rejected'
      const { url } = isRejected ? {} : await this.#service.call('GET', '/download-url', { key })
      item.showObject(status, url)
      if (isRejected) {
        item.show('rejected', `Rejected: ${status.reason}.`, {
          action: ['Choose another file', () => this.#chooseAnother(item)]
        })
      } else {
        item.show('accepted', 'Accepted')
      }
    } catch (error) {
      item.show('failed', error.message, isFinal(error)
        ? {}
        : { action: ['Check again', () => this.#showObject(item, key)] })
    }
  }

  #fail (id, sentence, canRetry) {
    const retry = { action: ['Retry', () => this.#start(id)] }
    if (canRetry) this.#items.get(id)?.show('failed', sentence, retry)
    else this.#forget(id)?.show('failed', sentence)
  }

  #chooseAnother (item) {
    item.remove()
    this.#chooseFiles()
  }

  #forget (id) {
    const item = this.#items.get(id)
    this.#items.delete(id)
    this.#retry.forget(id)
    if (this.#uppy.getFile(id) !== undefined) this.#uppy.removeFile(id)
    return item
  }
}
