import { createObjectKeys, type ObjectKeys } from './object-key.js'
import type { ResolvedOptions } from './options.js'
import { openBucket, type Bucket } from './s3/index.js'

/** What every operation works with. */
export interface Context extends Bucket {
  readonly options: ResolvedOptions
  readonly keys: ObjectKeys
}

/**
 * Builds what the options ask for.
 *
 * @param warn is told what an operator should know
 * @throws FST_UPLOAD_INVALID_OPTIONS
 */
export async function createContext (options: ResolvedOptions, warn: (message: string) => void): Promise<Context> {
  return { ...await openBucket({ ...options, warn }), options, keys: createObjectKeys(options.keyPrefix) }
}
