import { Type, type Static } from '@sinclair/typebox'
import type { Container } from './audio/audio-schema.js'

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export const FormatSchema = Type.Object({
  name: Type.String({ minLength: 1, description: 'What people call it, as in `ALLOWED_FORMATS`.' }),
  contentType: Type.String({ pattern: '^[a-z0-9.+-]+/[a-z0-9.+-]+$', description: 'The one media type objects of this format are stored under.' }),
  extensions: Type.Array(Type.String({ pattern: '^[a-z0-9]{1,10}$' }), { minItems: 1, description: 'File extensions without the dot, in lower case; the first is the usual one.' }),
  aliases: Type.Array(Type.String(), { description: 'Other media types that clients send for it, in lower case.' })
}, { additionalProperties: false })

/** A kind of file that may be uploaded: its name, the media type it is stored under, its extensions and aliases. */
export type Format = Frozen<Static<typeof FormatSchema>>

/**
 * The audio formats transcription services take, in the order in which an ambiguous type is decided
 * (`audio/3gpp` is AMR unless the filename says `.3gp`).
 */
export const AUDIO_FORMATS = [
  { name: 'mp3', contentType: 'audio/mpeg', extensions: ['mp3', 'mpga', 'mpeg'], aliases: ['audio/mp3', 'audio/x-mp3', 'audio/mpeg3', 'audio/x-mpeg'] },
  { name: 'm4a', contentType: 'audio/mp4', extensions: ['m4a', 'mp4', 'm4b'], aliases: ['audio/x-m4a', 'audio/m4a', 'video/mp4'] },
  { name: 'wav', contentType: 'audio/wav', extensions: ['wav', 'wave'], aliases: ['audio/x-wav', 'audio/wave', 'audio/vnd.wave'] },
  { name: 'flac', contentType: 'audio/flac', extensions: ['flac'], aliases: ['audio/x-flac'] },
  { name: 'ogg', contentType: 'audio/ogg', extensions: ['ogg', 'oga', 'opus'], aliases: ['audio/opus', 'application/ogg'] },
  { name: 'webm', contentType: 'audio/webm', extensions: ['webm', 'weba'], aliases: ['video/webm'] },
  { name: 'aac', contentType: 'audio/aac', extensions: ['aac'], aliases: ['audio/aacp', 'audio/x-aac'] },
  { name: 'amr', contentType: 'audio/amr', extensions: ['amr'], aliases: ['audio/3gpp', 'audio/amr-wb'] },
  { name: '3gp', contentType: 'audio/3gpp', extensions: ['3gp', '3gpp'], aliases: ['video/3gpp'] },
  { name: 'aiff', contentType: 'audio/aiff', extensions: ['aiff', 'aif', 'aifc'], aliases: ['audio/x-aiff'] },
  { name: 'caf', contentType: 'audio/x-caf', extensions: ['caf'], aliases: ['audio/caf'] }
] as const satisfies readonly Format[]

/** The name of one of them. */
export type FormatName = (typeof AUDIO_FORMATS)[number]['name']

const UNINFORMATIVE_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

/**
 * The essence of a media type: lower case, without parameters, as `audio/webm` of `Audio/WebM;codecs=opus`.
 * Empty where the type says nothing (`application/octet-stream`, or nothing at all).
 */
export function mediaType (contentType: string | undefined): string {
  if (contentType === undefined) return ''
  const essence = contentType.split(';', 1)[0]!.trim().toLowerCase()
  return UNINFORMATIVE_TYPES.has(essence) ? '' : essence
}

/** The extension of a filename, in lower case and without the dot; empty when it has none. */
export function extensionOf (filename: string | undefined): string {
  if (filename === undefined) return ''
  const dot = filename.lastIndexOf('.')
  const name = 1 + Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\'))
  return dot > name ? filename.slice(dot + 1).toLowerCase() : ''
}

/** The formats of `formats` that a media type may stand for, most likely first. */
export function formatsOfType (type: string, formats: readonly Format[] = AUDIO_FORMATS): readonly Format[] {
  return formats.filter(format => format.contentType === type || format.aliases.includes(type))
}

/** The format of `formats` that uses this extension. */
export function formatOfExtension (extension: string, formats: readonly Format[] = AUDIO_FORMATS): Format | undefined {
  return formats.find(format => format.extensions.includes(extension))
}

const NAMES: Readonly<Record<Container, string>> = {
  mp3: 'MP3', mp4: 'MP4', '3gp': '3GP', wav: 'WAV', flac: 'FLAC', ogg: 'Ogg', webm: 'WebM', matroska: 'Matroska', aac: 'AAC', amr: 'AMR', aiff: 'AIFF', caf: 'CAF'
}
const EXTENSIONS: Readonly<Partial<Record<Container, readonly string[]>>> = { mp4: ['mp4', '3gp'], '3gp': ['3gp', 'mp4'], matroska: ['mka', 'mkv'] }

/** Why a recording is not what its content type declares; undefined where it is. */
export function describeMismatch (container: Container, contentType: string | undefined, formats: readonly Format[]): string | undefined {
  const declared = mediaType(contentType)
  const possible = EXTENSIONS[container] ?? [container]
  const matches = declared === '' || formatsOfType(declared, formats).some(format => possible.some(extension => format.extensions.includes(extension)))
  return matches ? undefined : `the content is ${NAMES[container]} audio, but the content type is ${declared}`
}
