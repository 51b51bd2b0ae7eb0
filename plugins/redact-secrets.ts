const REDACTED = '[redacted]'

// A character as it is, or as a URL may spell it, encoded once or more often: %2E, %252E.
const ENCODED = '%(?:25)*[0-9a-f]{2}'
const QUOTES = '(?:["\'\\\\\\s]|%(?:25)*2[027])*'
const ASSIGNMENT = `${QUOTES}(?:[:=]|%(?:25)*3[ad])${QUOTES}`
const VALUE = '[^&\\s"\'<>\\\\,;]+'

/**
 * Secrets by their form. The first group of each is kept.
 *
 * - `{expiry}.{HMAC}.{owner}`, a token of `fastify-upload-url/uppy`
 * - `X-Amz-Signature=…` and the like, and `Signature=…` of an Authorization header (SigV4)
 * - a signature without its name, or another value of 64 hexadecimal digits
 * - `Bearer …` and `Basic …`
 * - a secret of a webhook: `whsec_…`
 * - credentials by the names that the SDK and the environment give them
 * - headers with credentials, as JSON or Node.js write them
 * - `user:password@` in a URL
 */
const SECRETS = [
  `()(?:[0-9a-z]|${ENCODED}){1,9}(?:\\.|%(?:25)*2e)(?:[\\w-]|${ENCODED}){43}` +
    `(?:(?:\\.|%(?:25)*2e)(?:[\\w.!~*'()=-]|${ENCODED})*)?(?![\\w-])`,
  `((?:X-Amz-)?(?:Signature|Security-Token|Credential)${ASSIGNMENT})${VALUE}`,
  '()(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])',
  '(\\b(?:Bearer|Basic)(?:\\s|\\+|%(?:25)*20)+)[\\w.~+/%=-]+',
  '()\\bwhsec_[\\w+/=-]+',
  `((?:secret_?access_?key|session_?token|password)${ASSIGNMENT})${VALUE}`,
  '((?:authorization|cookie|api[-_]?key)["\'\\\\]*\\s*[:=]\\s*\\\\*["\'])[^"\'\\\\]+',
  '(://)[^/\\s@"]+(?=@)'
].map(form => new RegExp(form, 'gi'))

/** Replaces every secret in a text, by its form and wherever it came from. */
export function redactSecrets (text: string): string {
  return SECRETS.reduce((redacted, form) => redacted.replace(form, `$1${REDACTED}`), text)
}
