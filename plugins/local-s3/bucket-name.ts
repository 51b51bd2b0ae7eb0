const SHAPE = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/

/**
 * S3's naming rules for general purpose buckets. A name that passes is also a safe folder name:
 * it has no slash, and no two dots in a row.
 */
export const isBucketName = (name: string): boolean =>
  SHAPE.test(name) && !name.includes('..') && !IP_ADDRESS.test(name)
