import { AUDIO_FORMATS, formatsOfType, mediaType, type Format } from '../formats.js'
import type { Audio, Container, Recording } from './audio-schema.js'

/** What an inspection comes to: a recording, or the reason why the object is none or not the one declared. */
export type Verdict =
  | { readonly verdict: 'audio', readonly audio: Audio }
  | { readonly verdict: 'rejected', readonly reason: string }

/** Extensions of the formats that a container may be declared as; 3GP is a profile of MP4, and both names are in use. */
const EXTENSIONS: Readonly<Partial<Record<Container, readonly string[]>>> = {
  mp4: ['mp4', '3gp'],
  '3gp': ['3gp', 'mp4'],
  matroska: ['mka', 'mkv']
}
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

/**
 * Holds a recording against the content type that was declared for it. A type that says nothing
 * (`application/octet-stream`) cannot be contradicted.
 *
 * @param size size of the object in bytes: measures that cannot be true of it are left out
 * @param formats the formats that types are looked up in
 */
export function settle (recording: Recording, size: number, contentType: string | undefined, formats: readonly Format[] = AUDIO_FORMATS): Verdict {
  const declared = mediaType(contentType)
  const audio = plausible(recording, size)
  if (declared === '') return { verdict: 'audio', audio }
  const possible = EXTENSIONS[recording.container] ?? [recording.container]
  const matches = formatsOfType(declared, formats).some(format => possible.some(extension => format.extensions.includes(extension)))
  if (matches) return { verdict: 'audio', audio: { ...audio, matchesContentType: true } }
  const type = PRINTABLE_TYPE.test(declared) ? declared : 'something else'
  return { verdict: 'rejected', reason: `the bytes are ${NAMES[recording.container]} audio, but the content type declares ${type}` }
}

/** Leaves out what no real recording has, for a header can claim anything: no codec fits a second into less than a byte. */
function plausible ({ container, codec, duration, sampleRate, channels, bitRate }: Recording, size: number): Recording {
  return {
    container,
    codec,
    ...isWithin(duration, size) && { duration },
    ...isWithin(sampleRate, 10_000_000) && { sampleRate },
    ...isWithin(channels, 65_535) && { channels },
    ...isWithin(bitRate, Number.MAX_SAFE_INTEGER) && { bitRate }
  }
}

function isWithin (value: number | undefined, maximum: number): value is number {
  return value !== undefined && value > 0 && value <= maximum
}
