import type { Container } from '../audio/index.js'
import { containersOfType } from '../containers.js'
import { isOtherType, mediaType, type Format } from '../formats.js'

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

/** Whether a recording is what its content type says; `reason` says in which way it is not. */
export type TypeComparison =
  | { readonly matches: true | undefined }
  | { readonly matches: false, readonly reason: string }

/**
 * Compares the container of a recording with the content type it is stored under. Where the content type says nothing
 * (`application/octet-stream`), or is one of the host's own that nothing is known of, `matches` is undefined.
 *
 * @param formats the formats that are accepted
 */
export function compareType (container: Container, contentType: string | undefined, formats: readonly Format[]): TypeComparison {
  const type = mediaType(contentType)
  if (type === '') return { matches: undefined }
  const containers = containersOfType(type, formats)
  if (containers?.has(container)) return { matches: true }
  if (containers === undefined && !isOtherType(type)) return { matches: undefined }
  const declared = PRINTABLE_TYPE.test(type) ? type : 'something else'
  return { matches: false, reason: `the bytes are ${NAMES[container]} audio, but the content type declares ${declared}` }
}
