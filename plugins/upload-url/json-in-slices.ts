import { setImmediate } from 'node:timers/promises'

const SLICE = 200

/**
 * Writes a reply with a long array in it as JSON, and lets other requests have their turns meanwhile: the 10 000 URLs
 * of a long recording make five megabytes.
 *
 * @param name of the field that holds the array; there have to be others
 */
export async function jsonInSlices<Name extends string> (reply: { readonly [name in Name]: readonly unknown[] }, name: Name): Promise<Buffer> {
  const { [name]: items, ...others } = reply
  const written = [Buffer.from(`{"${name}":[`)]
  for (let first = 0; first < items.length; first += SLICE) {
    if (first > 0) await setImmediate()
    const slice = JSON.stringify(items.slice(first, first + SLICE)).slice(1, -1)
    written.push(Buffer.from(first > 0 ? `,${slice}` : slice))
  }
  return Buffer.concat([...written, Buffer.from(`],${JSON.stringify(others).slice(1)}`)])
}
