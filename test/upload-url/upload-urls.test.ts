import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { FIXED_OPTIONS, NOON, asAlice, pluginApp } from '../fixtures/app.js'

const KEY = 'uploads/alice/11111111-2222-4333-8444-555555555555'
const HEX = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
const BASE64 = 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek='

t.test('a bare URL is the SDK’s own, and binds the key alone', async t => {
  const reply = (await asAlice(await pluginApp(t), { url: '/upload-url' })).json()
  const client = new S3Client({ ...FIXED_OPTIONS.client, requestChecksumCalculation: 'WHEN_REQUIRED' })
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'recordings', Key: KEY }), {
    expiresIn: 900,
    signingDate: NOON
  })
  t.strictSame(reply, {
    url,
    key: KEY,
    method: 'PUT',
    headers: {},
    expiresIn: 900,
    expiresAt: '2026-01-01T12:15:00.000Z'
  })
})

t.test('the name that existing clients know gives the same', async t => {
  const app = await pluginApp(t)
  for (const query of ['', '?filename=a.mp3&size=9']) {
    t.same(
      (await asAlice(app, { url: `/generate-presigned-url${query}` })).json(),
      (await asAlice(app, { url: `/upload-url${query}` })).json()
    )
  }
})

t.test('everything declared is a signed header, and the reply lists what to send', async t => {
  const app = await pluginApp(t, { encryption: { kmsKeyId: 'alias/recordings' } })
  const reply = (
    await asAlice(app, {
      method: 'POST',
      url: '/upload-urls',
      payload: { files: [{ filename: 'Ärzte & Söhne.mp3', size: 5, sha256: HEX, metadata: { language: 'de' } }] }
    })
  ).json().uploads[0]
  t.strictSame(reply.headers, {
    'content-type': 'audio/mpeg',
    'x-amz-checksum-sha256': BASE64,
    'x-amz-meta-filename': '%C3%84rzte%20%26%20S%C3%B6hne.mp3',
    'x-amz-meta-language': 'de',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/recordings',
    'if-none-match': '*'
  })
  const query = new URL(reply.url).searchParams
  t.equal(query.get('X-Amz-SignedHeaders'), [...Object.keys(reply.headers), 'content-length', 'host'].sort().join(';'))
  t.strictSame(
    [...query.keys()].filter(name => !name.startsWith('X-Amz-')),
    ['x-id'],
    'nothing is hoisted into the query'
  )
})

t.test('a SHA-256 is understood in hex, in base64, and with the + that a query string ate', async t => {
  const app = await pluginApp(t)
  for (const sha256 of [
    HEX,
    HEX.toUpperCase(),
    encodeURIComponent(BASE64),
    BASE64,
    BASE64.replaceAll('+', '-').replaceAll('/', '_')
  ]) {
    t.match((await asAlice(app, { url: `/upload-url?sha256=${sha256}` })).json(), {
      headers: { 'x-amz-checksum-sha256': BASE64 }
    })
  }
})

t.test('single use can be turned off for a store without conditional writes', async t => {
  t.notOk(
    'if-none-match' in
      (await asAlice(await pluginApp(t, { singleUse: false }), { url: '/upload-url?size=5' })).json().headers
  )
})

t.test('replies that carry a URL are not cached', async t => {
  t.equal((await asAlice(await pluginApp(t), { url: '/upload-url' })).headers['cache-control'], 'no-store')
})

const WRONG_QUERIES = [
  ['size=0', /size must be >= 1/],
  ['size=-1', /size must be integer/],
  ['size=1.5', /size must be integer/],
  ['size=1e3', /size/],
  ['size=0x10', /size/],
  ['size=5%20', /size/],
  ['size=99999999999999999999', /size/],
  ['size=1&size=2', /size must be integer/],
  ['size=', /size/],
  ['size[]=1', /size\[\]/],
  [`sha256=${HEX}0`, /sha256/],
  ['sha256=none', /sha256/],
  [`sha256=${BASE64.slice(0, -2)}%3D%3D`, /sha256/],
  ['filename=', /filename/],
  [`filename=${'a'.repeat(1025)}`, /filename/],
  ['filename=a%00b.mp3', /filename must not contain control characters/],
  ['filename=a%0D%0Ax-evil:1.mp3', /filename/],
  ['filname=a.mp3', /unknown field filname/],
  ['metadata=x', /metadata/],
  ['__proto__=x', /__proto__/],
  ['key=uploads/bob/x', /key/]
] as const

