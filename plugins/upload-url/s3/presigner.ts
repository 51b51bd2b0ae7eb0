import { S3Client } from '@aws-sdk/client-s3'
import { channels, instrumented } from './diagnostics.js'
import { errors, retryLater } from '../errors.js'
import { isStoreFailure, toStoreError } from './answers.js'
import { isDirectoryBucket } from './bucket-name.js'
import { withoutProvider } from './client.js'
import type { CredentialSource } from './credentials.js'
import { readEndpointTemplate, toCanonicalRequest, type EndpointTemplate } from './endpoint.js'
import type { KeyRequest, ObjectRequest } from './object-request.js'
import { signPostPolicy, type PostPolicy, type SignedForm } from './post-policy.js'
import { presignWithSdk } from './sdk-presigner.js'
import { createSigningContext, type SigningContext } from './signing-context.js'
import { createSigningScope, presignUrl, type SigningScope } from './sigv4.js'
import { withTimeout } from './timeout.js'

/** What {@link createPresigner} needs to know. */
export interface PresignerOptions {
  /** The client whose configuration and middleware decide the URLs. */
  readonly client: S3Client
  readonly credentials: CredentialSource
  readonly bucket: string
  /** The time in milliseconds since the epoch. */
  readonly now: () => number
  /** Is told once why the SDK has to sign, where it has to. */
  readonly warn: (message: string) => void
}

/** Signs requests for one bucket. */
export interface Presigner {
  /**
   * A context under which any number of URLs can be signed.
   *
   * @param expiresIn lifetime of the URLs in seconds
   * @throws FST_UPLOAD_NO_CREDENTIALS
   */
  signingContext (expiresIn: number): Promise<SigningContext>
  /**
   * The URL that lets its holder send one request until it expires.
   *
   * @throws FST_UPLOAD_NO_CREDENTIALS where the SDK signs with a session of S3 Express and gets none within 5 s
   */
  presign (request: ObjectRequest, context: SigningContext): Promise<string>
  /**
   * The form that lets its holder post one object.
   *
   * @throws FST_UPLOAD_FORMS_UNSUPPORTED for multi-region access points, S3 Express and Object Lambda
   */
  presignForm (policy: PostPolicy, context: SigningContext): Promise<SignedForm>
}

/** How the requests of one client and bucket are signed. */
interface Signing {
  /** Undefined where URLs do not follow one. */
  readonly template?: EndpointTemplate
  /** Why the SDK has to sign; undefined where it need not. */
  readonly reason?: string
}

const SDK_TIMEOUT_MS = 5_000

const CHECK_CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'self-check', sessionToken: 'a+/=' }
const CHECK_CONTEXT = createSigningContext(CHECK_CREDENTIALS, Date.UTC(2026, 0, 1), 900)

/** Requests that together have everything in them that makes one URL differ from another. */
const CHECK_REQUESTS: readonly KeyRequest[] = [
  {
    operation: 'PutObject',
    object: { storeKey: "a//b/ü ñ/語/!*'()~&+=%.mp3" },
    headers: {
      'content-type': 'audio/mpeg',
      'content-length': '1',
      'if-none-match': '*',
      'x-amz-checksum-sha256': 'a+/=',
      'x-amz-meta-filename': 'a%20b',
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-tagging': 'a=b'
    }
  },
  {
    operation: 'UploadPart',
    object: { storeKey: 'part' },
    parameters: { partNumber: '10000', uploadId: '2~a/b+c_d.e-f==' }
  },
  {
    operation: 'GetObject',
    object: { storeKey: 'get' },
    parameters: { 'response-content-disposition': 'attachment; filename="ü"', 'response-content-type': 'audio/mpeg' }
  }
]

/**
 * Makes a presigner. It signs by itself where it reproduces what the SDK signs, to the byte, and leaves it to the SDK
 * elsewhere. Which of the two is decided here and once, without credentials and without the store.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS where the SDK can't sign for this bucket at all; FST_UPLOAD_STORE_TIMEOUT or
 * FST_UPLOAD_STORE_UNAVAILABLE where middleware of a host's asks somebody who does not answer
 */
