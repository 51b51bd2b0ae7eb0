import { outputOfAac } from '../aac-output.js'
import { MPEG_FRAMES } from '../mpeg-frame.js'
import type { RangeSource } from '../range-source.js'
import { boxes, readBox, type Box } from './boxes.js'
import type { SampleEntry } from './sample-entry.js'

/** Where a sample lies, in bytes. */
export interface Sample {
  readonly start: number
  readonly size: number
}

const LOOKED_AT = 48
const MAX_CHUNKS = 32
const TABLE_HEADER = 8
const MAX_SAMPLES = 64 * 1024

/** What the first samples say about a track whose entry does not know: HE-AAC, and the channels of MPEG audio. */
export async function describeBySamples (
  source: RangeSource,
  entry: SampleEntry,
  samples: readonly Sample[]
): Promise<Omit<SampleEntry, 'isVague'>> {
  const { codec, sampleRate, channels } = entry
  const blocks = await readSamples(source, samples.slice(0, LOOKED_AT))
  if (codec === 'aac') return { codec, ...outputOfAac({ sampleRate, channels }, blocks) }
  const frame = blocks[0] && MPEG_FRAMES.frameAt(blocks[0], 0)
  return frame === undefined
    ? { codec, sampleRate, channels }
    : { codec: `mp${frame.layer}`, sampleRate: frame.sampleRate, channels: frame.channels }
}

/** The samples at the start of the tables of a track, enough to look at. */
export async function firstSamples (source: RangeSource, tables: Box): Promise<Sample[]> {
  let sizes: Buffer = Buffer.alloc(0)
  let offsets: number[] = []
  let runs: Buffer = Buffer.alloc(0)
  for await (const box of boxes(source, tables)) {
    if (box.type === 'stsz') sizes = await readBox(source, box, TABLE_HEADER + 4 + LOOKED_AT * 4)
    if (box.type === 'stco' || box.type === 'co64') {
      offsets = readOffsets(await readBox(source, box, TABLE_HEADER + MAX_CHUNKS * 8), box.type === 'co64')
    }
    if (box.type === 'stsc') runs = await readBox(source, box, TABLE_HEADER + MAX_CHUNKS * 12)
  }
  const samples: Sample[] = []
  for (const [chunk, offset] of offsets.entries()) {
    let start = offset
    for (let left = samplesOfChunk(runs, chunk + 1); left > 0 && samples.length < LOOKED_AT; left -= 1) {
      const size = sizeOfSample(sizes, samples.length)
      if (size === undefined) return samples
      samples.push({ start, size })
      start += size
    }
  }
  return samples
}

async function readSamples (source: RangeSource, samples: readonly Sample[]): Promise<Buffer[]> {
  const [first] = samples
  if (first === undefined) return []
  const bytes = await source.read(first.start, MAX_SAMPLES)
  return samples
    .map(({ start, size }) => ({ from: start - first.start, to: start + size - first.start }))
    .filter(({ from, to }) => from >= 0 && to <= bytes.length)
    .map(({ from, to }) => bytes.subarray(from, to))
}

/** Where the chunks begin, in bytes, as `stco` or, with long numbers, `co64` says: as many as are in `table`. */
export function readOffsets (table: Buffer, isLong: boolean): number[] {
  const offsets: number[] = []
  const width = isLong ? 8 : 4
  const count = table.length < TABLE_HEADER ? 0 : table.readUInt32BE(4)
  for (let at = TABLE_HEADER; at + width <= table.length && offsets.length < count; at += width) {
    offsets.push(isLong ? Number(table.readBigUInt64BE(at)) : table.readUInt32BE(at))
  }
  return offsets
}

/**
 * Samples of a chunk, counted from 1: `stsc` has runs of chunks with the same number (ISO/IEC 14496-12 section 8.7.4).
 */
export function samplesOfChunk (runs: Buffer, chunk: number): number {
  let samples = 0
  for (let at = TABLE_HEADER; at + 12 <= runs.length && runs.readUInt32BE(at) <= chunk; at += 12) {
    samples = runs.readUInt32BE(at + 4)
  }
  return samples
}

/** Bytes of a sample, counted from 0, as `stsz` says; undefined beyond the end of it. */
export function sizeOfSample (sizes: Buffer, index: number): number | undefined {
  const at = TABLE_HEADER + 4 + index * 4
  if (sizes.length < TABLE_HEADER + 4) return undefined
  const uniform = sizes.readUInt32BE(4)
  return uniform > 0 ? uniform : at + 4 <= sizes.length ? sizes.readUInt32BE(at) : undefined
}
