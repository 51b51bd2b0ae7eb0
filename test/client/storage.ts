import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { UploadStorage } from '../../openapi/client/node.js'

/** A storage in memory or, with a path, in a file. */
export function createStorage (path?: string): UploadStorage {
  const saved = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '[]'
  const items = new Map<string, string>(JSON.parse(saved))
  const write = () => { if (path !== undefined) writeFileSync(path, JSON.stringify([...items])) }
  return {
    get length () { return items.size },
    key: index => [...items.keys()][index] ?? null,
    getItem: name => items.get(name) ?? null,
    setItem (name, value) {
      items.set(name, value)
      write()
    },
    removeItem (name) {
      items.delete(name)
      write()
    }
  }
}

/** Changes every saved upload. */
export function tamper (storage: UploadStorage, changes: object): void {
  for (const name of namesIn(storage)) {
    storage.setItem(name, JSON.stringify({ ...JSON.parse(storage.getItem(name)!), ...changes }))
  }
}

export function namesIn (storage: UploadStorage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)!)
}
