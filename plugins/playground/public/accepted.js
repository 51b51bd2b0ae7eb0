import { formatSize } from './units.js'

const { Intl } = globalThis
const FORMAT_ERRORS = ['FST_UPLOAD_FORMAT_REFUSED', 'FST_UPLOAD_FORMAT_CONFLICT']

/** What the service accepts, by extension, media type and size. */
export class Accepted {
  #extensions
  #types
  #names
  #maxSize

  /**
   * @param {object} settings as `/playground/settings` has them
   * @param {{ name: string, extensions: string[], types: string[] }[]} settings.formats
   * @param {number | null} settings.maxSize in bytes
   */
  constructor ({ formats, maxSize }) {
    this.#extensions = new Set(formats.flatMap(({ extensions }) => extensions))
    this.#types = new Set(formats.flatMap(({ types }) => types))
    this.#names = formats.map(({ name }) => name.toUpperCase())
    this.#maxSize = maxSize ?? Infinity
  }

  /** For the attribute `accept` of a file input. */
  get fileTypes () {
    return [...[...this.#extensions].map(extension => `.${extension}`), ...this.#types].join(',')
  }

  /** For people to read before they choose. */
  get description () {
    return `${this.#names.join(', ')}.${this.#maxSize === Infinity ? '' : ` Up to ${formatSize(this.#maxSize)}.`}`
  }

  /** Whether a media type is accepted. */
  hasType (type) {
    return this.#types.has(essence(type))
  }

  /**
   * Why a file is not accepted, in a sentence; undefined where nothing is against it.
   *
   * @param {import('./service.js').Service} service which has the last word
   * @param {File} file
   * @throws where the service cannot be asked
   */
  async refusal (service, { name, type, size }) {
    const extension = /\.([^.]+)$/.exec(name)?.[1].toLowerCase()
    const isKnown = extension === undefined ? this.hasType(type) : this.#extensions.has(extension)
    if (!isKnown) return this.#formatSentence
    if (size > this.#maxSize) {
      return `Files of up to ${formatSize(this.#maxSize)} are accepted; this one has ${formatSize(size)}.`
    }
    try {
      await service.call('GET', '/upload-url', {
        filename: name, ...type && { contentType: essence(type) }, size: String(size)
      })
    } catch (error) {
      if (FORMAT_ERRORS.includes(error.code)) return this.#formatSentence
      throw error
    }
  }

  get #formatSentence () {
    return `Only ${new Intl.ListFormat('en').format(this.#names)} files are accepted.`
  }
}

/** A media type without parameters, in lower case. */
export function essence (type) {
  return type.split(';', 1)[0].trim().toLowerCase()
}
