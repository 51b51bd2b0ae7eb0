import type { Container } from './audio/audio-schema.js'
import { AUDIO_FORMATS, formatOfExtension, formatsOfType, type Format } from './formats.js'

/**
 * What a recording of each audio format may turn out to be, by the name of the format. 3GP is a profile of MP4, and
 * WebM one of Matroska (Chrome writes `audio/webm;codecs=pcm` as Matroska): both names are in use for either.
 * QuickTime is `mp4`.
 */
const CONTAINERS: Readonly<Record<string, readonly Container[]>> = {
  mp3: ['mp3'],
  m4a: ['mp4', '3gp'],
  wav: ['wav'],
  flac: ['flac'],
  ogg: ['ogg'],
  webm: ['webm', 'matroska'],
  aac: ['aac'],
  amr: ['amr'],
  '3gp': ['3gp', 'mp4'],
  aiff: ['aiff'],
  caf: ['caf'],
  mka: ['matroska', 'webm'],
  mov: ['mp4', '3gp']
}

/**
 * The containers that an object of a media type may hold: what the type means everywhere, and what a format of the
 * host's own that uses it adds.
 *
 * @param type a media type without parameters, in lower case
 * @param formats the formats that are accepted
 * @returns undefined where the type is accepted, but nothing says what it holds; empty where it is not known at all
 */
export function containersOfType (type: string, formats: readonly Format[]): ReadonlySet<Container> | undefined {
  const accepted = formatsOfType(type, formats)
  const audioFormats = [...formatsOfType(type), ...accepted.flatMap(audioFormatsOf)]
  if (audioFormats.length === 0 && accepted.length > 0) return undefined
  return new Set(audioFormats.flatMap(({ name }) => CONTAINERS[name]!))
}

/** The audio formats that a format stands for: itself, or those that share a media type or an extension with it. */
export function audioFormatsOf (format: Format): readonly Format[] {
  if (AUDIO_FORMATS.includes(format)) return [format]
  const { contentType, extensions, aliases } = format
  const byType = [contentType, ...aliases].flatMap(type => formatsOfType(type))
  return [...byType, ...extensions.flatMap(extension => formatOfExtension(extension) ?? [])]
}
