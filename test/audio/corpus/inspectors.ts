import { ALL_FORMATS, CustomSource, Input } from 'mediabunny'
import { parseFromTokenizer } from 'music-metadata'
import { AbstractTokenizer, EndOfStreamError, type IReadChunkOptions } from 'strtok3'
import { inspectAudio, NotAudioError } from '../../../plugins/upload-url/audio/index.js'
import { RangeSource } from '../../../plugins/upload-url/audio/range-source.js'
import { LIMITS, type CountedObject } from '../counted-object.js'

/** What an inspector says of a file; undefined where it takes it for no audio. */
export type Found =
  | {
    readonly duration?: number | undefined
    readonly container?: string
    readonly codec?: string
    readonly sampleRate?: number | undefined
    readonly channels?: number | undefined
  }
  | undefined

/** An inspector reads a file within the limits of production. */
export type Inspector = (object: CountedObject) => Promise<Found>

/** Our own inspector, and two libraries on the same limits. */
export const INSPECTORS: Readonly<Record<string, Inspector>> = { ours, 'music-metadata': musicMetadata, mediabunny }

async function ours (object: CountedObject): Promise<Found> {
  try {
    return await inspectAudio(object, LIMITS)
  } catch (error) {
    if (error instanceof NotAudioError) return undefined
    throw error
  }
}

class SourceTokenizer extends AbstractTokenizer {
  readonly fileInfo: { readonly size: number }
  readonly #source: RangeSource

  constructor (source: RangeSource) {
    super()
    this.fileInfo = { size: source.size }
    this.#source = source
  }

  supportsRandomAccess (): boolean {
    return true
  }

  setPosition (position: number): void {
    this.position = position
  }

  async peekBuffer (target: Uint8Array, options: IReadChunkOptions = {}): Promise<number> {
    const { position = this.position, length = target.length, mayBeLess = false } = options
    const bytes = await this.#source.read(position, length)
    if (bytes.length < length && !mayBeLess) throw new EndOfStreamError()
    target.set(bytes)
    return bytes.length
  }

  async readBuffer (target: Uint8Array, options: IReadChunkOptions = {}): Promise<number> {
    const read = await this.peekBuffer(target, options)
    this.position = (options.position ?? this.position) + read
    return read
  }
}

async function musicMetadata (object: CountedObject): Promise<Found> {
  const source = new RangeSource(object, LIMITS, new AbortController().signal)
  try {
    const { format } = await parseFromTokenizer(new SourceTokenizer(source), { duration: true, skipCovers: true })
    if (format.container === undefined || format.codec === undefined) return undefined
    return { duration: format.duration, sampleRate: format.sampleRate, channels: format.numberOfChannels }
  } catch {
    return undefined
  }
}

async function mediabunny (object: CountedObject): Promise<Found> {
  const source = new RangeSource(object, LIMITS, new AbortController().signal)
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await source.read(start, end - start)
    if (bytes.length < end - start) throw new Error('over the limits')
    return bytes
  }
  const input = new Input({
    source: new CustomSource({ getSize: () => object.size, read, maxCacheSize: LIMITS.maxBytes }),
    formats: ALL_FORMATS
  })
  try {
    const track = await input.getPrimaryAudioTrack()
    if (track === null) return undefined
    const { sampleRate, numberOfChannels: channels } = track
    const duration = await track.computeDuration().catch(() => undefined)
    return { duration, sampleRate, channels }
  } catch {
    return undefined
  }
}
