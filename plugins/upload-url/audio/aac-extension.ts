/** What HE-AAC adds to AAC where no header says so. */
export interface AacExtension {
  /** Spectral band replication: the decoder puts out twice the sample rate. */
  readonly hasDoubleRate: boolean
  /** Parametric stereo: it makes two channels of one. Undefined where too little is there to tell. */
  readonly hasParametricStereo: boolean | undefined
}

/** An element of a raw data block that carries an extension, in bits. */
interface Payload {
  readonly start: number
  readonly end: number
}

const FILL_ELEMENT = 6
const END = 7
const ESCAPE = 15
const MAX_FILL = 269
const SHORT_HEADER = 7
const LONG_HEADER = 15
const MAX_FILLINGS = 3
const FILL_DATA = 0x10
const FILL_PATTERN = 0xa5
const IS_REPLICATION = [13, 14]
const IS_PARAMETRIC_STEREO = 2
const MAX_EXTENSION = 64
const MAX_PADDING = 8
const MIN_BLOCKS = 4
const ENOUGH_FOR_RATE = 10
const MIN_DIFFERENT_BLOCKS = 8
const NEARLY_ALL = 0.9
const HARDLY_ANY = 0.6

/**
 * Finds the extensions of HE-AAC in blocks of AAC (ISO/IEC 14496-3 sections 4.4.2.7 and 4.4.2.8), without decoding the
 * sound in front of them: the extension is the last element before the end of a block, so it is sought from there
 * backwards. In one block it may be found by chance; in nearly all of several it is not.
 *
 * @param blocks raw data blocks that follow each other
 */
export function detectAacExtension (blocks: readonly Buffer[]): AacExtension {
  const first = blocks.slice(0, ENOUGH_FOR_RATE)
  const replicated = first.filter(block => findReplications(block).length > 0)
  const hasDoubleRate = blocks.length >= MIN_BLOCKS && replicated.length >= first.length * NEARLY_ALL
  if (!hasDoubleRate) return { hasDoubleRate, hasParametricStereo: false }
  const different = new Map(blocks.map(block => [block.toString('latin1'), block]))
  const stereo = [...different.values()]
    .filter(block => findReplications(block).some(payload => holdsParametricStereo(block, payload)))
  const share = stereo.length / different.size
  const isKnown = different.size >= MIN_DIFFERENT_BLOCKS && (share >= NEARLY_ALL || share < HARDLY_ANY)
  return { hasDoubleRate, hasParametricStereo: isKnown ? share >= NEARLY_ALL : undefined }
}

/** The fill elements that may hold spectral band replication: the last one of a block, but for mere filling. */
function findReplications (block: Buffer): readonly Payload[] {
  const found: Payload[] = []
  let end = lastOne(block) - 2
  if (bitsAt(block, end, 3) !== END) return found
  for (let fillings = 0; fillings <= MAX_FILLINGS; fillings += 1) {
    const replication = findFillElement(block, end, start => IS_REPLICATION.includes(bitsAt(block, start, 4)))
    if (replication !== undefined) found.push(replication)
    const filling = findFillElement(block, end, start => isFilling(block, start, end))
    if (filling === undefined) break
    end = filling.start - (filling.end - filling.start < ESCAPE * 8 ? SHORT_HEADER : LONG_HEADER)
  }
  return found
}

/** The shortest fill element that ends at `end` and whose content is what is sought. */
function findFillElement (block: Buffer, end: number, isSought: (start: number) => boolean): Payload | undefined {
  for (let size = 0; size <= MAX_FILL; size += 1) {
    const start = end - size * 8
    if (start < LONG_HEADER) return undefined
    if (isFillElement(block, start, size) && isSought(start)) return { start, end }
  }
  return undefined
}

/** Filling is empty, zeros, or a pattern that the standard gives. */
function isFilling (block: Buffer, start: number, end: number): boolean {
  if (start === end) return true
  const first = bitsAt(block, start, 8)
  if (first !== 0 && first !== FILL_DATA) return false
  const filling = first === 0 ? 0 : FILL_PATTERN
  for (let at = start + 8; at < end; at += 8) if (bitsAt(block, at, 8) !== filling) return false
  return true
}

function isFillElement (block: Buffer, start: number, size: number): boolean {
  if (size < ESCAPE) return bitsAt(block, start - SHORT_HEADER, SHORT_HEADER) === (FILL_ELEMENT << 4 | size)
  return bitsAt(block, start - LONG_HEADER, LONG_HEADER) === (FILL_ELEMENT << 12 | ESCAPE << 8 | size - ESCAPE + 1)
}

/** Parametric stereo is the extension at the end of the data, behind its size; only zeros fill up the last byte. */
function holdsParametricStereo (block: Buffer, { start, end }: Payload): boolean {
  for (let padding = 0; padding < MAX_PADDING && bitsAt(block, end - padding, padding) === 0; padding += 1) {
    for (let size = 1; size <= MAX_EXTENSION; size += 1) {
      const at = end - padding - size * 8
      const header = size < ESCAPE ? 5 : 13
      if (at - header < start + 4) break
      const expected = size < ESCAPE ? 1 << 4 | size : 1 << 12 | ESCAPE << 8 | size - ESCAPE
      if (bitsAt(block, at - header, header) === expected && bitsAt(block, at, 2) === IS_PARAMETRIC_STEREO) return true
    }
  }
  return false
}

/** Position of the last bit that is one. */
function lastOne (block: Buffer): number {
  let at = block.length * 8 - 1
  while (at > 0 && bitsAt(block, at, 1) === 0) at -= 1
  return at
}

function bitsAt (block: Buffer, start: number, count: number): number {
  let value = 0
  for (let at = start; at < start + count; at += 1) value = value * 2 + ((block[at >> 3] ?? 0) >> (7 - at % 8) & 1)
  return value
}
