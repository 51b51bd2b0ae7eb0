const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** Limits of S3, in bytes where they are sizes ("Amazon S3 multipart upload limits", user guide, November 2026). */
export const S3_LIMITS = {
  /** Smallest part but the last. */
  minPartSize: 5 * MIB,
  /** Largest part, and largest body of a single PUT or form. */
  maxPartSize: 5 * GIB,
  /** Largest object that can be copied in one request. */
  maxCopySize: 5 * GIB,
  maxParts: 10_000,
  /** Entries of a page of a list. */
  maxPageSize: 1000,
  /** Largest object: all parts at their largest, which AWS calls 50 TB. Other providers may stop earlier. */
  maxObjectSize: 10_000 * 5 * GIB,
  /** Names and values of metadata together, after encoding. */
  maxMetadataSize: 2048,
  /** Seconds that a URL can be valid. */
  maxExpiresIn: 604_800
} as const
