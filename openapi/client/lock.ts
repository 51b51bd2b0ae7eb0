const held = new Set<string>()

/**
 * Takes a lock that no other tab gets, and that ends with this one, however it ends. Without Web Locks, as on pages
 * without TLS, it holds within this page only.
 *
 * @returns what releases it; undefined where somebody else has it
 */
export async function acquireLock (name: string): Promise<(() => void) | undefined> {
  if (held.has(name)) return undefined
  held.add(name)
  const release = await new Promise<(() => void) | undefined>(resolve => {
    const locks = globalThis.navigator?.locks
    if (!locks) return resolve(() => {})
    locks.request(name, { ifAvailable: true }, lock => lock
      ? new Promise<void>(_resolve => resolve(_resolve))
      : resolve(undefined)
    ).catch(() => resolve(() => {}))
  })
  if (!release) held.delete(name)
  return release && (() => {
    held.delete(name)
    release()
  })
}

/** Whether somebody has a lock. */
export async function isLocked (name: string): Promise<boolean> {
  const { held: others = [] } = await globalThis.navigator?.locks?.query() ?? {}
  return held.has(name) || others.some(lock => lock.name === name)
}
