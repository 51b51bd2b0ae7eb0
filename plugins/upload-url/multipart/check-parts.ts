import { errors } from '../errors.js'
import type { Part, PartList } from './schemas.js'

/**
 * Brings a list of parts into order, and makes sure that it is one: from part 1 on, with none missing or twice.
 *
 * @throws FST_UPLOAD_INVALID_PARTS naming the part
 */
export function inOrder (listed: PartList): PartList {
  const parts = [...listed].sort((one, other) => one.partNumber - other.partNumber)
  parts.forEach(({ partNumber }, index) => {
    const expected = index + 1
    if (partNumber === expected) return
    throw partNumber < expected ? invalid(`part ${partNumber} is listed twice`) : invalid(`part ${expected} is missing from the list, but part ${partNumber} is there`)
  })
  return parts
}

/**
 * Finds the parts that a list speaks of among those that have arrived.
 *
 * @param listed in order, as {@link inOrder} gives them
 * @returns the parts as the store knows them
 * @throws FST_UPLOAD_INVALID_PARTS naming the part that is not there, or is another than the list says
 */
export function matchParts (listed: PartList, arrived: readonly Part[]): Part[] {
  const byNumber = new Map(arrived.map(part => [part.partNumber, part]))
  return listed.map(({ partNumber, etag }) => {
    const part = byNumber.get(partNumber)
    if (part === undefined) throw invalid(`part ${partNumber} has not arrived: upload it, then complete again`)
    if (bareEtag(part.etag) !== bareEtag(etag)) throw invalid(`part ${partNumber} has arrived with the ETag ${bareEtag(part.etag)}, but the list says ${bareEtag(etag)}`)
    return part
  })
}

/**
 * Where no size was declared, nothing but the parts themselves tells whether the list is whole.
 *
 * @throws FST_UPLOAD_INVALID_PARTS naming a part that has arrived and is not listed
 */
export function assertAllListed (listed: PartList, arrived: readonly Part[]): void {
  const left = arrived.find(({ partNumber }) => partNumber > listed.length)
  if (left !== undefined) throw invalid(`part ${left.partNumber} has arrived, but is not in the list`)
}

/** An ETag without its quotes: clients send it either way. */
export function bareEtag (etag: string): string {
  return etag.replace(/^"|"$/g, '')
}

function invalid (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_PARTS(problem)
}
