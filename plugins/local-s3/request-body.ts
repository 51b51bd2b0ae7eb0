import { ChunkSignatures, decodeAwsChunked, isStreaming } from './aws-chunked.js'
import { expectedChecksum } from './checksums.js'
import { ClientDisconnected, S3Error, notImplemented } from './errors.js'
import type { LocalS3Settings } from './options.js'
import { MAX_BODY_BYTES, receiveBody, tooLarge } from './receive-body.js'
import type { ExpectedBody, ReceivedBody } from './receive-body.js'
import { header, headerNames } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { SignatureParameters } from './signature-parameters.js'

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** Everything that can be known of a body before its first byte is asked for. */
export interface RequestBody {
  /** What the headers promise. */
  readonly promise: ExpectedBody
  /** Asks for the body, hands it on, and holds it against the promise. */
  readonly receive: (write: (chunk: Buffer) => Promise<void>) => Promise<ReceivedBody>
}

/**
 * Reads what a verified request promises of its body, without asking for a byte of it, so that a
 * client that waits for `100 Continue` is refused before it sends anything.
 *
 * @throws S3Error MissingContentLength, InvalidDigest, InvalidRequest, EntityTooLarge, NotImplemented
 */
export function readExpectedBody (request: S3Request, signature: SignatureParameters, settings: LocalS3Settings): RequestBody {
  const streaming = isStreaming(signature.payloadHash)
  const trailers = new Map<string, string>()
  const checksum = expectedChecksum(headerNames(request), (name) => header(request, name))
  const promise: ExpectedBody = {
    length: readLength(request, streaming),
    md5: readMd5(header(request, 'content-md5')),
    sha256: readSha256(signature.payloadHash),
    checksum,
    trailingChecksum: () => checksum && trailers.get(`x-amz-checksum-${checksum.algorithm}`),
    range: [0, MAX_BODY_BYTES]
  }
  if (promise.length !== undefined && promise.length > MAX_BODY_BYTES) throw tooLarge(promise.length, MAX_BODY_BYTES)
  const signatures = streaming ? chunkSignatures(signature, settings) : undefined
  return {
    promise,
    receive: async (write) => {
      const bytes = readBytes(request)
      const source = streaming ? decodeAwsChunked(bytes, signatures, (name, value) => trailers.set(name, value)) : bytes
      return await receiveBody(source, promise, write)
    }
  }
}

/**
 * Receives a small document, such as the list of parts that completes an upload.
 *
 * @throws S3Error MaxMessageLengthExceeded above 4 MiB, and as {@link readExpectedBody}
 */
export async function receiveDocument ({ receive }: RequestBody): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  await receive(async (chunk) => {
    size += chunk.length
    if (size > MAX_DOCUMENT_BYTES) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.', { MaxMessageLengthBytes: MAX_DOCUMENT_BYTES })
    chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString()
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
  throw new S3Error('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.', {
    ArgumentName: 'x-amz-content-sha256', ArgumentValue: payloadHash
  })
}

function chunkSignatures (signature: SignatureParameters, settings: LocalS3Settings): ChunkSignatures | undefined {
  if (signature.payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return undefined
  if (/^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/.test(signature.payloadHash)) return new ChunkSignatures(signature, settings)
  throw notImplemented(signature.payloadHash)
}
