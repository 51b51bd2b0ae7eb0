import { fileTypeFromBuffer } from 'file-type'

const PHRASES: Readonly<Record<string, string>> = {
  pdf: 'a PDF document',
  png: 'a PNG image',
  jpg: 'a JPEG image',
  gif: 'a GIF image',
  webp: 'a WebP image',
  zip: 'a ZIP archive',
  docx: 'a Word document',
  xlsx: 'an Excel workbook',
  rar: 'a RAR archive',
  '7z': 'a 7-Zip archive',
  gz: 'a gzip archive',
  tar: 'a tar archive',
  elf: 'an ELF executable',
  exe: 'a Windows executable',
  macho: 'a macOS executable',
  xml: 'an XML document'
}
const HTML = /^\s*<(?:!doctype html|html|head|body|script)\b/i
const CONTROL = /[^\P{Cc}\t\n\f\r]/u

/** Bytes from the start of an object that `describeDisguise` looks at. */
export const DISGUISE_SIZE = 4100

/**
 * What bytes that are no audio look like, as `a PDF document`.
 *
 * @param head the first `DISGUISE_SIZE` bytes, fewer only if the object ends there
 * @returns undefined when they look like nothing in particular, or like MPEG audio, which only its frames can prove
 */
export async function describeDisguise (head: Buffer): Promise<string | undefined> {
  const type = await fileTypeFromBuffer(head).catch(() => undefined)
  if (type !== undefined && !/^audio\/(?:mpeg|aac)$/.test(type.mime)) return PHRASES[type.ext] ?? `data of type ${type.mime}`
  return describeText(head)
}

function describeText (head: Buffer): string | undefined {
  const text = head.toString('utf8').replace(/^\ufeff/, '').replace(/\ufffd{1,3}$/, '')
  if (text.trim() === '' || text.includes('\ufffd') || CONTROL.test(text)) return undefined
  return HTML.test(text) ? 'an HTML page' : 'text'
}
