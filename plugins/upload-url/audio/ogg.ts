import type { AudioInfo } from './audio-schema.js'
import { startsAgain } from './joined.js'
import { NotAudioError } from './not-audio-error.js'
import { pagesFrom, pagesFromEnd, readPage, type Page } from './ogg-page.js'
import { OGG_IDENTIFICATION_SIZE, readOggStream, type OggStream } from './ogg-stream.js'
import type { RangeSource } from './range-source.js'

/** Streams that begin together; where recordings are joined, one link follows the other (RFC 3533 section 4). */
interface Link {
  /** Offset of its first page in bytes. */
  readonly start: number
  /** Offset behind the first pages of its streams. */
  readonly body: number
  /** Serial numbers of all its streams. */
  readonly serials: readonly number[]
  /** Serial number of the stream of sound. */
  readonly serial: number
  readonly stream: OggStream
  /** Offset of the first page of sound; of where it was given up to look for it, behind a large cover. */
  readonly sound: number
  /** The granule position that the sound begins with: not 0 in what was cut out of a longer stream. */
  readonly firstGranule: number
  /** Whether it is certain that no sound follows the headers. */
  readonly isEmpty: boolean
}

/** Comments with a cover in them may take megabytes, which are not read: the sound then counts from 0. */
const MAX_HEADERS = 256 * 1024
const MAX_PACKET = 64
const TAILS = [64 * 1024, 256 * 1024]
/** Bytes that are looked at for a page in the middle. */
const PROBE = 32 * 1024
/** Objects up to this many bytes are read whole, so that joined recordings are found and added up. */
const SMALL = 256 * 1024
/** Up to this many bytes, where the end gives it away that recordings were joined. */
const SEARCHABLE = 1024 * 1024

/**
 * Reads an Ogg file (RFC 3533) with Opus, Vorbis, FLAC or Speex in it: the duration is the granule position of the last
 * whole page, less that at which the sound begins, so a cut file answers with what is there.
 *
 * @param start offset of `OggS` in bytes
 * @throws NotAudioError when no stream in it is known audio, or no sound is in it
 */
export async function readOgg (source: RangeSource, start: number): Promise<AudioInfo> {
  const link = await readLink(source, start)
  if (link === undefined) {
    throw new NotAudioError('the content is an Ogg file without an audio stream that is known here')
  }
  if (link.isEmpty) throw new NotAudioError('the content is the headers of an Ogg file without any sound after them')
  const { codec, sampleRate, channels } = link.stream
  const duration = await durationOf(source, link)
  return {
    container: 'ogg',
    codec,
    sampleRate,
    channels,
    ...duration && duration > 0 && { duration, bitRate: Math.round((source.size - start) * 8 / duration) }
  }
}

async function durationOf (source: RangeSource, link: Link): Promise<number | undefined> {
  const last = source.size <= SMALL ? undefined : await lastSound(source, link)
  if (last !== undefined && !await isJoined(source, link, last)) return secondsUntil(last, link)
  return source.size <= SEARCHABLE ? await sumOfLinks(source, link) : undefined
}

/** The last page of the stream that ends a packet; undefined where another link is what the object ends with. */
async function lastSound (source: RangeSource, { start, serial, serials }: Link): Promise<Page | undefined> {
  for (const length of TAILS) {
    const tailStart = Math.max(start, source.size - length)
    for (const page of pagesFromEnd(await source.read(tailStart, source.size - tailStart), tailStart)) {
      if (!serials.includes(page.serial)) return undefined
      if (page.serial === serial && page.granule !== undefined) return page
    }
  }
  return undefined
}

/** Whether links were joined under one serial number: every one of them counts its samples from its own start. */
async function isJoined (source: RangeSource, { sound, serial, firstGranule }: Link, last: Page): Promise<boolean> {
  const soundIn = async (offset: number, length: number): Promise<Page[]> => {
    const pages = pagesFrom(await source.read(offset, Math.min(length, last.end - offset)), offset)
    return [...pages].filter(page => page.serial === serial && page.granule !== undefined)
  }
  const [first = last] = await soundIn(Math.max(sound, last.end - TAILS[0]!), TAILS[0]!)
  const tailRate = first.start < last.start ? (last.end - first.end) / (last.granule! - first.granule!) : 0
  const rate = (last.end - sound) / (last.granule! - firstGranule)
  const ends = { start: sound, last: { offset: last.start, time: last.granule! }, rate, rates: [tailRate] }
  return await startsAgain(ends, async offset => {
    const [page] = await soundIn(offset, PROBE)
    return page && { offset: page.start, time: page.granule! }
  }) ?? false
}

/** Adds up all links, from page to page of the whole object. */
async function sumOfLinks (source: RangeSource, first: Link): Promise<number | undefined> {
  const bytes = await source.read(first.start, source.size - first.start)
  if (bytes.length < source.size - first.start) return undefined
  const fromEnd = [...pagesFromEnd(bytes, first.start)]
  let seconds = 0
  for (let link: Link | undefined = first, end = source.size; link !== undefined;) {
    const { start, body, serial }: Link = link
    const next: Page | undefined = fromEnd.findLast(page => page.isFirst && page.start >= body)
    end = next?.start ?? source.size
    const last = fromEnd.find(page => {
      return page.serial === serial && page.granule !== undefined && page.start >= start && page.start < end
    })
    seconds += last === undefined ? 0 : Math.max(0, secondsUntil(last, link))
    if (next === undefined) return seconds
    link = await readLink(source, next.start)
  }
  return undefined
}

function secondsUntil (last: Page, { firstGranule, stream }: Link): number {
  return (last.granule! - firstGranule - stream.preSkip) / stream.sampleRate
}

/** The link that begins at `start`, with the first stream of sound in it; undefined where there is none. */
async function readLink (source: RangeSource, start: number): Promise<Link | undefined> {
  const serials: number[] = []
  let stream: OggStream | undefined
  let serial = -1
  let body = start
  for (let page = await readPage(source, start); page?.isFirst === true; page = await readPage(source, body)) {
    serials.push(page.serial)
    body = page.end
    if (stream !== undefined) continue
    stream = readOggStream(await source.read(page.payload, Math.min(page.end - page.payload, OGG_IDENTIFICATION_SIZE)))
    if (stream !== undefined) serial = page.serial
  }
  return stream && { start, body, serials, serial, stream, ...await findSound(source, body, serial, stream) }
}

async function findSound (
  source: RangeSource,
  body: number,
  serial: number,
  stream: OggStream
): Promise<Pick<Link, 'sound' | 'firstGranule' | 'isEmpty'>> {
  let at = body
  while (at < body + MAX_HEADERS) {
    const page = await readPage(source, at)
    if (page === undefined) return { sound: at, firstGranule: 0, isEmpty: !source.limitReached }
    at = page.end
    if (page.serial !== serial || page.granule === undefined || page.granule <= 0) continue
    const samples = page.packets * stream.samplesOf(await source.read(page.payload, MAX_PACKET))
    return { sound: page.start, firstGranule: Math.max(0, page.granule - samples), isEmpty: false }
  }
  return { sound: at, firstGranule: 0, isEmpty: false }
}
