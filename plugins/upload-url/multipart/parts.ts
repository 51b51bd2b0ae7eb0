import { errors } from '../errors.js'
import type { Part } from '../schemas.js'

/** Parts as a client lists them, with or without the quotes of the ETag. */
export type PartList = ReadonlyArray<{ readonly partNumber: number, readonly etag: string }>

/**
 * Sorts a list of parts, which has to be complete: from part 1 on, with none missing or twice.
 *
 * @throws FST_UPLOAD_INVALID_PARTS naming the part
 */
export function sortParts (requested: PartList): PartList {
  const parts = [...requested].sort((one, other) => one.partNumber - other.partNumber)
  parts.forEach(({ partNumber }, index) => {
    const expected = index + 1
    if (partNumber === expected) return
    throw partNumber < expected
      ? invalid(`part ${partNumber} is listed twice`)
      : invalid(`part ${expected} is missing from the list, but part ${partNumber} is there`)
  })
  return parts
}

/**
 * Finds the parts of a list among the uploaded ones.
 *
 * @param requested sorted, as {@link sortParts} returns them
 * @returns the parts as S3 knows them
 * @throws FST_UPLOAD_INVALID_PARTS naming the part that is missing, or differs from what the list says
 */
export function verifyParts (requested: PartList, uploaded: readonly Part[]): Part[] {
  const byNumber = new Map(uploaded.map(part => [part.partNumber, part]))
  return requested.map(({ partNumber, etag }) => {
    const part = byNumber.get(partNumber)
    if (part === undefined) throw invalid(`part ${partNumber} has not arrived: upload it, then complete again`)
    if (unquote(part.etag) === unquote(etag)) return part
    throw invalid(`part ${partNumber} has the ETag ${unquote(part.etag)}, but the list says ${unquote(etag)}`)
  })
}

/**
 * Where no size was declared, nothing but the uploaded parts tells whether a list is complete.
 *
 * @throws FST_UPLOAD_INVALID_PARTS naming a part that was uploaded and is not listed
 */
export function assertAllListed (requested: PartList, uploaded: readonly Part[]): void {
  const unlisted = uploaded.find(({ partNumber }) => partNumber > requested.length)
  if (unlisted !== undefined) throw invalid(`part ${unlisted.partNumber} has been uploaded, but is not in the list`)
}

/**
 * The uploaded parts from part 1 up to the first gap.
 *
 * @param uploaded in order
 * @throws FST_UPLOAD_INVALID_PARTS where part 1 is missing
 */
export function partsUpToGap (uploaded: readonly Part[]): Part[] {
  const gap = uploaded.findIndex(({ partNumber }, index) => partNumber !== index + 1)
  const parts = gap === -1 ? uploaded : uploaded.slice(0, gap)
  if (parts.length === 0) throw invalid('part 1 has not arrived: there is nothing to complete')
  return [...parts]
}

/** The size in bytes of an object made of these parts. */
export function totalSize (parts: readonly Part[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0)
}

/** An ETag without its quotes: clients send it either way. */
export function unquote (etag: string): string {
  return etag.replace(/^"|"$/g, '')
}

function invalid (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_PARTS(problem)
}
