import type { AudioInfo } from '../audio-schema.js'
import { boxes, findBox, readBox, type Box } from './boxes.js'
import { fragmentedDuration } from './fragments.js'
import { findAudioTrack, readMovieHeader } from './track.js'
import { NotAudioError } from '../not-audio-error.js'
import type { RangeSource } from '../range-source.js'

interface Layout {
  readonly brand: string
  readonly movie: Box | undefined
  readonly segmentIndex: Box | undefined
  /** Offset of the first fragment in bytes. */
  readonly fragments: number | undefined
  /** Whether a box claims to be longer than the object. */
  readonly isTruncated: boolean
}

/**
 * Reads MP4, M4A, 3GP and QuickTime (ISO/IEC 14496-12), fragmented or not, wherever the movie box is.
 * Of the tables inside, which grow with the recording, not a byte is read.
 *
 * @param start offset of the first box in bytes
 * @throws NotAudioError without a movie box, or without an audio track in it
 */
export async function readIsoMedia (source: RangeSource, start: number): Promise<AudioInfo> {
  const layout = await readLayout(source, start)
  const { movie } = layout
  if (movie === undefined) throw new NotAudioError('the bytes are an MP4 file without its index (moov), which cannot be played')
  const track = await findAudioTrack(source, movie)
  if (track === undefined) throw new NotAudioError('the bytes are an MP4 file without an audio track')

  const isFragmented = await findBox(source, movie, 'mvex') !== undefined
  const duration = isFragmented
    ? await fragmentedDuration(source, layout, movie, track)
    : layout.isTruncated ? undefined : durationOf(track.movieDuration, await readMovieHeader(source, movie)) ?? track.mediaDuration
  const { codec, sampleRate, channels } = track
  return {
    container: /^3g/.test(layout.brand) ? '3gp' : 'mp4',
    codec,
    ...sampleRate && { sampleRate },
    ...channels && { channels },
    ...duration && { duration }
  }
}

function durationOf (units: number, { timescale }: { readonly timescale: number }): number | undefined {
  return units > 0 && timescale > 0 ? units / timescale : undefined
}

async function readLayout (source: RangeSource, start: number): Promise<Layout> {
  let brand = ''
  let movie: Box | undefined
  let segmentIndex: Box | undefined
  let isTruncated = false
  for await (const box of boxes(source, { content: start, end: source.size })) {
    if (box.type === 'ftyp') brand = (await readBox(source, box, 4)).toString('latin1')
    if (box.type === 'moov') movie ??= box
    if (box.type === 'sidx') segmentIndex ??= box
    if (box.type === 'moof' && movie !== undefined) return { brand, movie, segmentIndex, isTruncated, fragments: box.start }
    isTruncated ||= box.end > source.size
  }
  return { brand, movie, segmentIndex, isTruncated, fragments: undefined }
}
