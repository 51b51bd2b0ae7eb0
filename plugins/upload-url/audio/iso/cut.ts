import type { RangeSource } from '../range-source.js'
import { boxes, findBox, readBox, type Box } from './boxes.js'
import { readOffsets, samplesOfChunk, sizeOfSample } from './samples.js'

const MAX_TABLE = 768 * 1024
const TIMES = 32

/**
 * How long the samples last that are whole in an object which was cut, in units of the media: the tables
 * tell where each one lies. Undefined where they are cut themselves, or are too large to be read.
 */
export async function durationWithin (source: RangeSource, tables: Box): Promise<number | undefined> {
  const unit = await readSampleDuration(source, tables)
  const sizes = await readTable(source, tables, 'stsz')
  const runs = await readTable(source, tables, 'stsc')
  const short = await readTable(source, tables, 'stco')
  const offsets = short === undefined ? await readTable(source, tables, 'co64') : short
  if (unit === undefined || sizes === undefined || runs === undefined || offsets === undefined) return undefined
  let samples = 0
  for (const [chunk, offset] of readOffsets(offsets, short === undefined).entries()) {
    let end = offset
    for (let left = samplesOfChunk(runs, chunk + 1); left > 0; left -= 1) {
      end += sizeOfSample(sizes, samples) ?? Infinity
      if (end > source.size) return samples * unit
      samples += 1
    }
  }
  return samples * unit
}

/** Units of the first samples; the last one may be shorter, but it is not there. */
async function readSampleDuration (source: RangeSource, tables: Box): Promise<number | undefined> {
  const times = await readBox(source, await findBox(source, tables, 'stts'), TIMES)
  return times.length < 16 || times.readUInt32BE(4) > 2 ? undefined : times.readUInt32BE(12)
}

async function readTable (source: RangeSource, tables: Box, type: string): Promise<Buffer | undefined> {
  for await (const box of boxes(source, tables)) {
    if (box.type !== type) continue
    const table = await readBox(source, box, MAX_TABLE)
    return table.length === box.end - box.content ? table : undefined
  }
  return undefined
}
