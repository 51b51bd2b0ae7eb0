import { Type } from '@sinclair/typebox'
import { stringEnum } from '../document.js'
import { operation } from '../operation.js'
import { resultConstraints } from '../policy.js'
import { ResultName } from '../result-name.js'
import { EXAMPLE_KEY, Expiry, Headers, Key, Size, Url } from '../schemas.js'

export const createResultUrl = operation({
  route: { method: 'POST', url: '/result-urls', option: 'results' },
  docs: {
    tag: 'Objects',
    summary: 'Create a URL to upload a result to',
    description: 'A presigned PUT beside a recording, for the transcription service: its result is stored with the ' +
      'type of its name, and may be replaced until the URL expires. Whether there is a recording is not looked at. ' +
      'Served where the option `results` is on.'
  },
  input: Type.Object({
    key: Key,
    name: ResultName,
    size: Type.Optional(Size('Exact size in bytes, where it is known. It is signed then; else nothing bounds it.'))
  }, {
    $id: 'ResultFile',
    description: 'A result to upload.',
    additionalProperties: false,
    examples: [{ key: EXAMPLE_KEY, name: 'transcript.json' }]
  }),
  output: Type.Object({
    url: Url('Where to PUT the bytes.'),
    key: Type.String({ ...Key, description: 'The object key of the recording.' }),
    name: ResultName,
    method: stringEnum(['PUT']),
    headers: Headers,
    ...Expiry
  }, { $id: 'ResultUrl', description: 'A presigned URL to PUT one result to.', additionalProperties: false }),
  errors: ['FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_TOO_LARGE', 'FST_UPLOAD_TOO_SMALL', 'FST_UPLOAD_NO_CREDENTIALS'],

  async run ({ options, keys, presigner }, { key, name, size }, { owner }) {
    const object = keys.find(owner, key).result(name)
    const headers = resultConstraints(options, { name, size })
    const signed = size === undefined ? headers : { 'content-length': String(size), ...headers }
    const context = await presigner.signingContext(options.expiresIn)
    const url = await presigner.presign({ operation: 'PutObject', object, headers: signed }, context)
    const { expiresIn, expiresAt } = context
    return { url, key, name, method: 'PUT' as const, headers, expiresIn, expiresAt }
  }
})
