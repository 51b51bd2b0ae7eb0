/** A place in a recording whose time is known. */
export interface Place {
  /** In bytes. */
  readonly offset: number
  /** From any zero, in any unit: the same for all places. */
  readonly time: number
}

const SHARE = 0.6
const MAX_PLACES = 8
/** How far the rate of a recording may lie above that of its start and its end, before it is looked at closely. */
const UNEVEN = 1.05

/**
 * Whether there are more bytes than the time at the end accounts for, as where another recording comes before.
 *
 * @param rate bytes a unit of time, of the whole
 * @param rates the same, of parts of it
 */
export function mayBeJoined (rate: number, rates: readonly number[]): boolean {
  return rate > UNEVEN * Math.max(...rates)
}

/**
 * Whether time starts again somewhere between `start` and `last`, as it does where recordings were joined. Looked at
 * are places ever nearer to the start, each at 0.6 of the way to the one behind it: where time starts again between
 * two of them, not even as much of it has gone by at the second as at the first. What is joined behind less than 2 %
 * goes unseen.
 *
 * @param start offset in bytes
 * @param placeAt finds a place at an offset, or soon behind it; undefined where there is none
 */
export async function startsAgain (
  start: number,
  last: Place,
  placeAt: (offset: number) => Promise<Place | undefined>
): Promise<boolean> {
  let later = last
  for (let count = 1; count <= MAX_PLACES; count += 1) {
    const place = await placeAt(Math.floor(start + (last.offset - start) * SHARE ** count))
    if (place === undefined || place.offset >= later.offset) continue
    if (place.time >= later.time) return true
    later = place
  }
  return false
}
