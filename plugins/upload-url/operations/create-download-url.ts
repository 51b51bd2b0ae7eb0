import { Type } from '@sinclair/typebox'
import { findStored } from '../claim.js'
import { stringEnum } from '../document.js'
import { errors, STORE_ERRORS } from '../errors.js'
import type { OwnedObject } from '../object-key.js'
import { operation } from '../operation.js'
import { ResultName } from '../result-name.js'
import { encode } from '../s3/index.js'
import { Expiry, Filename, Key, Url } from '../schemas.js'
import type { Services } from '../services.js'

export const createDownloadUrl = operation({
  route: { method: 'GET', url: '/download-url' },
  docs: {
    tag: 'Objects',
    summary: 'Create a download URL',
    description: 'A presigned GET, for a player or a transcription service that fetches by URL. Whether there is an ' +
      'object, only the request to it tells.'
  },
  input: Type.Object({
    key: Key,
    result: Type.Optional(Type.String({
      ...ResultName, description: 'Name of a result, to download it in place of the recording.'
    })),
    filename: Type.Optional(Type.String({
      ...Filename,
      maxLength: 255,
      description: 'Name, in any script, under which a browser saves the file instead of playing it.'
    }))
  }, { additionalProperties: false }),
  output: Type.Object({ url: Url('Where to GET the bytes.'), method: stringEnum(['GET']), ...Expiry }, {
    $id: 'DownloadUrl', description: 'A presigned URL to GET one object from.', additionalProperties: false
  }),
  errors: ['FST_UPLOAD_INVALID_INPUT', 'FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, { key, result, filename }, { owner, signal }) {
    const { options, keys, presigner } = services
    const recording = keys.find(owner, key)
    const object = result === undefined ? await findPlace(services, recording, signal) : recording.result(result)
    const parameters = filename === undefined ? {} : { 'response-content-disposition': attachment(filename) }
    const context = await presigner.signingContext(options.expiresIn)
    const url = await presigner.presign({ operation: 'GetObject', object, parameters }, context)
    return { url, method: 'GET' as const, expiresIn: context.expiresIn, expiresAt: context.expiresAt }
  }
})

// Only where a claim copies does it take a request to know where a recording is.
async function findPlace (services: Services, recording: OwnedObject, signal: AbortSignal): Promise<OwnedObject> {
  if (recording.isUnclaimed) return recording
  return (await findStored(services, recording, signal))?.object ?? recording
}

// RFC 6266: a plain name for old clients, the true one in UTF-8 for the rest.
function attachment (filename: string): string {
  if (/\p{Cc}/u.test(filename) || !filename.isWellFormed()) {
    throw new errors.FST_UPLOAD_INVALID_INPUT('filename must be well-formed Unicode, without control characters')
  }
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/gu, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(filename)}`
}
