import { PARAMETERS, S3_OPERATIONS, type KeyRequest, type S3Operation } from './requests.js'
import { encode, encodePath, type CanonicalRequest } from './sigv4.js'

/**
 * What the SDK decides once about all URLs of one client and bucket: endpoint, addressing style, scope,
 * and the parameters that mark an operation.
 */
export interface EndpointTemplate {
  /** Scheme and authority. */
  readonly origin: string
  /** The authority alone. */
  readonly host: string
  /** What stands before the key in the path, encoded: empty, or the bucket where it is addressed by path. */
  readonly basePath: string
  readonly region: string
  readonly service: string
  /** Parameters that every URL of an operation carries, encoded. */
  readonly constants: Readonly<Record<S3Operation, string>>
}

const KEY = 'self-check'
const PRESIGNED = new RegExp(`^(https?://([^/?]+))(/(?:[^?]*/)?)${KEY}\\?(.*)$`)
const ALL_PARAMETERS = { uploadId: 'self-check', partNumber: '1' }

/**
 * Reads the template off URLs that the SDK signs.
 *
 * @param sign signs a request with the SDK
 * @returns undefined where the URLs have another form than SigV4 gives them
 */
export async function readEndpointTemplate (
  sign: (request: KeyRequest) => Promise<string>
): Promise<EndpointTemplate | undefined> {
  const constants: Partial<Record<S3Operation, string>> = {}
  let template: Omit<EndpointTemplate, 'constants'> | undefined
  for (const operation of Object.keys(S3_OPERATIONS) as S3Operation[]) {
    const url = readUrl(await sign({ operation, object: { key: KEY }, parameters: ALL_PARAMETERS }))
    if (url === undefined) return undefined
    template ??= url.template
    constants[operation] = url.constants
  }
  return template && { ...template, constants: constants as Record<S3Operation, string> }
}

/** The request in the form it is signed in. */
export function toCanonicalRequest (
  { origin, host, basePath, constants }: EndpointTemplate, { operation, object, parameters, headers = {} }: KeyRequest
): CanonicalRequest {
  const { method } = S3_OPERATIONS[operation]
  const query = queryOf(constants[operation], parameters)
  return { method, origin, host, path: basePath + encodePath(object.key), query, headers }
}

function queryOf (constants: string, parameters: KeyRequest['parameters']): string {
  if (parameters === undefined) return constants
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return (constants === '' ? pairs : [...pairs, ...constants.split('&')]).sort().join('&')
}

function readUrl (url: string) {
  const [, origin, host, basePath, query] = PRESIGNED.exec(url) ?? []
  if (origin === undefined || host === undefined || basePath === undefined || query === undefined) return undefined
  const parameters = new Map(query.split('&').map(pair => pair.split('=', 2) as [string, string]))
  const credential = decodeURIComponent(parameters.get('X-Amz-Credential') ?? '')
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential) ?? []
  if (parameters.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || region === undefined || service === undefined) return undefined
  const constants = [...parameters].filter(([name]) => !name.startsWith('X-Amz-') && !(decodeURIComponent(name) in PARAMETERS))
  return {
    template: { origin, host, basePath, region, service },
    constants: constants.map(pair => pair.join('=')).sort().join('&')
  }
}
