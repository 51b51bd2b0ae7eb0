import { S3Client } from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import { withConfig } from './client.js'
import { readEndpointTemplate, toCanonicalRequest } from './endpoint.js'
import type { KeyRequest } from './requests.js'
import { presignWithSdk } from './sdk-presigner.js'
import type { SigningContext } from './signing-context.js'
import { presignUrl, signingScope, type SigningScope } from './sigv4.js'

/** Signs one request without the SDK. */
export type NativeSigner = (request: KeyRequest, context: SigningContext) => string

const TIMEOUT_MS = 5_000

/** Credentials of AWS's own SigV4 documentation: the form of a URL does not depend on whose it is. */
const EXAMPLE_CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', sessionToken: 'a/b+c='
}

/** Requests that together have everything in them that makes one URL differ from another. */
const REQUESTS: readonly KeyRequest[] = [
  { operation: 'PutObject', object: { key: 'plain.mp3' } },
  {
    operation: 'PutObject',
    object: { key: "a//b/ü ñ/語/!*'()~&+=%.mp3" },
    headers: {
      'content-type': 'audio/mpeg',
      'content-length': '1',
      'if-none-match': '*',
      'x-amz-checksum-sha256': 'a+/=',
      'x-amz-meta-filename': 'a%20b',
      'x-amz-server-side-encryption': 'AES256'
    }
  },
  { operation: 'UploadPart', object: { key: 'part' }, parameters: { partNumber: '10000', uploadId: '2~a/b+c_d.e-f==' } },
  {
    operation: 'GetObject',
    object: { key: 'get' },
    parameters: { 'response-content-disposition': 'attachment; filename="ü"', 'response-content-type': 'audio/mpeg' }
  }
]

/**
 * Makes a signer for a client and bucket, and compares it with the SDK: it must sign the same requests to the same
 * URLs, byte for byte. Needs neither credentials nor the network.
 *
 * @param client whose configuration decides the URLs
 * @param context when, and for how long, the URLs to compare are signed
 * @returns the signer, or the reason why the SDK has to sign
 * @throws FST_UPLOAD_INVALID_OPTIONS where the SDK cannot sign with this client at all
 */
export async function createNativeSigner (
  client: S3Client, bucket: string, time: Pick<SigningContext, 'signingDate' | 'timestamp' | 'expiresIn' | 'expiresAt'>
): Promise<NativeSigner | string> {
  const [middleware] = addedMiddleware(client)
  if (middleware !== undefined) return `the client has middleware of its own, ${middleware}`
  if (bucket.endsWith('--x-s3')) return 'the bucket is of S3 Express One Zone, which has sessions'
  const context = { ...time, credentials: EXAMPLE_CREDENTIALS }
  const pinned = withoutIdentity(withConfig(client, { credentials: async () => EXAMPLE_CREDENTIALS }))
  const sign = (request: KeyRequest) => orRefuse(presignWithSdk(pinned, bucket, request, context))

  const template = await readEndpointTemplate(sign)
  if (template === undefined) return 'the bucket’s URLs are not signed by SigV4'
  const scopeOf = rememberLast(context => signingScope(context, template.region, template.service))
  const signer: NativeSigner = (request, context) => presignUrl(toCanonicalRequest(template, request), scopeOf(context))
  for (const request of REQUESTS) {
    if (signer(request, context) !== await sign(request)) return `the SDK signs ${request.operation} differently`
  }
  return signer
}

// The SDK resolves the client's own credentials even where others sign; there may be none yet.
function withoutIdentity (client: S3Client): S3Client {
  const middlewareStack = client.middlewareStack.clone()
  middlewareStack.remove('httpAuthSchemeMiddleware')
  return Object.create(client, { middlewareStack: { value: middlewareStack } })
}

// What middleware does with some requests and not with others, no comparison can find out.
function addedMiddleware (client: S3Client): string[] {
  const own = new Set(new S3Client({ region: 'us-east-1' }).middlewareStack.identify())
  return client.middlewareStack.identify().filter(name => !own.has(name))
}

async function orRefuse (url: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it did not answer in time')), TIMEOUT_MS)
  })
  try {
    return await Promise.race([url, timeout])
  } catch (cause) {
    const { message } = cause as Error
    throw Object.assign(new errors.FST_UPLOAD_INVALID_OPTIONS(
      `the AWS SDK cannot sign with this client and bucket (${message}). Check bucket, and pass client as a ` +
      'configuration, or as an S3Client of @aws-sdk/client-s3 3.930 or later'
    ), { cause })
  } finally {
    clearTimeout(timer)
  }
}

function rememberLast (derive: (context: SigningContext) => SigningScope): typeof derive {
  let last: { readonly context: SigningContext, readonly scope: SigningScope } | undefined
  return context => {
    if (last?.context !== context) last = { context, scope: derive(context) }
    return last.scope
  }
}
