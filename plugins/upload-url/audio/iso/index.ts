import type { AudioInfo } from '../audio-schema.js'
import { NotAudioError } from '../not-audio-error.js'
import type { RangeSource } from '../range-source.js'
import { boxes, findBox, readBox, type Box } from './boxes.js'
import { durationWithin } from './cut.js'
import { firstFragment, fragmentedDuration } from './fragments.js'
import { readDefaults } from './runs.js'
import { describeBySamples, firstSamples, type Sample } from './samples.js'
import { findAudioTrack, readMovieTimescale, type AudioTrack } from './track.js'

interface Layout {
  readonly brand: string
  readonly movie: Box | undefined
  /** Its box that announces fragments (`mvex`). */
  readonly movieExtends: Box | undefined
  readonly indexes: readonly Box[]
  /** Offset of the first fragment in bytes. */
  readonly fragments: number | undefined
  readonly hasMedia: boolean
  /** Whether the media claim to be longer than the object. */
  readonly isTruncated: boolean
}

interface Sound {
  /** The first samples, as far as they are known. */
  readonly samples: readonly Sample[]
  /** Seconds. */
  readonly duration: number | undefined
}

/**
 * Reads MP4, M4A, 3GP and QuickTime (ISO/IEC 14496-12), fragmented or not, wherever the movie box is.
 * Of the tables inside, which grow with the recording, the first rows are read at most.
 *
 * @param start offset of the first box in bytes
 * @throws NotAudioError without a movie box, without an audio track in it, or without any sound
 */
export async function readIsoMedia (source: RangeSource, start: number): Promise<AudioInfo> {
  const layout = await readLayout(source, start)
  const { movie } = layout
  if (movie === undefined) {
    throw new NotAudioError('the content is an MP4 file without its index (moov), which cannot be played')
  }
  const track = await findAudioTrack(source, movie)
  if (track === undefined) throw new NotAudioError('the content is an MP4 file without an audio track')
  const sound = layout.movieExtends === undefined
    ? await readWhole(source, layout, movie, track)
    : await readFragmented(source, layout, layout.movieExtends, track)
  if (sound === undefined && !source.limitReached) {
    throw new NotAudioError('the content is the headers of an MP4 file without any sound after them')
  }
  const { codec, sampleRate, channels } = track.entry.isVague
    ? await describeBySamples(source, track.entry, sound?.samples ?? [])
    : track.entry
  const duration = sound?.duration
  return {
    container: /^3g/.test(layout.brand) ? '3gp' : 'mp4',
    codec,
    ...sampleRate && { sampleRate },
    ...channels && { channels },
    ...duration && { duration }
  }
}

/** All samples are in the tables of the movie box. Undefined where there are none. */
async function readWhole (
  source: RangeSource,
  { hasMedia, isTruncated }: Layout,
  movie: Box,
  track: AudioTrack
): Promise<Sound | undefined> {
  if (track.sampleCount === 0 || track.tables === undefined || !hasMedia) return undefined
  const samples = track.entry.isVague ? await firstSamples(source, track.tables) : []
  return {
    samples,
    duration: isTruncated ? await durationOfCut(source, track.tables, track) : await durationOf(source, movie, track)
  }
}

async function durationOfCut (
  source: RangeSource,
  tables: Box,
  { mediaStart, timescale }: AudioTrack
): Promise<number | undefined> {
  const units = await durationWithin(source, tables)
  return units === undefined || timescale === 0 ? undefined : Math.max(0, units - mediaStart) / timescale
}

async function durationOf (
  source: RangeSource,
  movie: Box,
  { movieDuration, mediaDuration, mediaStart, timescale }: AudioTrack
): Promise<number | undefined> {
  const movieTimescale = await readMovieTimescale(source, movie)
  if (movieDuration > 0 && movieTimescale > 0) return movieDuration / movieTimescale
  return timescale > 0 && mediaDuration > mediaStart ? (mediaDuration - mediaStart) / timescale : undefined
}

/** Samples are in fragments; the first ones may be in the movie box. Undefined where there are none. */
async function readFragmented (
  source: RangeSource,
  layout: Layout,
  movieExtends: Box,
  track: AudioTrack
): Promise<Sound | undefined> {
  const { indexes, fragments } = layout
  const defaults = await readDefaults(source, movieExtends, track.id)
  const first = fragments === undefined
    ? undefined
    : await firstFragment(source, { indexes, fragments }, track, defaults)
  const samples = track.sampleCount > 0 && track.tables !== undefined
    ? await firstSamples(source, track.tables)
    : first?.samples ?? []
  if (fragments !== undefined && first !== undefined) {
    const duration = await fragmentedDuration(source, { indexes, fragments }, track, first, defaults)
    return { samples, duration }
  }
  if (samples.length === 0 || !layout.hasMedia) return undefined
  const { mediaDuration, mediaStart, timescale } = track
  return {
    samples,
    duration: layout.isTruncated || timescale === 0 ? undefined : (mediaDuration - mediaStart) / timescale
  }
}

async function readLayout (source: RangeSource, start: number): Promise<Layout> {
  const indexes: Box[] = []
  let brand = ''
  let movie: Box | undefined
  let movieExtends: Box | undefined
  let fragments: number | undefined
  let hasMedia = false
  let isTruncated = false
  for await (const box of boxes(source, { content: start, end: source.size })) {
    if (box.type === 'ftyp') brand ||= (await readBox(source, box, 4)).toString('latin1')
    if (box.type === 'sidx') indexes.push(box)
    if (box.type === 'mdat') {
      hasMedia ||= box.end > box.content
      isTruncated ||= box.end > source.size
    }
    if (box.type === 'moov' && movie === undefined) {
      movie = box
      movieExtends = await findBox(source, box, 'mvex')
    }
    if (box.type === 'moof' && movie !== undefined) fragments = box.start
    if (fragments !== undefined || (movie !== undefined && movieExtends === undefined && hasMedia)) break
  }
  return { brand, movie, movieExtends, indexes, fragments, hasMedia, isTruncated }
}
