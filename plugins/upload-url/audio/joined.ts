/** A place in a recording whose time is known. */
export interface Place {
  /** In bytes. */
  readonly offset: number
  /** From any zero, in any unit: the same for all places. */
  readonly time: number
}

const SHARE = 0.6
const PLACES = 3
/** As many as are looked at where the rate makes it likely that recordings were joined. */
const PLACES_WHERE_LIKELY = 8
/** How far the rate of a recording may lie above that of its start and its end, before it is looked at closely. */
const UNEVEN = 1.05

/**
 * Whether time starts again somewhere between `start` and `last`, as it does where recordings were joined. Looked at
 * are places ever nearer to the start, each at 0.6 of the way to the one behind it: where time starts again between
 * two of them, less of it has gone by at the second than at the first. What is joined behind less than 2 % goes unseen;
 * behind less than a fifth also, unless the bytes are more than the time at the end accounts for.
 *
 * @param start offset in bytes
 * @param rate bytes a unit of time, of the whole
 * @param rates the same, of parts of it
 * @param placeAt finds a place at an offset, or soon behind it; undefined where there is none
 * @returns undefined where it remains likely, because not all the places were found
 */
export async function startsAgain (
  { start, last, rate, rates }: { start: number, last: Place, rate: number, rates: readonly number[] },
  placeAt: (offset: number) => Promise<Place | undefined>
): Promise<boolean | undefined> {
  const isLikely = rate > UNEVEN * Math.max(...rates)
  let later = last
  let missed = 0
  for (let count = 1; count <= (isLikely ? PLACES_WHERE_LIKELY : PLACES); count += 1) {
    const place = await placeAt(Math.floor(start + (last.offset - start) * SHARE ** count))
    if (place === undefined) missed += 1
    if (place === undefined || place.offset >= later.offset) continue
    if (place.time >= later.time) return true
    later = place
  }
  return isLikely && missed > 0 ? undefined : false
}
