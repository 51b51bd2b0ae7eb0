import type { RangeSource } from './range-source.js'

/** One element of an EBML document (RFC 8794 section 5). */
export interface Element {
  readonly id: number
  /** Offset of its header in bytes. */
  readonly start: number
  /** Offset of its content. */
  readonly content: number
  /** Offset of the byte after it: as its header claims, or that of its parent where the size is unknown. */
  readonly end: number
  readonly isUnknownSize: boolean
}

/** A stretch of an object, in bytes. */
export interface Extent {
  readonly content: number
  readonly end: number
}

const MAX_HEADER = 12
const MAX_ELEMENTS = 10_000
const MAX_ID_WIDTH = 4
const MAX_SIZE_WIDTH = 8

/**
 * The element whose header is at `at` of `bytes`, which begin at `position` of the object; undefined where there is
 * none.
 */
export function parseElement (bytes: Buffer, at: number, position: number, limit: number): Element | undefined {
  const idWidth = widthOf(bytes[at])
  const sizeAt = at + idWidth
  const sizeWidth = widthOf(bytes[sizeAt])
  if (idWidth > MAX_ID_WIDTH || sizeWidth > MAX_SIZE_WIDTH || sizeAt + sizeWidth > bytes.length) return undefined
  const marker = 0x80 >> (sizeWidth - 1)
  const rest = bytes.subarray(sizeAt + 1, sizeAt + sizeWidth)
  const size = rest.reduce((value, byte) => value * 256 + byte, bytes[sizeAt]! ^ marker)
  const isUnknownSize = size === 2 ** (7 * sizeWidth) - 1
  const content = position + sizeAt + sizeWidth
  return {
    id: bytes.readUIntBE(at, idWidth),
    start: position + at,
    content,
    end: isUnknownSize ? limit : content + size,
    isUnknownSize
  }
}

/** The elements side by side in `extent` of an object, without reading their content; ends where no element can be. */
export async function * elements (source: RangeSource, extent: Extent): AsyncGenerator<Element> {
  let at = extent.content
  for (let count = 0; count < MAX_ELEMENTS && at < extent.end; count += 1) {
    const element = parseElement(await source.read(at, MAX_HEADER), 0, at, extent.end)
    if (element === undefined) return
    yield element
    at = element.end
  }
}

/**
 * The elements side by side in `bytes`, which begin at `position` of the object: also the last one, where it is cut.
 */
export function * elementsIn (bytes: Buffer, position: number): Generator<Element> {
  let at = 0
  while (at < bytes.length) {
    const element = parseElement(bytes, at, position, position + bytes.length)
    if (element === undefined) return
    yield element
    at = element.end - position
  }
}

/** An unsigned integer of up to eight bytes. */
export function readUnsigned (content: Buffer): number {
  return content.subarray(0, 8).reduce((value, byte) => value * 256 + byte, 0)
}

/** A float of four or eight bytes; `fallback` when it is of none. */
export function readFloat (content: Buffer, fallback: number): number {
  return content.length === 8 ? content.readDoubleBE(0) : content.length === 4 ? content.readFloatBE(0) : fallback
}

/** Bytes of a number, as the zeros before the first bit that is set say: 9 where none is. */
function widthOf (first: number | undefined): number {
  return Math.clz32(first ?? 0) - 23
}
