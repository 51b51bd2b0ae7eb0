import type { AudioInfo } from './audio-schema.js'
import { readHeader } from './library-header.js'
import { NotAudioError } from './not-audio-error.js'
import { lastGranule, readPage, type Page } from './ogg-page.js'
import type { RangeSource } from './range-source.js'

interface Stream {
  /** The page with the header of the codec. */
  readonly page: Page
  readonly codec: string
  /** Samples that the decoder drops at the start (RFC 7845 section 4.2). */
  readonly preSkip: number
}

const SIGNATURES: ReadonlyArray<{ readonly magic: string, readonly codec: string }> = [
  { magic: 'OpusHead', codec: 'opus' },
  { magic: '\x01vorbis', codec: 'vorbis' },
  { magic: '\x7fFLAC', codec: 'flac' },
  { magic: 'Speex   ', codec: 'speex' }
]
const OPUS_RATE = 48_000
const MAX_PAGES = 100
/** A stream whose first page is further in was cut out of a longer one, and its last granule is no duration. */
const LATEST_START = 10

/**
 * Reads an Ogg file (RFC 3533) with Opus, Vorbis, FLAC or Speex in it: the duration is the granule
 * position of the last whole page, so a truncated file answers with what is there.
 *
 * @param start offset of `OggS` in bytes
 * @throws NotAudioError when no stream in it is known audio
 */
export async function readOgg (source: RangeSource, start: number): Promise<AudioInfo> {
  const stream = await findStream(source, start)
  if (stream === undefined) throw new NotAudioError('the bytes are an Ogg file without an audio stream that is known here')
  const { codec, page } = stream
  const header = await readHeader(source, { start: page.start, size: page.end - page.start }, 'audio/ogg')
  const sampleRate = codec === 'opus' ? OPUS_RATE : header.sampleRate
  const channels = header.numberOfChannels
  const duration = sampleRate && await durationOf(source, start, stream, sampleRate)
  return {
    container: 'ogg',
    codec,
    ...sampleRate && { sampleRate },
    ...channels && { channels },
    ...duration && { duration, bitRate: Math.round((source.size - start) * 8 / duration) }
  }
}

async function durationOf (source: RangeSource, start: number, stream: Stream, sampleRate: number): Promise<number | undefined> {
  const first = await firstGranule(source, start, stream.page.serial)
  if (first === undefined || first > LATEST_START * sampleRate) return undefined
  const last = await lastGranule(source, stream.page.serial)
  return last === undefined ? undefined : (last - stream.preSkip) / sampleRate
}

/** The first audio stream among those that begin the file, all before any page of sound. */
async function findStream (source: RangeSource, start: number): Promise<Stream | undefined> {
  for await (const page of pages(source, start)) {
    if (!page.isFirst) return undefined
    const packet = await source.read(page.payload, 19)
    const known = SIGNATURES.find(({ magic }) => packet.toString('latin1', 0, magic.length) === magic)
    if (known === undefined) continue
    const preSkip = known.codec === 'opus' && packet.length >= 12 ? packet.readUInt16LE(10) : 0
    return { page, codec: known.codec, preSkip }
  }
  return undefined
}

async function firstGranule (source: RangeSource, start: number, serial: number): Promise<number | undefined> {
  for await (const page of pages(source, start)) {
    if (page.serial === serial && page.granule !== undefined && page.granule > 0) return page.granule
  }
  return undefined
}

async function * pages (source: RangeSource, start: number): AsyncGenerator<Page> {
  let at = start
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await readPage(source, at)
    if (page === undefined) return
    yield page
    at = page.end
  }
}