for (const [query, message] of WRONG_QUERIES) {
  t.test(`?${query.slice(0, 60)} is answered 400, naming the field`, async t => {
    const response = await asAlice(await pluginApp(t), { url: `/upload-url?${query}` })
    t.match(response.json(), { statusCode: 400, code: /^FST_/, message })
  })
}

t.test('a batch of 100 gives 100 URLs in their order', async t => {
  let id = 0
  const app = await pluginApp(t, { createId: () => `id-${id++}` })
  const files = Array.from({ length: 100 }, (_, index) => ({ filename: `${index}.mp3`, size: index + 1 }))
  const { uploads } = (await asAlice(app, { method: 'POST', url: '/upload-urls', payload: { files } })).json()
  t.strictSame(
    uploads.map((upload: { key: string }) => upload.key),
    files.map((_, index) => `uploads/alice/id-${index}.mp3`)
  )
  t.strictSame(
    uploads.map((upload: { headers: Record<string, string> }) => upload.headers['x-amz-meta-filename']),
    files.map(file => file.filename)
  )
})

t.test('one file that is refused refuses the batch, and is named by its index', async t => {
  const app = await pluginApp(t, { maxSize: 1000 })
  const refusal = async (...files: unknown[]) =>
    (await asAlice(app, { method: 'POST', url: '/upload-urls', payload: { files } })).json()
  const fine = { size: 10 }
  t.match(await refusal(fine, fine, { size: 1001 }), {
    statusCode: 413,
    message: /^files\/2\/size is 1001 bytes, but at most 1000/
  })
  t.match(await refusal(fine, {}), { statusCode: 400, message: /^files\/1\/size is required/ })
  t.match(await refusal({ size: 10, contentType: 'text/html' }, fine), {
    statusCode: 415,
    message: /^files\/0\/contentType/
  })
  t.match(await refusal(fine, { size: '10' }), { statusCode: 400, message: /body\/files\/1\/size must be integer/ })
  t.match(await refusal(fine, { size: 10, metadata: { Language: 'de' } }), {
    statusCode: 400,
    message: /files\/1\/metadata/
  })
  t.match(await refusal(fine, { size: 10, metadata: { owner: 'bob' } }), {
    statusCode: 400,
    message: /^files\/1\/metadata\/owner is reserved/
  })
  t.match(await refusal(fine, { size: 10, metadata: { note: 'ü'.repeat(400) } }), {
    statusCode: 400,
    message: /^files\/1\/metadata take \d+ bytes/
  })
})

for (const [payload, message] of [
  [{ files: [] }, /files/],
  [{ files: Array(101).fill({}) }, /files/],
  [{ files: {} }, /files/],
  [{}, /files/],
  [[], /body/],
  [{ files: [{}], more: 1 }, /more/],
  [{ files: [null] }, /files\/0/]
] as const) {
  t.test(`the batch ${JSON.stringify(payload).slice(0, 40)} is answered 400, naming the field`, async t => {
    t.match(
      (await asAlice(await pluginApp(t), { method: 'POST', url: '/upload-urls', payload: payload as object })).json(),
      { statusCode: 400, message }
    )
  })
}

t.test('what the options require must be declared', async t => {
  const app = await pluginApp(t, { require: ['size', 'contentType', 'sha256'] })
  const ask = async (query: Record<string, string>) => (await asAlice(app, { url: '/upload-url', query })).json()
  t.match(await ask({ filename: 'a.mp3', size: '5' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^sha256/ })
  t.match(await ask({ filename: 'a.mp3', sha256: HEX }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^size/ })
  t.match(await ask({ size: '5', sha256: HEX }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^contentType/ })
  t.match(await ask({ filename: 'a.mp3', size: '5', sha256: HEX }), { method: 'PUT' })
})

t.test('more than a single PUT can carry is refused, and the way out is named', async t => {
  const app = await pluginApp(t)
  t.equal((await asAlice(app, { url: `/upload-url?size=${5 * 1024 ** 3}` })).statusCode, 200)
  t.match((await asAlice(app, { url: `/upload-url?size=${5 * 1024 ** 3 + 1}` })).json(), {
    statusCode: 413,
    message: /multipart upload/
  })
})
