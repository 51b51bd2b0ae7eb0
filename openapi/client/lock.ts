/** The locks of this page, where there are no Web Locks: in Node, and on pages without TLS. */
const held = new Set<string>()

/**
 * Takes a lock that no other tab gets, and that ends with this one, however it ends.
 *
 * @returns what releases it; undefined where somebody else has it
 */
export async function acquireLock (name: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks
  if (locks) {
    return await new Promise((resolve, reject) => {
      const request = locks.request(name, { ifAvailable: true }, lock =>
        lock && new Promise<void>(_resolve => resolve(_resolve)))
      request.then(() => resolve(undefined), reject)
    })
  }
  if (held.has(name)) return undefined
  held.add(name)
  return () => held.delete(name)
}

/** Whether somebody has a lock. */
export async function isLocked (name: string): Promise<boolean> {
  const { held: others } = await globalThis.navigator?.locks?.query() ?? {}
  return held.has(name) || !!others?.some(lock => lock.name === name)
}
