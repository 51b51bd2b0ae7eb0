/**
 * Asks the service about every file before it is uploaded, and fails those it has something against, in its own words.
 * Uppy's client throws away what the service says later on.
 */
export function refuseEarly (uppy, service) {
  uppy.addPreProcessor(fileIds => Promise.all(fileIds.map(async id => {
    const file = uppy.getFile(id)
    if (file.error || file.progress.uploadComplete || file.s3Multipart !== undefined) return
    try {
      await service.call('GET', '/upload-url', declarationOf(file))
    } catch (error) {
      uppy.emit('upload-error', file, error)
    }
  })))
}

function declarationOf ({ name, type, size }) {
  return { filename: name, ...type && { contentType: type }, size: String(size) }
}
