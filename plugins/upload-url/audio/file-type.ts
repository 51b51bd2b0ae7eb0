/** Bytes from the start of an object that `detectFileType` looks at. */
export const FILE_TYPE_HEAD = 4100

/** A kind of file, what it begins with as Latin-1, and what stands further in, at an offset in bytes. */
type Signature = readonly [type: string, prefix: string, further?: readonly [offset: number, text: string]]

/** The commonest kinds, so that a client learns what it sent. */
const SIGNATURES: readonly Signature[] = [
  ['a PDF document', '%PDF-'],
  ['a PNG image', '\x89PNG\r\n\x1a\n'],
  ['a JPEG image', '\xff\xd8\xff\xe0'],
  ['a JPEG image', '\xff\xd8\xff\xe1'],
  ['a JPEG image', '\xff\xd8\xff\xdb'],
  ['a JPEG image', '\xff\xd8\xff\xee'],
  ['a GIF image', 'GIF87a'],
  ['a GIF image', 'GIF89a'],
  ['a WebP image', 'RIFF', [8, 'WEBP']],
  ['a TIFF image', 'II*\0'],
  ['a TIFF image', 'MM\0*'],
  ['a Photoshop image', '8BPS\0\x01'],
  ['an AVIF image', '', [4, 'ftypavi']],
  ['a HEIC image', '', [4, 'ftyphei']],
  ['a HEIC image', '', [4, 'ftyphev']],
  ['a HEIC image', '', [4, 'ftypmif1']],
  ['a HEIC image', '', [4, 'ftypmsf1']],
  ['a Canon raw image', '', [4, 'ftypcrx ']],
  ['an AVI video', 'RIFF', [8, 'AVI ']],
  ['a Flash video', 'FLV\x01'],
  ['a Windows Media file', '0&\xb2u\x8ef\xcf\x11'],
  ['a RealMedia file', '.RMF\0'],
  ['an MPEG program stream', '\0\0\x01\xba'],
  ['a MIDI file', 'MThd\0\0\0\x06'],
  ['an EPUB book', 'PK\x03\x04', [30, 'mimetypeapplication/epub+zip']],
  ['an OpenDocument file', 'PK\x03\x04', [30, 'mimetypeapplication/vnd.oasis']],
  ['an Office document', 'PK\x03\x04', [30, '[Content_Types].xml']],
  ['a ZIP archive', 'PK\x03\x04'],
  ['a ZIP archive', 'PK\x05\x06'],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['a 7-Zip archive', '7z\xbc\xaf\'\x1c'],
  ['a gzip archive', '\x1f\x8b\x08\0'],
  ['a gzip archive', '\x1f\x8b\x08\x08'],
  ['a bzip2 archive', 'BZh', [4, '1AY&SY']],
  ['an xz archive', '\xfd7zXZ\0'],
  ['a Zstandard archive', '(\xb5/\xfd'],
  ['a tar archive', '', [257, 'ustar']],
  ['a Debian package', '!<arch>\ndebian'],
  ['a library', '!<arch>\n'],
  ['an ELF executable', '\x7fELF'],
  ['a Windows executable', 'MZ\x90\0'],
  ['a macOS executable', '\xcf\xfa\xed\xfe'],
  ['a macOS executable', '\xce\xfa\xed\xfe'],
  ['a Java class', '\xca\xfe\xba\xbe'],
  ['a WebAssembly module', '\0asm\x01\0\0\0'],
  ['an SQLite database', 'SQLite format 3\0'],
  ['an Office document', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a font', 'wOFF'],
  ['a font', 'wOF2'],
  ['a font', 'OTTO\0']
]
/** What quiet samples may begin with too. */
const WEAK_SIGNATURES: readonly Signature[] = [
  ['a Windows executable', 'MZ'],
  ['an icon', '\0\0\x01\0'],
  ['a font', '\0\x01\0\0\0'],
  ['a BMP image', 'BM', [6, '\0\0\0\0']],
  ['a video', 'G', [188, 'G']],
  ['text', '\xff\xfe', [3, '\0']],
  ['text', '\xfe\xff\0']
]
const HTML = /^\s*<(?:!doctype html|html|head|body|script)\b/i
const XML = /^\s*<(?:\?xml|svg)\b/i
const RTF = /^\{\\rtf/
const CONTROL = /[^\P{Cc}\t\n\f\r]/u
const MARKUP_HEAD = 512
/** What only writing is like, and samples, whose silence may be the letter U, are not. */
const MIN_TEXT = 64
const MIN_LETTERS = 10

/**
 * What bytes that are no audio are, as `a PDF document`.
 *
 * @param head the first `FILE_TYPE_HEAD` bytes, fewer only if the object ends there
 * @returns undefined when they are nothing in particular
 */
export function detectFileType (head: Buffer): string | undefined {
  return findSignature(head, [...SIGNATURES, ...WEAK_SIGNATURES]) ?? detectMarkup(head) ??
    (isText(head) ? 'text' : undefined)
}

/** As `detectFileType`, for bytes inside of a recording, where samples may pass for text that says nothing. */
export function detectForeignContent (content: Buffer): string | undefined {
  return findSignature(content, SIGNATURES) ?? detectMarkup(content) ?? (isProse(content) ? 'text' : undefined)
}

function findSignature (head: Buffer, signatures: typeof SIGNATURES): string | undefined {
  const bytes = head.toString('latin1')
  const found = signatures.find(([, prefix, [offset, text] = [0, '']]) =>
    bytes.startsWith(prefix) && bytes.startsWith(text, offset))
  return found?.[0]
}

function detectMarkup (head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, MARKUP_HEAD).replace(/^\xef\xbb\xbf/, '')
  if (HTML.test(start)) return 'an HTML page'
  if (XML.test(start)) return 'an XML document'
  return RTF.test(start) ? 'a Rich Text document' : undefined
}

function isText (head: Buffer): boolean {
  const text = decode(head)
  return text.trim() !== '' && !text.includes('\ufffd') && !CONTROL.test(text)
}

function isProse (content: Buffer): boolean {
  if (content.length < MIN_TEXT || !isText(content)) return false
  const text = decode(content)
  return /\s/.test(text) && new Set(text.match(/\p{L}/gu)).size >= MIN_LETTERS
}

function decode (bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\ufeff/, '').replace(/\ufffd{1,3}$/, '')
}
