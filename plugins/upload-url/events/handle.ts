import { announceResult, announceUpload, NEVER, OwnedResult, type OwnedObject, type Services } from '../internals.js'
import { readStoreEvents, type StoreEvent } from './store-events.js'

/** Events of one message that are looked at a time. */
const CONCURRENCY = 8

/**
 * What is done about a message of a store. An event is a hint, and the store is asked: the bucket has to be ours, the
 * owner is read from the key, and the object has to be there. So whoever makes one up makes us look, and no more.
 *
 * @returns a function of a message, which rejects with the first error once all its events have been tried
 */
export function createHandler (services: Services): (body: unknown) => Promise<void> {
  return async body => {
    const objects = new Map<string, OwnedObject | OwnedResult>()
    for (const event of readStoreEvents(body)) {
      const object = findObject(services, event)
      if (object !== undefined) objects.set(object.key, object)
    }
    const failures: unknown[] = []
    const waiting = objects.values()
    const work = async (): Promise<void> => {
      for (const object of waiting) {
        await announce(services, object).catch((error: unknown) => failures.push(error))
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, work))
    if (failures.length > 0) throw failures[0]
  }
}

async function announce (services: Services, object: OwnedObject | OwnedResult): Promise<void> {
  if (object instanceof OwnedResult) await announceResult(services, object, NEVER)
  else await announceUpload(services, object, 'store', NEVER)
}

function findObject (
  { keys, options }: Services, { bucket, key }: StoreEvent
): OwnedObject | OwnedResult | undefined {
  // Events name the bucket, and not the access point.
  if (bucket !== options.bucket && !options.bucket.startsWith('arn:')) return undefined
  const object = keys.parse(key)
  // Of what a claim has copied, the store tells again.
  return object instanceof OwnedResult || object?.isUnclaimed ? object : undefined
}
