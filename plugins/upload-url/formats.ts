import { Type, type Static } from '@sinclair/typebox'

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export const FormatSchema = Type.Object({
  name: Type.String({ minLength: 1, description: 'What people call it, as in `ALLOWED_FORMATS`.' }),
  contentType: Type.String({
    pattern: '^[a-z0-9.+-]+/[a-z0-9.+-]+$',
    description: 'The one media type objects of this format are stored under.'
  }),
  extensions: Type.Array(Type.String({ pattern: '^[a-z0-9]{1,10}$' }), {
    minItems: 1, description: 'File extensions without the dot, in lower case; the first is the usual one.'
  }),
  aliases: Type.Array(Type.String(), { description: 'Other media types that clients send for it, in lower case.' })
}, { additionalProperties: false })

/** A kind of file that may be uploaded: its name, the media type it is stored under, its extensions and aliases. */
export type Format = Frozen<Static<typeof FormatSchema>>

const FORMATS = [
  {
    name: 'mp3',
    contentType: 'audio/mpeg',
    extensions: ['mp3', 'mpga', 'mpeg', 'mp2', 'mpa', 'm2a', 'mp1', 'mpega'],
    aliases: [
      'audio/mp3', 'audio/x-mp3', 'audio/mpeg3', 'audio/x-mpeg3', 'audio/mpeg-3', 'audio/x-mpeg-3', 'audio/x-mpeg',
      'audio/mpg',
      'audio/x-mpg', 'audio/mpegaudio', 'audio/x-mpegaudio', 'audio/mp2', 'audio/x-mp2', 'audio/mp1', 'audio/x-mp1',
      'audio/mpa', 'audio/x-mpa', 'audio/mpeg-l1', 'audio/mpeg-l2'
    ]
  },
  {
    name: 'm4a',
    contentType: 'audio/mp4',
    extensions: ['m4a', 'mp4', 'm4b', 'm4r', 'm4p', 'm4v', 'mp4a', 'f4a'],
    aliases: [
      'audio/x-m4a', 'audio/m4a', 'audio/x-m4b', 'audio/m4b', 'audio/x-m4r', 'audio/m4r', 'audio/x-m4p', 'audio/m4p',
      'audio/x-mp4', 'audio/mpeg4', 'audio/x-mpeg4', 'audio/mpeg-4', 'audio/mp4a', 'audio/mp4a-latm', 'audio/alac',
      'audio/x-alac',
      'audio/isma', 'application/mp4', 'video/mp4', 'video/x-mp4', 'video/x-m4v', 'video/m4v'
    ]
  },
  {
    name: 'wav',
    contentType: 'audio/wav',
    extensions: ['wav', 'wave', 'bwf', 'rf64'],
    aliases: [
      'audio/x-wav', 'audio/wave', 'audio/x-wave', 'audio/vnd.wave', 'audio/vnd.wav', 'audio/x-pn-wav',
      'audio/x-pn-wave', 'audio/bwf', 'audio/x-bwf', 'audio/x-rf64'
    ]
  },
  {
    name: 'flac',
    contentType: 'audio/flac',
    extensions: ['flac'],
    aliases: ['audio/x-flac', 'application/flac', 'application/x-flac']
  },
  {
    name: 'ogg',
    contentType: 'audio/ogg',
    extensions: ['ogg', 'oga', 'opus', 'spx', 'ogx', 'ogv'],
    aliases: [
      'audio/opus', 'audio/x-opus', 'audio/x-ogg', 'audio/vorbis', 'audio/x-vorbis', 'audio/speex', 'audio/x-speex',
      'audio/oga',
      'audio/x-opus+ogg', 'audio/x-vorbis+ogg', 'audio/x-speex+ogg', 'audio/x-flac+ogg', 'audio/x-oggflac',
      'application/ogg', 'application/x-ogg', 'video/ogg', 'video/x-ogg', 'video/x-theora+ogg'
    ]
  },
  {
    name: 'webm',
    contentType: 'audio/webm',
    extensions: ['webm', 'weba'],
    aliases: ['audio/x-webm', 'video/webm', 'video/x-webm']
  },
  {
    name: 'aac',
    contentType: 'audio/aac',
    extensions: ['aac', 'adts', 'adt', 'loas', 'latm'],
    aliases: [
      'audio/aacp', 'audio/x-aac', 'audio/x-aacp', 'audio/vnd.dlna.adts', 'audio/aac-adts', 'audio/x-hx-aac-adts',
      'audio/adts',
      'audio/x-adts', 'audio/mp4a-latm', 'audio/x-loas', 'audio/loas', 'audio/latm', 'audio/x-latm'
    ]
  },
  {
    name: 'amr',
    contentType: 'audio/amr',
    extensions: ['amr', 'awb'],
    aliases: [
      'audio/amr-wb', 'audio/amr-nb', 'audio/x-amr', 'audio/x-amr-wb', 'audio/x-amr-nb', 'audio/amrwb', 'audio/amrnb',
      'audio/3gpp'
    ]
  },
  {
    name: '3gp',
    contentType: 'audio/3gpp',
    extensions: ['3gp', '3gpp', '3ga', '3g2', '3gp2', '3gpp2'],
    aliases: [
      'audio/3gp', 'audio/x-3gpp', 'audio/3ga', 'audio/3gpp2', 'audio/3gp2', 'video/3gpp', 'video/3gp',
      'video/x-3gpp', 'video/3gpp2', 'video/3gp2'
    ]
  },
  {
    name: 'aiff',
    contentType: 'audio/aiff',
    extensions: ['aiff', 'aif', 'aifc'],
    aliases: ['audio/x-aiff', 'audio/aif', 'audio/x-aif', 'audio/aifc', 'audio/x-aifc', 'sound/aiff']
  },
  {
    name: 'caf',
    contentType: 'audio/x-caf',
    extensions: ['caf', 'caff'],
    aliases: ['audio/caf', 'audio/x-caff', 'audio/vnd.apple.caf']
  },
  {
    name: 'mka',
    contentType: 'audio/matroska',
    extensions: ['mka', 'mkv'],
    aliases: ['audio/x-matroska', 'application/x-matroska', 'video/matroska', 'video/x-matroska', 'video/mkv']
  },
  {
    name: 'mov',
    contentType: 'video/quicktime',
    extensions: ['mov', 'qt'],
    aliases: ['audio/quicktime', 'audio/x-quicktime', 'audio/mov', 'video/mov', 'application/quicktime']
  }
] as const satisfies readonly Format[]

