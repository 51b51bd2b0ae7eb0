import t from 'tap'
import type { UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { inProgress, send, start, uploaderApp } from './uploader.js'

const REFUSED: ReadonlyArray<
  readonly [options: Partial<UploadUrlOptions>, declaration: object, status: number, code: string, message: RegExp]
> = [
  [{}, { filename: 'letter.docx' }, 415, 'FST_UPLOAD_FORMAT_REFUSED', /filename.*\.docx/],
  [{}, { contentType: 'text/html' }, 415, 'FST_UPLOAD_FORMAT_REFUSED', /contentType/],
  [
    { formats: ['wav'] },
    { contentType: 'audio/wav', filename: 'a.mp3' },
    400,
    'FST_UPLOAD_FORMAT_CONFLICT',
    /filename/
  ],
  [{ formats: ['wav'] }, { filename: 'a.mp3' }, 415, 'FST_UPLOAD_FORMAT_REFUSED', /audio\/wav/],
  [{ formats: ['wav'] }, {}, 400, 'FST_UPLOAD_FIELD_REQUIRED', /contentType/],
  [{ require: ['size'] }, { filename: 'a.mp3' }, 400, 'FST_UPLOAD_FIELD_REQUIRED', /size is required/],
  [{ maxSize: 10 }, { filename: 'a.mp3', size: 11 }, 413, 'FST_UPLOAD_TOO_LARGE', /size is 11 bytes, but at most 10/],
  [{}, { metadata: { owner: 'root' } }, 400, 'FST_UPLOAD_INVALID_METADATA', /metadata\/owner is reserved/],
  [{}, { metadata: { a: '\r\nx: y' } }, 400, 'FST_UPLOAD_INVALID_METADATA', /metadata\/a/],
  [{}, { sha256: 'a'.repeat(64) }, 400, 'FST_ERR_VALIDATION', /sha256/],
  [{}, { evil: 1 }, 400, 'FST_ERR_VALIDATION', /evil/]
]

for (const [options, declaration, status, code, message] of REFUSED) {
  t.test(
    `with ${JSON.stringify(options)}, an upload of ${JSON.stringify(declaration)} is refused before the store hears of it`,
    async t => {
      const { app, store } = await uploaderApp(t, options)
      const answer = await send(app, { method: 'POST', url: '/multipart-uploads', payload: declaration })
      t.match(answer.json(), { statusCode: status, code, message })
      t.equal(await inProgress(store), 0)
    }
  )
}

t.test('what is accepted is what is accepted for a single upload', async t => {
  const { app } = await uploaderApp(t, { formats: ['wav'], maxSize: 10, keyPrefix: 'court' })
  t.match((await start(app, { filename: 'a.wav', size: 10 })).key, /^court\/alice\/.*\.wav$/)
})

t.test('the host is asked under the names of the operations', async t => {
  const asked: string[] = []
  const { app } = await uploaderApp(t, {
    authorize: (_request, { operation }) => {
      asked.push(operation)
      return operation === 'createMultipartUpload'
    }
  })
  const { key, uploadId } = await start(app)
  const query = { key, uploadId }
  t.equal((await send(app, { url: '/multipart-uploads/parts', query })).statusCode, 403)
  t.equal((await send(app, { method: 'DELETE', url: '/multipart-uploads', query })).statusCode, 403)
  t.equal(
    (
      await send(app, {
        method: 'POST',
        url: '/multipart-uploads/part-urls',
        payload: { ...query, parts: [{ partNumber: 1 }] }
      })
    ).statusCode,
    403
  )
  t.equal(
    (
      await send(app, {
        method: 'POST',
        url: '/multipart-uploads/complete',
        payload: { ...query, parts: [{ partNumber: 1, etag: 'x' }] }
      })
    ).statusCode,
    403
  )
  t.same(asked, [
    'createMultipartUpload',
    'listParts',
    'abortMultipartUpload',
    'createPartUrls',
    'completeMultipartUpload'
  ])
})
