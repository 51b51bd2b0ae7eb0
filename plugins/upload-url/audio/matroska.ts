import { readAacConfig } from './aac-config.js'
import { outputOfAac } from './aac-output.js'
import type { AudioInfo } from './audio-schema.js'
import { elements, elementsIn, parseElement, readFloat, readUnsigned, type Element, type Extent } from './ebml.js'
import { startsAgain } from './joined.js'
import { firstBlocks, lastBlocks, nextBlocks, type Blocks, type Stream } from './matroska-blocks.js'
import { NotAudioError } from './not-audio-error.js'
import { pcmCodec } from './pcm.js'
import type { RangeSource } from './range-source.js'
import { waveCodec } from './wave-codec.js'

/**
 * An EBML document: a header, and a segment with everything else. A file holds more than one when recordings are
 * joined.
 */
interface Document {
  readonly isWebm: boolean
  readonly segment: Element
  /** Nanoseconds of a tick. */
  readonly timestampScale: number
  /** In ticks; 0 where it is not said, as by every browser. */
  readonly duration: number
  /** Whether the duration ends where the last block starts. */
  readonly lacksLastBlock: boolean
  readonly track: Track | undefined
  /** Offset of the first cluster; undefined where there is none. */
  readonly clusters: number | undefined
}

interface Track {
  readonly number: number
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** Nanoseconds of a frame; 0 where it is not said. */
  readonly frameDuration: number
  /** Whether only the frames say whether it is HE-AAC. */
  readonly mayHaveSbr: boolean
}

const ID = {
  EBML: 0x1a45dfa3,
  DocType: 0x4282,
  Segment: 0x18538067,
  Info: 0x1549a966,
  TimestampScale: 0x2ad7b1,
  Duration: 0x4489,
  MuxingApp: 0x4d80,
  Tracks: 0x1654ae6b,
  TrackEntry: 0xae,
  TrackNumber: 0xd7,
  TrackType: 0x83,
  CodecID: 0x86,
  CodecPrivate: 0x63a2,
  DefaultDuration: 0x23e383,
  Audio: 0xe1,
  SamplingFrequency: 0xb5,
  OutputSamplingFrequency: 0x78b5,
  Channels: 0x9f,
  BitDepth: 0x6264,
  Cluster: 0x1f43b675
}
const EBML_MAGIC = '\x1aE\xdf\xa3'
const AUDIO_TRACK = 2
/** Muxers whose durations end where the last block starts: libwebm, under its own name or that of the browser. */
const LACKS_LAST_BLOCK = /^(?:Chrome|libwebm)/
const CODECS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^A_OPUS/, 'opus'],
  [/^A_VORBIS/, 'vorbis'],
  [/^A_AAC/, 'aac'],
  [/^A_FLAC/, 'flac'],
  [/^A_MPEG\/L([123])/, 'mp$1'],
  [/^A_ALAC/, 'alac'],
  [/^A_AC3/, 'ac3'],
  [/^A_EAC3/, 'eac3'],
  [/^A_DTS/, 'dts'],
  [/^A_TRUEHD/, 'truehd'],
  [/^A_MLP/, 'mlp'],
  [/^A_TTA1/, 'tta'],
  [/^A_WAVPACK4/, 'wavpack'],
  [/^A_ATRAC\/AT1/, 'atrac1'],
  [/^A_REAL\/14_4/, 'ra_144'],
  [/^A_REAL\/28_8/, 'ra_288'],
  [/^A_REAL\/(COOK|SIPR|RALF)/, '$1'],
  [/^A_REAL\/ATRC/, 'atrac3'],
  [/^A_QUICKTIME\/(QDM2|QDMC)/, '$1']
]
const OPUS_RATE = 48_000
const DEFAULT_SCALE = 1_000_000
const MAX_CONTENT = 64 * 1024
const MAX_DOCUMENTS = 16
/** Joined recordings of unknown size are told apart in objects up to this many bytes, which are read whole for it. */
const SEARCHABLE = 256 * 1024
/**
 * How far the rate of a recording may lie above that of its start and its end, before it counts as several, where
 * clusters are so long that too few were found between them to tell.
 */
const UNEVEN = 1.5

/**
 * Reads Matroska and WebM (RFC 9559). A recording of a browser says neither its duration nor the sizes of what it
 * is made of: it is measured from its first block to its last one, and so is one that was cut.
 *
 * @param start offset of the EBML header in bytes
 * @throws NotAudioError without an audio track, or without anything in it
 */
