import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { BusboyInstance } from '@fastify/busboy'
import { ClientDisconnected, S3Error } from './errors.js'
import type { S3Request } from './s3-request.js'

const MAX_FIELDS = 100
/** Maximum of all fields before the file together, in bytes. */
const MAX_FIELD_BYTES = 20 * 1024

/** The fields of a form by lower-case name, without the file. */
export type FormFields = ReadonlyMap<string, string>

/** A form up to its file. */
export interface FormUpload {
  readonly fields: FormFields
  readonly filename: string
  readonly file: AsyncIterable<Buffer>
}

/**
 * Reads a multipart/form-data request (RFC 7578) as a stream: fields first, then one file. What follows the file is
 * ignored, as S3 does.
 *
 * @param fieldsTimeout milliseconds in which everything before the file must have arrived: until then the sender is
 *   unknown
 * @param onFile receives the file; its result counts only once the form has ended as a form must
 * @throws S3Error MalformedPOSTRequest, InvalidArgument, MaxPostPreDataLengthExceeded, RequestTimeout;
 *   ClientDisconnected
 */
export async function readForm<Result> (
  { message, acceptBody }: S3Request, fieldsTimeout: number, onFile: (upload: FormUpload) => Promise<Result>
): Promise<Result> {
  const parser = createParser(message)
  const input = toSafeStream(parser)
  const fields = new FieldCollector()
  let file: Readable | undefined
  let outcome: Promise<Result> | undefined
  let onClose = (): void => {}
  let timer: NodeJS.Timeout | undefined

  try {
    return await new Promise<Result>((resolve, reject) => {
      onClose = () => reject(new ClientDisconnected('the client has disconnected'))
      message.socket.once('close', onClose)
      timer = setTimeout(() => reject(fieldsTooSlow()), fieldsTimeout)
      input.on('error', () => reject(malformed()))
      parser.on('error', () => reject(malformed()))
      parser.on('fieldsLimit', () => reject(tooManyFields()))
      parser.on('field', (name: string | undefined, value, _nameTruncated, truncated) => {
        if (outcome === undefined) fields.add(name, value, truncated, reject)
      })
      parser.on('file', (_name, stream, filename: string | undefined) => {
        stream.on('error', () => reject(malformed()))
        if (outcome !== undefined) return reject(notOneFile())
        clearTimeout(timer)
        file = stream
        const content = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
        outcome = onFile({ fields: fields.values, filename: filename ?? '', file: content })
        outcome.catch(reject)
      })
      parser.on('finish', () => outcome === undefined ? reject(notOneFile()) : outcome.then(resolve, reject))
      acceptBody()
      message.pipe(input)
    })
  } catch (error) {
    message.unpipe(input)
    file?.destroy(new ClientDisconnected('the form ended early'))
    await outcome?.catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
    message.socket.off('close', onClose)
  }
}

class FieldCollector {
  readonly values = new Map<string, string>()
  #bytes = 0

  add (name: string | undefined, value: string, truncated: boolean, reject: (error: S3Error) => void): void {
    if (name === undefined) return reject(malformed())
    this.#bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    if (truncated || this.#bytes > MAX_FIELD_BYTES) return reject(tooManyFields())
    if (this.values.has(name.toLowerCase())) {
      return reject(new S3Error(
        'InvalidArgument', `POST requires exactly one field ${name}.`, { ArgumentName: name }
      ))
    }
    this.values.set(name.toLowerCase(), value)
  }
}

/** What the parser throws at damaged input becomes an error of the stream and not of the process. */
function toSafeStream (parser: BusboyInstance): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, callback) => {
      try { parser.write(chunk, callback) } catch (error) { callback(error as Error) }
    },
    final: (callback) => {
      try { parser.end(); callback() } catch (error) { callback(error as Error) }
    }
  })
}

function createParser (message: IncomingMessage): BusboyInstance {
  const contentType = message.headers['content-type'] ?? ''
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (name) => name === 'file',
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, headerPairs: 50, headerSize: 8 * 1024 }
    })
  } catch {
    throw malformed()
  }
}

const malformed = (): S3Error => new S3Error(
  'MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.'
)

const tooManyFields = (): S3Error => new S3Error(
  'MaxPostPreDataLengthExceeded',
  'Your POST request fields preceding the upload file were too large.',
  { MaxPostPreDataLengthBytes: MAX_FIELD_BYTES }
)

const notOneFile = (): S3Error => new S3Error(
  'InvalidArgument', 'POST requires exactly one file upload per request.', { ArgumentName: 'file' }
)

const fieldsTooSlow = (): S3Error => new S3Error(
  'RequestTimeout', 'Your POST request fields preceding the upload file did not arrive within the timeout period.'
)
