/**
 * S3's naming rules for general purpose buckets. A valid name is also a safe folder name: it has no slash, and no two
 * dots in a row.
 */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name)
