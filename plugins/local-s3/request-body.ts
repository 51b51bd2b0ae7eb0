import { ChunkSignatures, decodeAwsChunked, isStreaming } from './aws-chunked.js'
import { expectedChecksum } from './checksums.js'
import { ClientDisconnected, S3Error, notImplemented } from './errors.js'
import type { LocalS3Settings } from './options.js'
import { MAX_BODY_BYTES, receiveBody, tooLarge } from './receive-body.js'
import type { ExpectedBody, ReceivedBody } from './receive-body.js'
import { header, headerNames } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { SignatureParameters } from './signature-parameters.js'
import { XmlReader } from './xml.js'
import type { XmlElement } from './xml.js'

const MAX_CONFIGURATION_BYTES = 256 * 1024
const MAX_LIST_BYTES = 4 * 1024 * 1024

/** Everything that is known of a body before its first byte is asked for. */
export interface RequestBody {
  /** What the headers say about it. */
  readonly expected: ExpectedBody
  /** Asks for the body, passes it on, and compares it with what was expected. */
  readonly receive: (write: (chunk: Buffer) => Promise<void>) => Promise<ReceivedBody>
}

/**
 * Reads what a verified request says about its body, without asking for a byte of it, so that a client that waits for
 * `100 Continue` gets an error before it sends anything.
 *
 * @throws S3Error MissingContentLength, InvalidDigest, InvalidRequest, EntityTooLarge, NotImplemented
 */
export function readExpectedBody (
  request: S3Request, signature: SignatureParameters, settings: LocalS3Settings
): RequestBody {
  const streaming = isStreaming(signature.payloadHash)
  const trailers = new Map<string, string>()
  const checksum = expectedChecksum(headerNames(request), (name) => header(request, name))
  const expected: ExpectedBody = {
    length: readLength(request, streaming),
    md5: readMd5(header(request, 'content-md5')),
    sha256: readSha256(signature.payloadHash),
    checksum,
    trailingChecksum: () => checksum && trailers.get(`x-amz-checksum-${checksum.algorithm}`),
    range: [0, MAX_BODY_BYTES]
  }
  if (expected.length !== undefined && expected.length > MAX_BODY_BYTES) throw tooLarge(expected.length, MAX_BODY_BYTES)
  const signatures = streaming ? chunkSignatures(signature, settings) : undefined
  return {
    expected,
    receive: async (write) => {
      const bytes = readBytes(request)
      const source = streaming
        ? decodeAwsChunked(bytes, signatures, (name, value) => trailers.set(name, value))
        : bytes
      return await receiveBody(source, expected, write)
    }
  }
}

/**
 * Receives a configuration document as text.
 *
 * @throws S3Error MaxMessageLengthExceeded above 256 KiB, and as {@link receiveBody}
 */
export async function receiveText (body: RequestBody): Promise<string> {
  let text = ''
  await receiveLimited(body, MAX_CONFIGURATION_BYTES, (piece) => { text += piece })
  return text
}

/**
 * Receives a list in XML, such as the parts that complete an upload. It is read as it arrives: a long one holds up
 * nobody else.
 *
 * @param root the name that its root element must have
 * @throws S3Error MaxMessageLengthExceeded above 4 MiB, MalformedXML, and as {@link receiveBody}
 */
export async function receiveXml (body: RequestBody, root: string): Promise<XmlElement> {
  const reader = new XmlReader()
  await receiveLimited(body, MAX_LIST_BYTES, (piece) => reader.write(piece))
  return reader.end(root)
}

async function receiveLimited (
  { expected, receive }: RequestBody, maxBytes: number, write: (piece: string) => void
): Promise<void> {
  const decoder = new TextDecoder()
  const checkSize = (size: number): void => {
    if (size <= maxBytes) return
    throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.', { MaxMessageLengthBytes: maxBytes })
  }
  let size = 0
  checkSize(expected.length ?? 0)
  await receive(async (chunk) => {
    size += chunk.length
    checkSize(size)
    write(decoder.decode(chunk, { stream: true }))
  })
  write(decoder.decode())
}

/**
 * The body's bytes. Whoever stops reading leaves the connection open, so that a refusal can still be
 * sent on it.
 *
 * @throws ClientDisconnected where the connection ends before the body does
 */
export async function * readBytes ({ message, acceptBody }: S3Request): AsyncGenerator<Buffer> {
  acceptBody()
  try {
    yield * message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (error) {
    throw new ClientDisconnected('the client has disconnected', { cause: error })
  }
}

function readLength (request: S3Request, streaming: boolean): number | undefined {
  const text = streaming ? header(request, 'x-amz-decoded-content-length') : request.headers.get('content-length')
  if (text === undefined) {
    if (request.method !== 'PUT' && !request.headers.has('transfer-encoding')) return 0
    throw new S3Error('MissingContentLength', streaming
      ? 'You must provide the x-amz-decoded-content-length HTTP header.'
      : 'You must provide the Content-Length HTTP header.')
  }
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new S3Error('InvalidArgument', 'The length header must be a number of bytes.', { ArgumentValue: text })
}

function readMd5 (text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 16 && bytes.toString('base64') === text) return text
  throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': text })
}

function readSha256 (payloadHash: string): string | undefined {
  if (payloadHash === 'UNSIGNED-PAYLOAD' || isStreaming(payloadHash)) return undefined
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return payloadHash
  throw new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { ArgumentName: 'x-amz-content-sha256', ArgumentValue: payloadHash }
  )
}

function chunkSignatures (
  signature: SignatureParameters, settings: LocalS3Settings
): ChunkSignatures | undefined {
  if (signature.payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return undefined
  if (/^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(signature.payloadHash)) {
    return new ChunkSignatures(signature, settings)
  }
  throw notImplemented(signature.payloadHash)
}
