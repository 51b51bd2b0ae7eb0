import { S3ServiceException } from '@aws-sdk/client-s3'

/** Something that does not work as the service needs it, and what to do about it. */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** @param remedy a sentence for whoever runs the service */
  constructor (message: string, readonly remedy: string) {
    super(message)
  }
}

/** Something that works, but lets more happen than it should. */
export class Excess extends Fault {}

const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied: 'Allow this key s3:PutObject, s3:GetObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on the prefix.',
  InvalidAccessKeyId: 'The store does not know AWS_ACCESS_KEY_ID: look for a typing error, or for the key of another store.',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or a proxy before the store changes the Host header: S3_PUBLIC_ENDPOINT must be what arrives there.',
  RequestTimeTooSkewed: 'Set the clock of this machine, by NTP.',
  NoSuchBucket: 'Make the bucket, or correct S3_BUCKET_NAME.',
  AuthorizationHeaderMalformed: 'Set AWS_REGION to the region of the bucket.',
  AuthorizationQueryParametersError: 'Set AWS_REGION to the region of the bucket.',
  PermanentRedirect: 'Set AWS_REGION to the region of the bucket.',
  NotImplemented: 'This store can’t do it: choose another, or do without.'
}
const OTHERWISE = 'See what the documentation of the store says of this answer.'

/** A fault for an answer of the store. @param code of the S3 API, as in `AccessDenied` */
function faultOf (what: string, status: number | undefined, code: string): Fault {
  return new Fault(`${what} was answered ${status ?? 'not at all'}${code === '' ? '' : ` (${code})`}`, REMEDIES[code] ?? OTHERWISE)
}

/** Whether the store knows who asks, and denies it: a signature that it refuses says nothing of permissions. */
export function isAccessDenied (error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'AccessDenied'
}

/** Whatever was thrown, as a fault. */
export function toFault (error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof S3ServiceException) return faultOf('a request', error.$metadata.httpStatusCode, error.name)
  const { message, cause } = error as Error
  return new Fault(cause instanceof Error ? `${message}: ${cause.message}` : message, OTHERWISE)
}

/**
 * Makes sure that the store answered as it should.
 *
 * @param wanted status codes
 * @throws Fault naming the status, the code of the store and its remedy
 */
export async function expectStatus (what: string, response: Response, ...wanted: number[]): Promise<void> {
  const body = await response.text()
  if (!wanted.includes(response.status)) throw faultOf(what, response.status, /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? '')
}
