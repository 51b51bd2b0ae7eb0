/**
 * What the page may load and reach: its own files, this service, and the store. Nothing inline runs or styles.
 *
 * @param storeOrigin of presigned URLs, as in `https://recordings.s3.eu-central-1.amazonaws.com`
 */
export function contentSecurityPolicy (storeOrigin: string): string {
  return Object.entries({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': `'self' ${storeOrigin}`,
    'img-src': "'self'",
    'media-src': storeOrigin,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'"
  }).map(([directive, sources]) => `${directive} ${sources}`).join(';')
}
