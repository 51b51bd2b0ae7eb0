import { OPERATIONS, PARAMETERS, type ObjectRequest, type Operation } from './operations.js'
import { encode, encodePath, type CanonicalRequest } from './sigv4.js'

/**
 * What the SDK decides once about all URLs of one client and bucket: endpoint, addressing style, scope,
 * and the parameters that mark an operation.
 */
export interface Blueprint {
  /** Scheme and authority. */
  readonly origin: string
  /** The authority alone. */
  readonly host: string
  /** What stands before the key in the path, encoded: empty, or the bucket where it is addressed by path. */
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
 * Reads a blueprint off URLs that the SDK signs.
 *
 * @param sign signs a request with the SDK
 * @throws Error saying why the URLs have another form than SigV4 gives them
 */
export async function readBlueprint (sign: (request: ObjectRequest) => Promise<string>): Promise<Blueprint> {
  const names = Object.keys(OPERATIONS) as Operation[]
  const readings = await Promise.all(names.map(async operation => readUrl(await sign({ operation, key: PROBE_KEY, parameters: ALL_PARAMETERS }))))
  const [first] = readings
  const constants = Object.fromEntries(names.map((name, index) => [name, readings[index]!.constants]))
  return { ...first!, constants: constants as Blueprint['constants'] }
}

/** The request in the form it is signed in. */
export function toCanonicalRequest ({ origin, host, basePath, constants }: Blueprint, { operation, key, parameters, headers = {} }: ObjectRequest): CanonicalRequest {
  const { method } = OPERATIONS[operation]
  return { method, origin, host, path: basePath + encodePath(key), query: queryOf(constants[operation], parameters), headers }
}

function queryOf (constants: string, parameters: ObjectRequest['parameters']): string {
  if (parameters === undefined) return constants
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return (constants === '' ? pairs : [...pairs, ...constants.split('&')]).sort().join('&')
}

function readUrl (url: string) {
  const [, origin, host, basePath, query] = PRESIGNED.exec(url) ?? []
  if (origin === undefined || host === undefined || basePath === undefined || query === undefined) throw new Error('the key is not the end of the path')
  const parameters = query.split('&').map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
  const algorithm = parameters.find(([name]) => name === 'X-Amz-Algorithm')?.[1]
  if (algorithm !== 'AWS4-HMAC-SHA256') throw new Error(`the signature is of another kind, ${algorithm}`)
  const credential = decodeURIComponent(parameters.find(([name]) => name === 'X-Amz-Credential')?.[1] ?? '')
  const [, region, service] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential) ?? []
  if (region === undefined || service === undefined) throw new Error('the scope is of another kind')
  const constants = parameters.filter(([name]) => !name.startsWith('X-Amz-') && !(decodeURIComponent(name) in PARAMETERS))
  return { origin, host, basePath, region, service, constants: constants.map(pair => pair.join('=')).sort().join('&') }
}
