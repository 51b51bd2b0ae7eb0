import { createHash } from 'node:crypto'
import { S3Error } from './errors.js'
import type { LocalS3Settings } from './options.js'
import type { SignatureParameters } from './signature-parameters.js'
import { equalInConstantTime, Signer } from './signer.js'

/** Longest chunk header or trailer line, and longest trailer as a whole. */
const MAX_LINE_BYTES = 4 * 1024
const MAX_TRAILER_BYTES = 16 * 1024
const EMPTY_HASH = createHash('sha256').digest('hex')

const incomplete = (): S3Error =>
  new S3Error('IncompleteBody', 'The request body terminated unexpectedly')
const malformed = (): S3Error =>
  new S3Error('InvalidRequest', 'The body is not well-formed aws-chunked content.')

/** The forms of `x-amz-content-sha256` under which the body arrives in chunks of its own. */
export const isStreaming = (payloadHash: string): boolean => payloadHash.startsWith('STREAMING-')

/**
 * Decodes a body in aws-chunked form, and verifies its chunk signatures where it has them
 * (SigV4, "Signature Calculations: Transferring Payload in Multiple Chunks").
 *
 * @param signatures undefined where the chunks are not signed
 * @param onTrailer told of every trailing header, by lower-case name; 16 KiB of them at most
 * @throws S3Error IncompleteBody, InvalidRequest, SignatureDoesNotMatch
 */
export async function * decodeAwsChunked (
  source: AsyncIterable<Buffer>,
  signatures: ChunkSignatures | undefined,
  onTrailer: (name: string, value: string) => void
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source)
  for (;;) {
    const header = await reader.line()
    const [, size, signature] = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(header) ?? []
    if (size === undefined || (signatures !== undefined && signature === undefined)) throw malformed()
    const remaining = Number.parseInt(size, 16)
    if (remaining === 0) {
      await signatures?.verifyChunk(signature!, EMPTY_HASH)
      break
    }
    const hash = createHash('sha256')
    for await (const data of reader.bytes(remaining)) {
      if (signatures !== undefined) hash.update(data)
      yield data
    }
    if (await reader.line() !== '') throw malformed()
    await signatures?.verifyChunk(signature!, hash.digest('hex'))
  }
  await readTrailers(reader, signatures, onTrailer)
}

async function readTrailers (
  reader: ByteReader,
  signatures: ChunkSignatures | undefined,
  onTrailer: (name: string, value: string) => void
): Promise<void> {
  let signed = ''
  let signature: string | undefined
  for (let line = await reader.line(true); line !== ''; line = await reader.line(true)) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined) throw malformed()
    if (name.toLowerCase() === 'x-amz-trailer-signature') {
      signature = value!
    } else {
      signed += `${name.toLowerCase()}:${value!.trim()}\n`
      if (signed.length > MAX_TRAILER_BYTES) throw malformed()
      onTrailer(name.toLowerCase(), value!.trim())
    }
  }
  if (signed !== '') await signatures?.verifyTrailer(signature ?? '', signed)
  if (!await reader.atEnd()) throw malformed()
}

/** The chain of signatures over the chunks of one body: each covers the one before it. */
export class ChunkSignatures {
  readonly #parameters: SignatureParameters
  readonly #signer: Signer
  #previous: string

  constructor (
    parameters: SignatureParameters, { credentials, region }: Pick<LocalS3Settings, 'credentials' | 'region'>
  ) {
    this.#parameters = parameters
    this.#signer = new Signer(credentials, region)
    this.#previous = parameters.signature
  }

  async verifyChunk (signature: string, chunkHash: string): Promise<void> {
    await this.#verify('AWS4-HMAC-SHA256-PAYLOAD', [EMPTY_HASH, chunkHash], signature)
  }

  async verifyTrailer (signature: string, trailers: string): Promise<void> {
    await this.#verify('AWS4-HMAC-SHA256-TRAILER', [createHash('sha256').update(trailers).digest('hex')], signature)
  }

  async #verify (algorithm: string, hashes: readonly string[], signature: string): Promise<void> {
    const { longDate, scope, signedAt } = this.#parameters
    const lines = [algorithm, longDate, scope, this.#previous, ...hashes]
    const expected = await this.#signer.sign(lines.join('\n'), { signingDate: signedAt })
    if (!equalInConstantTime(expected, signature)) {
      throw new S3Error(
        'SignatureDoesNotMatch',
        'The chunk signature we calculated does not match the signature you provided.'
      )
    }
    this.#previous = expected
  }
}

/** Reads lines and counted bytes from a stream of buffers, holding at most one buffer and one line. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #buffer: Buffer = Buffer.alloc(0)

  constructor (source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next line without its CRLF. At the end of the stream: an empty one where `endAllowed`, else a refusal. */
  async line (endAllowed = false): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n')
      if (end !== -1) {
        const line = this.#buffer.toString('latin1', 0, end)
        this.#buffer = this.#buffer.subarray(end + 2)
        return line
      }
      if (this.#buffer.length > MAX_LINE_BYTES) throw malformed()
      if (!await this.#more()) {
        if (endAllowed && this.#buffer.length === 0) return ''
        throw incomplete()
      }
    }
  }

  async * bytes (count: number): AsyncGenerator<Buffer> {
    for (let remaining = count; remaining > 0;) {
      if (this.#buffer.length === 0 && !await this.#more()) throw incomplete()
      const data = this.#buffer.subarray(0, remaining)
      this.#buffer = this.#buffer.subarray(data.length)
      remaining -= data.length
      yield data
    }
  }

  async atEnd (): Promise<boolean> {
    return this.#buffer.length === 0 && !await this.#more()
  }

  async #more (): Promise<boolean> {
    const { done, value } = await this.#source.next()
    if (done === true) return false
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value])
    return true
  }
}
