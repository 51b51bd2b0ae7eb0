import { AbstractTokenizer, EndOfStreamError, type IReadChunkOptions } from 'strtok3'
import type { RangeSource } from './range-source.js'

/**
 * Lets `music-metadata` read a window of an object, as if the window were the whole file.
 * It says that it has no random access, so that nobody searches the end of the file for tags.
 */
export class RangeTokenizer extends AbstractTokenizer {
  readonly fileInfo: { readonly size: number, readonly mimeType: string }
  readonly #source: RangeSource
  readonly #start: number

  /**
   * @param source the object
   * @param window where the window starts, and its size at most, in bytes
   * @param mimeType tells `music-metadata` which of its parsers to use
   */
  constructor (source: RangeSource, window: { readonly start: number, readonly size: number }, mimeType: string) {
    super()
    this.#source = source
    this.#start = window.start
    this.fileInfo = { size: Math.max(0, Math.min(window.size, source.size - window.start)), mimeType }
  }

  supportsRandomAccess (): boolean {
    return false
  }

  async peekBuffer (target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { length, position, mayBeLess } = this.normalizeOptions(target, options)
    const available = Math.max(0, Math.min(length, this.fileInfo.size - position))
    const bytes = await this.#source.read(this.#start + position, available)
    if (bytes.length < length && mayBeLess !== true) throw new EndOfStreamError()
    target.set(bytes)
    return bytes.length
  }

  async readBuffer (target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const start = options?.position ?? this.position
    const length = await this.peekBuffer(target, options)
    this.position = start + length
    return length
  }
}