/** The name of an audio format. */
export type FormatName = (typeof FORMATS)[number]['name']

/**
 * The audio formats that are accepted by default. A type that several of them list (`audio/3gpp`: Android says it of
 * 3GP and of AMR) stands for any of them.
 */
export const AUDIO_FORMATS: readonly Format[] = FORMATS

/** Types that clients send when they know none. */
const UNINFORMATIVE_TYPES = new Set([
  '', 'undefined', 'null', 'none', 'unknown', 'false', 'nan', '[object object]', '*', '*/*', 'audio/*', 'video/*',
  'audio/unknown', 'audio/x-unknown', 'audio/octet-stream',
  'application/octet-stream', 'application/octetstream', 'application/octet', 'application/x-octet-stream',
  'binary/octet-stream', 'application/binary',
  'application/x-binary', 'application/unknown', 'application/x-unknown', 'application/*', 'content/unknown',
  'unknown/unknown', 'application/empty',
  'application/x-empty', 'inode/x-empty', 'application/x-zerosize', 'application/download', 'application/x-download',
  'application/force-download',
  'application/x-force-download', 'application/x-forcedownload', 'application/save',
  'application/x-www-form-urlencoded', 'multipart/form-data'
])

/**
 * Types that are plainly no recording: whole families, and the documents, archives, programs and data that are called
 * `application`.
 */
const OTHER_TYPES = [
  /^(?:text|image|font|model|message|multipart|chemical|haptics)\//,
  /^application\/.*\+(?:xml|json|zip|gzip|yaml|cbor)$/,
  /^application\/vnd\.(?!ms-asf|rn-realmedia|smaf|dolby|dece)/,
  /^application\/(?:x-)?(?:pkcs\d+.*|pgp-.*|x509-.*|font-.*)$/
]

/** The same under `application/`, with or without `x-`. */
const OTHER_APPLICATIONS = new Set([
  'pdf', 'rtf', 'msword', 'msexcel', 'mspowerpoint', 'postscript', 'tex', 'latex', 'csv', 'json', 'ndjson',
  'jsonlines', 'xml', 'yaml', 'toml', 'sql', 'zip', 'zip-compressed', 'gzip', 'gzip-compressed', 'tar', 'gtar',
  'compressed-tar', '7z-compressed', 'rar', 'rar-compressed', 'xz', 'zstd', 'lz4', 'lzip', 'lzma', 'lha', 'cpio',
  'compress', 'stuffit', 'java-archive', 'apple-diskimage', 'iso9660-image', 'cd-image', 'debian-package', 'rpm',
  'redhat-package-manager', 'javascript', 'ecmascript', 'typescript', 'sh', 'shellscript', 'csh', 'perl', 'php',
  'httpd-php', 'python', 'ruby', 'wasm', 'java-class', 'java-vm', 'msdownload', 'msdos-program', 'dosexec',
  'executable', 'elf', 'mach-binary', 'sharedlib', 'object', 'pie-executable', 'shockwave-flash', 'bat', 'msi',
  'pem-file', 'bittorrent', 'mbox', 'htm', 'html', 'sqlite', 'sqlite3', 'bzip', 'bzip2'
])

/**
 * The essence of a media type: lower case, without parameters, as `audio/webm` of `Audio/WebM;codecs=opus`.
 * Empty where the type says nothing (`application/octet-stream`, `undefined`, or nothing at all).
 */
export function mediaType (contentType: string | undefined): string {
  if (contentType === undefined) return ''
  const essence = contentType.split(/[;,]/, 1)[0]!.trim().toLowerCase()
  return UNINFORMATIVE_TYPES.has(essence) ? '' : essence
}

/** Whether a media type plainly says something other than a recording, as `text/html` or `application/pdf`. */
export function isOtherType (type: string): boolean {
  return OTHER_TYPES.some(pattern => pattern.test(type)) ||
    OTHER_APPLICATIONS.has(type.replace(/^application\/(?:x-)?/, ''))
}

/** The extension of a filename, in lower case and without the dot; empty when it has none. */
export function extensionOf (filename: string | undefined): string {
  if (filename === undefined) return ''
  const dot = filename.lastIndexOf('.')
  const name = 1 + Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\'))
  return dot > name ? filename.slice(dot + 1).trim().toLowerCase() : ''
}

/** The formats of `formats` that a media type may stand for. */
export function formatsOfType (type: string, formats: readonly Format[] = AUDIO_FORMATS): readonly Format[] {
  return formats.filter(format => format.contentType === type || format.aliases.includes(type))
}

/** The format of `formats` that uses this extension. */
export function formatOfExtension (extension: string, formats: readonly Format[] = AUDIO_FORMATS): Format | undefined {
  return formats.find(format => format.extensions.includes(extension))
}
