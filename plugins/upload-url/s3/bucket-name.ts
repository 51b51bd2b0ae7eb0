/** Whether it is a directory bucket (S3 Express) or an access point to one. */
export function isDirectoryBucket (bucket: string): boolean {
  return /--(?:x|xa)-s3$|^arn:[^:]*:s3express:/.test(bucket)
}

/** Whether it is a multi-region access point, whose ARN names no region. */
export function isMultiRegion (bucket: string): boolean {
  return /^arn:[^:]*:s3::/.test(bucket)
}
