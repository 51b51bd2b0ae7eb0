import { S3Client } from '@aws-sdk/client-s3'
import { readBlueprint, toCanonicalRequest } from './blueprint.js'
import type { Lease } from './lease.js'
import type { ObjectRequest } from './operations.js'
import { presignWithSdk } from './sdk-presigner.js'
import { presignUrl, signingScope, type SigningScope } from './sigv4.js'

/** Signs one request under a lease, without the SDK. */
export type FastPath = (request: ObjectRequest, lease: Lease) => string

/** Requests that together have everything in them that makes one URL differ from another. */
const PROBES: readonly ObjectRequest[] = [
  { operation: 'PutObject', key: 'plain.mp3' },
  {
    operation: 'PutObject',
    key: "a//b/ü ñ/語/!*'()~&+=%.mp3",
    headers: { 'content-type': 'audio/mpeg', 'content-length': '1', 'if-none-match': '*', 'x-amz-checksum-sha256': 'a+/=', 'x-amz-meta-filename': 'a%20b', 'x-amz-server-side-encryption': 'AES256' }
  },
  { operation: 'UploadPart', key: 'part', parameters: { partNumber: '10000', uploadId: '2~a/b+c_d.e-f==' } },
  { operation: 'GetObject', key: 'get', parameters: { 'response-content-disposition': 'attachment; filename="ü"', 'response-content-type': 'audio/mpeg' } }
]

/**
 * Makes a fast path for a client and bucket, and proves it: it must reproduce, byte for byte, what the
 * SDK signs for the same requests under the same lease.
 *
 * @param client whose configuration decides the URLs
 * @throws Error saying why there is no fast path, in which case the SDK has to sign
 */
export async function proveFastPath (client: S3Client, bucket: string, lease: Lease): Promise<FastPath> {
  const [stranger] = ownMiddleware(client)
  if (stranger !== undefined) throw new Error(`the client has middleware of its own, ${stranger}`)
  const signWithSdk = (request: ObjectRequest) => presignWithSdk(client, bucket, request, lease)
  const blueprint = await readBlueprint(signWithSdk)
  const scopeOf = rememberLast(lease => signingScope(lease, blueprint.region, blueprint.service))
  const fastPath: FastPath = (request, lease) => presignUrl(toCanonicalRequest(blueprint, request), scopeOf(lease))
  for (const probe of PROBES) {
    if (fastPath(probe, lease) !== await signWithSdk(probe)) throw new Error(`the SDK signs ${probe.operation} differently`)
  }
  return fastPath
}

// What middleware does with some requests and not with others, no probe can find out.
function ownMiddleware (client: S3Client): string[] {
  const usual = new Set(new S3Client({ region: 'us-east-1' }).middlewareStack.identify())
  return client.middlewareStack.identify().filter(name => !usual.has(name))
}

function rememberLast (derive: (lease: Lease) => SigningScope): typeof derive {
  let last: { readonly lease: Lease, readonly scope: SigningScope } | undefined
  return lease => {
    if (last?.lease !== lease) last = { lease, scope: derive(lease) }
    return last.scope
  }
}