export async function readMatroska (source: RangeSource, start: number): Promise<AudioInfo> {
  const documents = await readDocuments(source, start)
  const name = documents[0]?.isWebm ? 'WebM' : 'Matroska'
  const track = documents[0]?.track
  if (track === undefined) throw new NotAudioError(`the content is a ${name} file without an audio track`)
  let duration = 0
  for (const document of documents) duration += await durationOf(source, document) ?? NaN
  if (!await hasSound(source, documents[0]!)) {
    throw new NotAudioError(`the content is a ${name} header without any sound after it`)
  }
  const { codec, sampleRate, channels } = track.mayHaveSbr
    ? { ...track, ...outputOfAac(track, (await blocksAtStart(source, documents[0]!))?.frames ?? []) }
    : track
  return {
    container: documents[0]!.isWebm ? 'webm' : 'matroska',
    codec,
    ...sampleRate && { sampleRate },
    ...channels && { channels },
    ...duration > 0 && { duration }
  }
}

async function readDocuments (source: RangeSource, start: number): Promise<Document[]> {
  const documents: Document[] = []
  for (let at = start; at < source.size && documents.length < MAX_DOCUMENTS;) {
    const document = await readDocument(source, at)
    if (document === undefined) break
    documents.push(document)
    at = document.segment.end
  }
  return documents
}

async function readDocument (source: RangeSource, start: number): Promise<Document | undefined> {
  const header = parseElement(await source.read(start, 12), 0, start, source.size)
  if (header?.id !== ID.EBML) return undefined
  const fields = contents(await readContent(source, header), header.content)
  const isWebm = /^webm/.test(fields.get(ID.DocType)?.toString('latin1') ?? '')
  for await (const element of elements(source, { content: header.end, end: source.size })) {
    if (element.id !== ID.Segment) continue
    const segment = element.isUnknownSize
      ? { ...element, end: await startOfNextDocument(source, element.content) }
      : element
    return { isWebm, segment, ...await readSegment(source, segment) }
  }
  return undefined
}

/** Where the next document begins, or else the object ends. */
async function startOfNextDocument (source: RangeSource, start: number): Promise<number> {
  if (source.size > SEARCHABLE) return source.size
  const bytes = await source.read(start, source.size - start)
  for (let at = bytes.indexOf(EBML_MAGIC, 0, 'latin1'); at !== -1; at = bytes.indexOf(EBML_MAGIC, at + 4, 'latin1')) {
    if (/webm|matroska/.test(bytes.toString('latin1', at, at + 64))) return start + at
  }
  return source.size
}

async function readSegment (source: RangeSource, segment: Element): Promise<Omit<Document, 'isWebm' | 'segment'>> {
  let timestampScale = DEFAULT_SCALE
  let duration = 0
  let lacksLastBlock = false
  let track: Track | undefined
  for await (const element of elements(source, segment)) {
    if (element.id === ID.Cluster) {
      return { timestampScale, duration, lacksLastBlock, track, clusters: element.start }
    }
    if (element.id === ID.Tracks) track = readTracks(await readContent(source, element), element.content)
    if (element.id !== ID.Info) continue
    const info = contents(await readContent(source, element), element.content)
    timestampScale = readUnsigned(info.get(ID.TimestampScale) ?? Buffer.alloc(0)) || DEFAULT_SCALE
    duration = readFloat(info.get(ID.Duration) ?? Buffer.alloc(0), 0)
    lacksLastBlock = LACKS_LAST_BLOCK.test(info.get(ID.MuxingApp)?.toString('latin1') ?? '')
  }
  return { timestampScale, duration, lacksLastBlock, track, clusters: undefined }
}

function readTracks (bytes: Buffer, position: number): Track | undefined {
  for (const entry of elementsIn(bytes, position)) {
    if (entry.id !== ID.TrackEntry) continue
    const fields = contents(bytes.subarray(entry.content - position, entry.end - position), entry.content)
    if (readUnsigned(fields.get(ID.TrackType) ?? Buffer.alloc(0)) === AUDIO_TRACK) return readTrack(fields)
  }
  return undefined
}

/** The defaults are those of RFC 9559, section 5.1.4.1.29: one channel at 8000 Hz. */
function readTrack (fields: ReadonlyMap<number, Buffer>): Track {
  const audio = contents(fields.get(ID.Audio) ?? Buffer.alloc(0), 0)
  const configuration = fields.get(ID.CodecPrivate) ?? Buffer.alloc(0)
  const bits = readUnsigned(audio.get(ID.BitDepth) ?? Buffer.alloc(0)) || 16
  const codec = codecOf(fields.get(ID.CodecID)?.toString('latin1').replace(/\0.*/s, '') ?? '', bits, configuration)
  const coreRate = readFloat(audio.get(ID.SamplingFrequency) ?? Buffer.alloc(0), 8000)
  const outputRate = readFloat(audio.get(ID.OutputSamplingFrequency) ?? Buffer.alloc(0), coreRate)
  const aac = codec === 'aac' && configuration.length >= 2 ? readAacConfig(configuration) : undefined
  return {
    number: readUnsigned(fields.get(ID.TrackNumber) ?? Buffer.alloc(0)),
    codec,
    sampleRate: codec === 'opus' ? OPUS_RATE : aac?.sampleRate ?? Math.round(outputRate),
    channels: aac?.channels ?? (readUnsigned(audio.get(ID.Channels) ?? Buffer.alloc(0)) || 1),
    frameDuration: readUnsigned(fields.get(ID.DefaultDuration) ?? Buffer.alloc(0)),
    mayHaveSbr: aac?.mayHaveSbr ?? false
  }
}

