import type { RangeSource } from '../range-source.js'
import { boxes, readBox, type Box } from './boxes.js'
import type { Sample } from './samples.js'

/** What samples have of which neither their run nor their fragment says it. */
export interface FragmentDefaults {
  /** In units of the media. */
  readonly duration: number
  /** In bytes. */
  readonly size: number
}

/** The part of a movie fragment that belongs to one track, with the content of its header (`tfhd`). */
interface TrackFragment {
  readonly moof: Box
  readonly traf: Box
  readonly header: Buffer
  readonly defaults: FragmentDefaults
}

interface RunSamples {
  readonly samples: readonly Sample[]
  readonly duration: number
}

const MAX_RUN = 256 * 1024
const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10 }
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, timeOffset: 0x800 }

/** The defaults of a track (`trex`, ISO/IEC 14496-12 section 8.8.3). */
export async function readDefaults (
  source: RangeSource,
  movieExtends: Box,
  trackId: number
): Promise<FragmentDefaults> {
  for await (const box of boxes(source, movieExtends)) {
    const defaults = box.type === 'trex' ? await readBox(source, box, 24) : Buffer.alloc(0)
    if (defaults.length < 24 || defaults.readUInt32BE(4) !== trackId) continue
    return { duration: defaults.readUInt32BE(12), size: defaults.readUInt32BE(16) }
  }
  return { duration: 0, size: 0 }
}

/** The samples of a track in one fragment (section 8.8.8), up to the first that is beyond the end of the object. */
export async function readRuns (source: RangeSource, fragment: TrackFragment): Promise<RunSamples> {
  const defaults = defaultsOf(fragment)
  const samples: Sample[] = []
  let duration = 0
  let position = fragment.moof.start
  for await (const box of boxes(source, fragment.traf)) {
    if (box.type !== 'trun') continue
    const run = await readBox(source, box, MAX_RUN)
    if (run.length < 8) continue
    const flags = run.readUIntBE(1, 3)
    if (flags & TRUN.dataOffset && run.length >= 12) position = baseOf(fragment) + run.readInt32BE(8)
    const table = 8 + (flags & TRUN.dataOffset ? 4 : 0) + (flags & TRUN.firstFlags ? 4 : 0)
    const width = 4 * [TRUN.duration, TRUN.size, TRUN.flags, TRUN.timeOffset].filter(flag => flags & flag).length
    const count = width === 0
      ? Math.min(run.readUInt32BE(4), MAX_RUN)
      : Math.min(run.readUInt32BE(4), Math.floor((run.length - table) / width))
    for (let sample = 0; sample < count; sample += 1) {
      const at = table + sample * width
      const size = flags & TRUN.size ? run.readUInt32BE(at + (flags & TRUN.duration ? 4 : 0)) : defaults.size
      if (position + size > source.size) return { samples, duration }
      samples.push({ start: position, size })
      duration += flags & TRUN.duration ? run.readUInt32BE(at) : defaults.duration
      position += size
    }
  }
  return { samples, duration }
}

function baseOf ({ moof, header }: TrackFragment): number {
  const flags = header.readUIntBE(1, 3)
  return flags & TFHD.baseOffset && header.length >= 16 ? Number(header.readBigUInt64BE(8)) : moof.start
}

/** The defaults of the fragment, where it has them, before those of the track. */
function defaultsOf ({ header, defaults }: TrackFragment): FragmentDefaults {
  const flags = header.readUIntBE(1, 3)
  let at = 8 + (flags & TFHD.baseOffset ? 8 : 0) + (flags & TFHD.description ? 4 : 0)
  const take = (flag: number): number | undefined => {
    if ((flags & flag) === 0 || at + 4 > header.length) return undefined
    at += 4
    return header.readUInt32BE(at - 4)
  }
  return { duration: take(TFHD.duration) ?? defaults.duration, size: take(TFHD.size) ?? defaults.size }
}