export async function createPresigner (options: PresignerOptions): Promise<Presigner> {
  const { client, credentials, bucket, now } = options
  const { template, reason } = await findSigning(client, bucket)
  if (reason !== undefined) options.warn(`URLs are signed by the AWS SDK, more slowly, because ${reason}`)

  let latest: { readonly context: SigningContext, readonly expiresIn: number } | undefined
  let latestScope: { readonly context: SigningContext, readonly scope: SigningScope } | undefined

  // All that is signed for as long within a second, S3's own unit of time, shares a context.
  async function signingContext (expiresIn: number): Promise<SigningContext> {
    const current = await credentials(expiresIn)
    const time = now()
    const isCurrent = latest?.context.credentials === current && latest.expiresIn === expiresIn &&
      latest.context.signingDate.getTime() === time - time % 1000
    if (!isCurrent) latest = { context: createSigningContext(current, time, expiresIn), expiresIn }
    return latest!.context
  }

  function scopeOf (context: SigningContext, { region, service }: EndpointTemplate): SigningScope {
    if (latestScope?.context !== context) {
      latestScope = { context, scope: createSigningScope(context, region, service) }
    }
    return latestScope.scope
  }

  async function sign (request: ObjectRequest, context: SigningContext): Promise<string> {
    if (template !== undefined && reason === undefined) {
      return presignUrl(toCanonicalRequest(template, request), scopeOf(context, template))
    }
    try {
      return await withTimeout(SDK_TIMEOUT_MS, () => presignWithSdk(client, bucket, request, context))
    } catch (error) {
      // What the SDK asks a store for before it signs is the credentials of a session.
      if (!isStoreFailure(error)) throw error
      throw retryLater(Object.assign(new errors.FST_UPLOAD_NO_CREDENTIALS(), { cause: error }))
    }
  }

  async function signForm (policy: PostPolicy, context: SigningContext): Promise<SignedForm> {
    if (template?.service !== 's3') throw new errors.FST_UPLOAD_FORMS_UNSUPPORTED()
    return signPostPolicy(bucket, policy, template, context, scopeOf(context, template))
  }

  return {
    signingContext,
    presign: (request, context) => instrumented(channels.sign, request.operation, () => sign(request, context)),
    presignForm: (policy, context) => instrumented(channels.sign, 'PostObject', () => signForm(policy, context))
  }
}

async function findSigning (client: S3Client, bucket: string): Promise<Signing> {
  if (isDirectoryBucket(bucket)) return { reason: 'S3 Express signs with sessions of its own' }
  const checked = withoutProvider(client)
  const signWithSdk = (request: KeyRequest) => presignWithSdk(checked, bucket, request, CHECK_CONTEXT)
  try {
    return await withTimeout(SDK_TIMEOUT_MS, () => compareWithSdk(client, signWithSdk))
  } catch (cause) {
    if (isStoreFailure(cause)) throw toStoreError(cause)
    const { message } = cause as Error
    const error = new errors.FST_UPLOAD_INVALID_OPTIONS(`the S3 client can't sign for this bucket: ${message}`)
    throw Object.assign(error, { cause })
  }
}

async function compareWithSdk (
  client: S3Client, signWithSdk: (request: KeyRequest) => Promise<string>
): Promise<Signing> {
  const template = await readEndpointTemplate(signWithSdk)
  if (typeof template === 'string') return { reason: template }
  // What middleware does with some requests and not with others, no comparison can find out.
  const [name] = unknownMiddleware(client)
  if (name !== undefined) return { template, reason: `the client has middleware of its own, ${name}` }
  const scope = createSigningScope(CHECK_CONTEXT, template.region, template.service)
  for (const request of CHECK_REQUESTS) {
    if (presignUrl(toCanonicalRequest(template, request), scope) === await signWithSdk(request)) continue
    return { template, reason: `it signs ${request.operation} differently` }
  }
  return { template }
}

function unknownMiddleware (client: S3Client): string[] {
  const known = new Set(new S3Client({ region: 'us-east-1' }).middlewareStack.identify())
  return client.middlewareStack.identify().filter(name => !known.has(name))
}
