import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { BusboyInstance } from '@fastify/busboy'
import { ClientDisconnected, S3Error } from './errors.js'
import type { S3Request } from './s3-request.js'

const MAX_FIELDS = 100
/** Most bytes of fields before the file. */
const MAX_FIELD_BYTES = 20 * 1024

/** A form up to its file. */
export interface FormUpload {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>
  readonly filename: string
  readonly file: AsyncIterable<Buffer>
}

/**
 * Reads a multipart/form-data request (RFC 7578) as a stream: fields first, then one file. What
 * follows the file is ignored, as S3 does.
 *
 * @param onFile takes the file in; what it returns counts only once the form has proved whole
 * @throws S3Error MalformedPOSTRequest, InvalidArgument, MaxPostPreDataLengthExceeded; ClientDisconnected
 */
export async function readForm<Result> ({ message, acceptBody }: S3Request, onFile: (upload: FormUpload) => Promise<Result>): Promise<Result> {
  const parser = createParser(message)
  const input = guardedInput(parser)
  const fields = new Map<string, string>()
  let bytes = 0
  let file: Readable | undefined
  let outcome: Promise<Result> | undefined
  let hangUp = (): void => {}

  const takeField = (name: string | undefined, value: string, truncated: boolean): void => {
    if (outcome !== undefined) return
    if (name === undefined) throw malformed()
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    if (truncated || bytes > MAX_FIELD_BYTES) throw tooMuch()
    if (fields.has(name.toLowerCase())) throw new S3Error('InvalidArgument', `POST requires exactly one field ${name}.`, { ArgumentName: name })
    fields.set(name.toLowerCase(), value)
  }
  try {
    return await new Promise<Result>((resolve, reject) => {
      const attempt = (task: () => void): void => {
        try { task() } catch (error) { reject(error) }
      }
      hangUp = () => reject(new ClientDisconnected('the client has disconnected'))
      message.socket.once('close', hangUp)
      input.on('error', () => reject(malformed()))
      parser.on('error', () => reject(malformed()))
      parser.on('fieldsLimit', () => reject(tooMuch()))
      parser.on('field', (name: string | undefined, value, _nameTruncated, truncated) => attempt(() => takeField(name, value, truncated)))
      parser.on('file', (_name, stream, filename: string | undefined) => {
        stream.on('error', () => reject(malformed()))
        if (outcome !== undefined) return reject(oneFile())
        file = stream
        outcome = onFile({ fields, filename: filename ?? '', file: stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer> })
        outcome.catch(reject)
      })
      parser.on('finish', () => outcome === undefined ? reject(oneFile()) : outcome.then(resolve, reject))
      acceptBody()
      message.pipe(input)
    })
  } catch (error) {
    message.unpipe(input)
    file?.destroy(new ClientDisconnected('the form ended early'))
    await outcome?.catch(() => {})
    throw error
  } finally {
    message.socket.off('close', hangUp)
  }
}

/** Feeds the parser; what it throws at damaged input becomes an error of the stream and not of the process. */
function guardedInput (parser: BusboyInstance): Writable {
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

const malformed = (): S3Error =>
  new S3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.')
const tooMuch = (): S3Error => new S3Error('MaxPostPreDataLengthExceeded', 'Your POST request fields preceding the upload file were too large.', { MaxPostPreDataLengthBytes: MAX_FIELD_BYTES })
const oneFile = (): S3Error => new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', { ArgumentName: 'file' })
