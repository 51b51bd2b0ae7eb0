import type { AudioInfo, Container } from './audio/audio-schema.js'
import { containersOfType } from './containers.js'
import { AUDIO_FORMATS, isOtherType, mediaType, type Format } from './formats.js'

const NAMES: Readonly<Record<Container, string>> = {
  mp3: 'MP3',
  mp4: 'MP4',
  '3gp': '3GP',
  wav: 'WAV',
  flac: 'FLAC',
  ogg: 'Ogg',
  webm: 'WebM',
  matroska: 'Matroska',
  aac: 'AAC',
  amr: 'AMR',
  aiff: 'AIFF',
  caf: 'CAF'
}
const PRINTABLE_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/

/** The recording, or the reason why the object is rejected. */
export type InspectionResult =
  | { readonly audio: AudioInfo & { matchesContentType?: boolean } }
  | { readonly reason: string }

/**
 * Compares a recording with the content type it is stored under. A content type that says nothing
 * (`application/octet-stream`), or that only the host knows, cannot be contradicted.
 *
 * @param formats the formats that are accepted
 */
export function compareType (
  audio: AudioInfo, contentType: string | undefined, formats: readonly Format[] = AUDIO_FORMATS
): InspectionResult {
  const type = mediaType(contentType)
  if (type === '') return { audio }
  const containers = containersOfType(type, formats)
  if (containers?.has(audio.container)) return { audio: { ...audio, matchesContentType: true } }
  if (containers === undefined && !isOtherType(type)) return { audio }
  const declared = PRINTABLE_TYPE.test(type) ? type : 'something else'
  return { reason: `the content is ${NAMES[audio.container]} audio, but the content type is ${declared}` }
}
