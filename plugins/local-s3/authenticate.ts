import { S3Error } from './errors.js'
import type { LocalS3Settings } from './options.js'
import { header, parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import { readHeaderParameters, readQueryParameters } from './signature-parameters.js'
import type { SignatureParameters } from './signature-parameters.js'
import { equalInConstantTime, Signer } from './signer.js'
import type { SignableRequest } from './signer.js'

/** The credentials and the region that a store accepts, and its clock. */
export type Identity = Pick<LocalS3Settings, 'credentials' | 'region' | 'now'>

/**
 * Verifies who sent a request and that it arrived as it was signed: the SDK's signer signs what was received once
 * more, and the signatures are compared in constant time.
 *
 * @returns the parameters of the signature, now verified; the payload hash is still to be compared with the body
 * @throws S3Error as S3 refuses: AccessDenied, SignatureDoesNotMatch, InvalidAccessKeyId and others
 */
export async function authenticate (request: S3Request, identity: Identity): Promise<SignatureParameters> {
  const inQuery = [...request.query.keys()]
    .some((name) => /^(x-amz-(algorithm|credential|signature)|signature|awsaccesskeyid)$/i.test(name))
  const inHeader = request.headers.has('authorization')
  if (inQuery && inHeader) {
    throw new S3Error(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter ' +
      'or the Authorization header should be specified'
    )
  }
  if (inQuery) return await authenticatePresigned(request, identity)
  if (inHeader) return await authenticateHeader(request, identity)
  throw new S3Error('AccessDenied', 'Access Denied')
}

async function authenticatePresigned (request: S3Request, identity: Identity): Promise<SignatureParameters> {
  const parameters = readQueryParameters(request, identity.region, identity.now())
  checkAccessKey(parameters.accessKeyId, parameter(request, 'X-Amz-Security-Token'), identity)
  const received = toSignableRequest(request, parameters)
  const signed = new Set(parameters.signedHeaders)
  const query = { ...received.query }
  const headers = { ...received.headers }
  const hoisted = query['X-Amz-Content-Sha256']
  if (typeof hoisted === 'string') {
    // the signer takes the payload hash from a header, and hoists it back to where it was
    delete query['X-Amz-Content-Sha256']
    headers['X-Amz-Content-Sha256'] = hoisted
  }
  const signer = new Signer(identity.credentials, identity.region)
  const { query: expected = {} } = await signer.presign({ ...received, query, headers }, {
    signingDate: parameters.signedAt,
    expiresIn: parameters.expiresIn,
    signableHeaders: signed,
    unhoistableHeaders: signed
  })
  const sameHeaders = expected['X-Amz-SignedHeaders'] === parameters.signedHeaders.join(';')
  const sameSignature = equalInConstantTime(String(expected['X-Amz-Signature']), parameters.signature)
  if (!sameHeaders || !sameSignature) throw signatureMismatch(parameters, signer)
  return parameters
}

async function authenticateHeader (request: S3Request, identity: Identity): Promise<SignatureParameters> {
  const parameters = readHeaderParameters(request, identity.region, identity.now())
  checkAccessKey(parameters.accessKeyId, header(request, 'x-amz-security-token'), identity)
  const { accessKeyId, scope, signedAt, signedHeaders, signature } = parameters
  const signer = new Signer(identity.credentials, identity.region)
  const { headers } = await signer.sign(toSignableRequest(request, parameters), {
    signingDate: signedAt,
    signableHeaders: new Set(signedHeaders)
  })
  const expected = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  if (!equalInConstantTime(headers['authorization'] ?? '', expected)) throw signatureMismatch(parameters, signer)
  return parameters
}

/**
 * Compares an access key id and a session token with the store's own.
 *
 * @throws S3Error InvalidAccessKeyId, InvalidToken
 */
export function checkAccessKey (accessKeyId: string, token: string | undefined, { credentials }: Identity): void {
  const tokenMissing = credentials.sessionToken !== undefined && token === undefined
  if (tokenMissing || !equalInConstantTime(accessKeyId, credentials.accessKeyId)) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { AWSAccessKeyId: accessKeyId }
    )
  }
  if (token !== undefined && !equalInConstantTime(token, credentials.sessionToken ?? '')) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.')
  }
}

/** The request as it must have been signed in order to be the one that was received. */
function toSignableRequest (request: S3Request, { signedHeaders }: SignatureParameters): SignableRequest {
  const signed = new Set(signedHeaders)
  const unsigned = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.has(name))
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      { HeadersNotSigned: unsigned.join(', ') }
    )
  }
  // the signer keeps parameters in a plain object, where this one name would vanish unsigned
  if (request.query.has('__proto__')) {
    throw new S3Error('SignatureDoesNotMatch', 'A query parameter may not be called __proto__.')
  }
  const headers = Object.fromEntries([...request.headers].filter(([name]) => signed.has(name)))
  const query = Object.fromEntries([...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, values]) => [name, values.length === 1 ? values[0]! : [...values]]))
  return {
    method: request.method,
    protocol: 'http:',
    hostname: 'localhost',
    path: request.canonicalPath,
    query,
    headers,
    body: request.message
  }
}

function signatureMismatch ({ accessKeyId, signature }: SignatureParameters, signer: Signer): S3Error {
  return new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. ' +
    'Check your key and signing method.',
    {
      AWSAccessKeyId: accessKeyId,
      StringToSign: signer.stringToSign,
      SignatureProvided: signature,
      CanonicalRequest: signer.canonicalRequest
    }
  )
}
