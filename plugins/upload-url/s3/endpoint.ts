import { OPERATIONS, PARAMETERS, type KeyRequest, type Operation } from './object-request.js'
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
  /** What stands before the key in the path, encoded: `/`, or with the bucket where it is addressed by path. */
  readonly basePath: string
  readonly region: string
  readonly service: string
  /** Parameters that every URL of an operation carries, encoded. */
  readonly constants: Readonly<Record<Operation, string>>
}

const PROBE_KEY = 'probe'
const PRESIGNED = new RegExp(`^(https?://([^/?]+))(/(?:[^?]*/)?)${PROBE_KEY}\\?(.*)$`)
const ALL_PARAMETERS = { uploadId: 'probe', partNumber: '1' }

/**
 * Reads the endpoint template from URLs that the SDK signs.
 *
 * @param sign signs a request with the SDK
 * @returns the template, or a string that says why the URLs have another form than SigV4 gives them
 */
export async function readEndpointTemplate (
  sign: (request: KeyRequest) => Promise<string>
): Promise<EndpointTemplate | string> {
  const names = Object.keys(OPERATIONS) as Operation[]
  const constants: Partial<Record<Operation, string>> = {}
  let template
  for (const operation of names) {
    const url = readUrl(await sign({ operation, object: { storeKey: PROBE_KEY }, parameters: ALL_PARAMETERS }))
    if (typeof url === 'string') return url
    constants[operation] = url.constants
    template ??= url
  }
  return { ...template!, constants: constants as EndpointTemplate['constants'] }
}

/** The request in the form it is signed in. */
export function toCanonicalRequest (template: EndpointTemplate, request: KeyRequest): CanonicalRequest {
  const { origin, host, basePath, constants } = template
  const { operation, object, parameters, headers = {} } = request
  return {
    method: OPERATIONS[operation].method,
    origin,
    host,
    path: basePath + encodePath(object.storeKey),
    query: queryOf(constants[operation], parameters),
    headers
  }
}

function queryOf (constants: string, parameters: KeyRequest['parameters']): string {
  if (parameters === undefined) return constants
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return (constants === '' ? pairs : [...pairs, ...constants.split('&')]).sort().join('&')
}

function readUrl (url: string) {
  const [, origin, host, basePath, query] = PRESIGNED.exec(url) ?? []
  if (origin === undefined || host === undefined || basePath === undefined || query === undefined) {
    return 'the key is not the end of the path'
  }
  const parameters = query.split('&').map(pair => [pair, ...pair.split('=', 2)] as [string, string, string])
  const valueOf = (wanted: string) => decodeURIComponent(parameters.find(([, name]) => name === wanted)?.[2] ?? '')
  const algorithm = valueOf('X-Amz-Algorithm')
  if (algorithm !== 'AWS4-HMAC-SHA256') return `the signature is of another kind, ${algorithm}`
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(valueOf('X-Amz-Credential')) ?? []
  if (region === undefined || service === undefined) return 'the scope is of another kind'
  const constants = parameters
    .filter(([, name]) => !name.startsWith('X-Amz-') && !(decodeURIComponent(name) in PARAMETERS))
    .map(([pair]) => pair).sort().join('&')
  return { origin, host, basePath, region, service, constants }
}