function codecOf (id: string, bits: number, configuration: Buffer): string {
  if (id === 'A_PCM/INT/LIT') return pcmCodec({ bits, kind: bits <= 8 ? 'unsigned' : 'signed', order: 'le' })
  if (id === 'A_PCM/INT/BIG') return pcmCodec({ bits, kind: bits <= 8 ? 'unsigned' : 'signed', order: 'be' })
  if (id === 'A_PCM/FLOAT/IEEE') return pcmCodec({ bits, kind: 'float', order: 'le' })
  if (id === 'A_MS/ACM' && configuration.length >= 16) {
    return waveCodec(configuration.readUInt16LE(0), configuration.readUInt16LE(14))
  }
  const [pattern, codec] = CODECS.find(([pattern]) => pattern.test(id)) ?? []
  return pattern === undefined ? 'unknown' : id.match(pattern)![0].replace(pattern, codec!).toLowerCase()
}

/**
 * Seconds of a document: as its header says, where it is whole; else from its first block to the end of the last one.
 * A header is only believed for a segment of known size: behind any other there may be another recording.
 */
async function durationOf (source: RangeSource, document: Document): Promise<number | undefined> {
  const { segment, timestampScale, lacksLastBlock } = document
  const isWhole = document.duration > 0 && !segment.isUnknownSize && segment.end <= source.size
  const lastBlock = isWhole && lacksLastBlock ? (await blocksAtStart(source, document))?.blockTicks ?? 0 : 0
  const ticks = isWhole ? document.duration + lastBlock : await measuredTicks(source, document)
  return ticks && ticks * timestampScale / 1e9
}

async function measuredTicks (source: RangeSource, document: Document): Promise<number | undefined> {
  const { clusters, track } = document
  if (track === undefined || clusters === undefined) return undefined
  const extent = extentOf(source, document, clusters)
  const first = await blocksAtStart(source, document)
  const last = await lastBlocks(source, extent, streamOf(document, track))
  if (first === undefined || last === undefined || last.end <= first.start) return undefined
  const ticks = last.end - first.start
  const bytes = extent.end - extent.content
  if (bytes <= SEARCHABLE) return ticks
  const rate = bytes / ticks
  const rates = [rateOf(first), rateOf(last)]
  const ends = { start: extent.content, last: { offset: extent.end, time: last.end }, rate, rates }
  const isJoined = await startsAgain(ends, async offset => {
    const blocks = await nextBlocks(source, offset, extent.end, streamOf(document, track))
    return blocks && { offset: blocks.offset, time: blocks.start }
  })
  return isJoined ?? rate > UNEVEN * Math.max(...rates) ? undefined : ticks
}

function streamOf ({ timestampScale }: Document, { number, codec, frameDuration }: Track): Stream {
  return { track: number, isOpus: codec === 'opus', frameTicks: frameDuration / timestampScale, tick: timestampScale }
}

/** Whether the track has sound: believed of a header that says how long, or where there is too much to look for it. */
async function hasSound (source: RangeSource, document: Document): Promise<boolean> {
  const { clusters, track } = document
  if (clusters === undefined || track === undefined) return source.limitReached
  const extent = extentOf(source, document, clusters)
  if (document.duration > 0 || extent.end - extent.content > SEARCHABLE) return true
  return await lastBlocks(source, extent, streamOf(document, track)) !== undefined || source.limitReached
}

async function blocksAtStart (source: RangeSource, document: Document): Promise<Blocks | undefined> {
  const { clusters, track } = document
  if (clusters === undefined || track === undefined) return undefined
  return await firstBlocks(source, extentOf(source, document, clusters), streamOf(document, track))
}

function extentOf (source: RangeSource, { segment }: Document, clusters: number): Extent {
  return { content: clusters, end: Math.min(segment.end, source.size) }
}

/** Bytes a tick. */
function rateOf ({ start, end, bytes }: Blocks): number {
  return end > start ? bytes / (end - start) : Infinity
}

async function readContent (source: RangeSource, element: Element): Promise<Buffer> {
  return await source.read(element.content, Math.min(element.end - element.content, MAX_CONTENT))
}

/** The content of each element in `bytes` by its id; of those that are repeated, the last one. */
function contents (bytes: Buffer, position: number): Map<number, Buffer> {
  const all = [...elementsIn(bytes, position)]
  return new Map(all.map(({ id, content, end }) => [id, bytes.subarray(content - position, end - position)]))
}
