import fc from 'fast-check'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl, {
  AUDIO_FORMATS, type Format, type RequestPolicy, type UploadUrlOptions
} from '../../../plugins/upload-url/index.js'
import uppy from '../../../plugins/upload-url/uppy/index.js'
import { asAlice, ownerFromHeader } from '../../fixtures/app.js'
import { cases, holds } from '../../fixtures/property.js'
import { startStore, type Store } from '../../fixtures/store.js'

/** What is signed is answered as. */
interface Body {
  readonly url: string
  readonly headers?: Record<string, string>
  readonly fields?: Record<string, string>
  readonly uploads?: readonly Body[]
}

type Options = Pick<UploadUrlOptions, 'maxSize' | 'formats' | 'require' | 'expiresIn'>

const custom = (name: string, contentType: string): Format => ({ name, contentType, extensions: [name], aliases: [] })
const CUSTOM = [custom('csv', 'text/csv'), custom('json', 'application/json'), AUDIO_FORMATS[0]!]

/** Options of hosts, each served by an app of its own. */
const OPTIONS: readonly Options[] = [undefined, 900, 3000].flatMap(maxSize =>
  [undefined, ['mp3', 'amr', '3gp'] as const, CUSTOM].flatMap(formats =>
    [[], ['size'], ['sha256']].flatMap(require =>
      [60, 900].map(expiresIn => ({ maxSize, formats, require, expiresIn }) as Options))))

const sizes = fc.integer({ min: 1, max: 4000 })
const requirements = fc.subarray(['size', 'contentType', 'sha256'] as const)
const texts = fc.dictionary(fc.constantFrom('plan', 'team'), fc.constantFrom('trial', 'zażółć 1'))

const policies: fc.Arbitrary<RequestPolicy> = fc.record({
  maxSize: sizes,
  minSize: fc.integer({ min: 1, max: 1000 }),
  formats: fc.subarray(['mp3', 'amr', '3gp', 'wav'], { minLength: 1 }),
  maxDuration: fc.integer({ min: 1, max: 7200 }),
  expiresIn: fc.integer({ min: 1, max: 2000 }),
  require: requirements,
  metadata: texts,
  tags: texts
}, { requiredKeys: [] })

/** Policies of a host whose formats are not ours too. */
const customPolicies = policies.map(({ formats, ...policy }): RequestPolicy =>
  formats === undefined ? policy : { ...policy, formats: formats.length % 2 === 0 ? ['csv'] : ['json', 'mp3'] })

interface File {
  readonly filename?: string
  readonly contentType?: string
  readonly size?: number
  readonly sha256?: string
  readonly metadata?: Record<string, string>
}

const files: fc.Arbitrary<File> = fc.record({
  filename: fc.constantFrom('a.mp3', 'a.amr', 'a.3gp', 'a.wav', 'a.csv', 'a.json', 'a'),
  contentType: fc.constantFrom(
    'audio/mpeg', 'audio/3gpp', 'audio/amr', 'text/csv', 'application/json', 'audio/wav', ''
  ),
  size: sizes,
  sha256: fc.constant('a'.repeat(64)),
  metadata: fc.dictionary(fc.constantFrom('plan', 'language'), fc.constant('de'))
}, { requiredKeys: [] })

/** What a URL or a form lets its holder do. */
interface Signed {
  /** Seconds. */
  readonly expiresIn: number
  /** By lower-case name; exactly these have to be sent. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes, both inclusive. */
  readonly range: readonly [min: number, max: number]
}

const post = (url: string, payload: object): InjectOptions => ({ method: 'POST', url, payload })
const KEY = 'uploads/alice/recording.mp3'

/** The requests of one file to everything that signs without the store, and what each reply lets do. */
const WAYS: Readonly<Record<string, {
  readonly request: (file: File) => InjectOptions
  readonly signed: (body: Body, file: File) => readonly Signed[]
  readonly declares?: ReadonlyArray<keyof File>
}>> = {
  'a URL': {
    request: file => ({ url: '/upload-url', query: toQuery(file) }),
    signed: (body, file) => [ofUrl(body, file.size)],
    declares: ['filename', 'contentType', 'size', 'sha256']
  },
  'a batch': {
    request: file => post('/upload-urls', { files: [file, file] }),
    signed: (body, file) => body.uploads!.map(upload => ofUrl(upload, file.size))
  },
  'a form': { request: file => post('/upload-forms', file), signed: body => [ofForm(body)] },
  'Uppy, which puts or posts': {
    request: file => post('/uppy/s3/sign', { method: 'PUT', key: 'x', ...toUppy(file) }),
    signed: (body, file) => [body.fields === undefined ? ofUrl(body, file.size) : ofForm(body)],
    declares: ['filename', 'contentType', 'size', 'metadata']
  },
  'Uppy by Companion’s protocol': {
    request: ({ filename = 'a', contentType = '', size, metadata = {} }) => ({
      url: '/uppy/s3/params',
      query: {
        filename,
        type: contentType,
        ...size !== undefined && { 'metadata[size]': String(size) },
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`metadata[${name}]`, value]))
      }
    }),
    signed: body => [ofForm(body)],
    declares: ['filename', 'contentType', 'size', 'metadata']
  },
  'Uppy, in parts': {
    request: file => post('/uppy/s3/sign', { method: 'POST', key: 'x', ...toUppy(file) }),
    // The request that completes the upload has the size signed that was declared.
    signed: (body, { size }) => [{ ...ofUrl(body, size), range: [size ?? 1, size ?? Infinity] }],
    declares: ['filename', 'contentType', 'size', 'metadata']
  },
  'a result': {
    request: ({ size }) => post('/result-urls', { key: KEY, name: 'transcript.json', size }),
    signed: (body, { size }) => [ofUrl(body, size)],
    declares: ['size']
  },
  'a download': {
    request: () => ({ url: '/download-url', query: { key: KEY } }),
    signed: body => [ofUrl(body, undefined)],
    declares: []
  }
}

function toQuery ({ filename, contentType, size, sha256 }: File): Record<string, string> {
  return JSON.parse(JSON.stringify({ filename, contentType, sha256, size: size?.toString() }))
}

function toUppy ({ filename, contentType, size, metadata }: File) {
  return { filename, contentType, size, metadata }
}

function ofUrl ({ url, headers = {} }: Body, size: number | undefined): Signed {
  const query = new URL(url).searchParams
  const names = query.get('X-Amz-SignedHeaders')!.split(';').filter(name => !['host', 'content-length'].includes(name))
  t.same(Object.keys(headers).sort(), names.sort(), 'what is to be sent is signed')
  const isBound = query.get('X-Amz-SignedHeaders')!.split(';').includes('content-length')
  return {
    expiresIn: Number(query.get('X-Amz-Expires')), headers, range: isBound ? [size!, size!] : [1, Infinity]
  }
}

function ofForm ({ fields }: Body): Signed {
  const { conditions, expiration } = JSON.parse(Buffer.from(fields!['Policy']!, 'base64').toString()) as {
    conditions: Array<Record<string, string> | [string, number, number]>, expiration: string
  }
  const [, min, max] = conditions.find(Array.isArray) as [string, number, number]
  const fixed = conditions.filter(condition => !Array.isArray(condition))
  const bound = Object.assign({}, ...fixed) as Record<string, string>
  const headers = Object.fromEntries(Object.entries(bound).map(([name, value]) => [name.toLowerCase(), value]))
  const signedAt = headers['x-amz-date']!.replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6')
  return { expiresIn: (Date.parse(expiration) - Date.parse(signedAt)) / 1000, headers, range: [min, max] }
}

/** The plugin and Uppy, under a policy that a test may change. */
async function hostOf (t: Test, { bucket, endpoint, region, credentials }: Store, options: Options) {
  const host: { app: FastifyInstance, policy: RequestPolicy | undefined } = { app: Fastify(), policy: undefined }
  const { app } = host
  t.teardown(() => app.close())
  const client = { endpoint, region, credentials, forcePathStyle: true }
  const common = { bucket, client, owner: ownerFromHeader, results: true, policy: () => host.policy }
  await app.register(uploadUrl, { ...common, ...options } as UploadUrlOptions)
  await app.register(uppy)
  return host
}

const least = (...limits: ReadonlyArray<number | undefined>) => Math.min(...limits.map(limit => limit ?? Infinity))
const encoded = (text: string) => encodeURIComponent(text)

/** In what a signed upload goes beyond options and policy; empty where in nothing. */
function excess (way: string, options: Options, policy: RequestPolicy, file: File, signed: Signed): string[] {
  const isDownload = way === 'a download'
  const isResult = way === 'a result'
  const inParts = way === 'Uppy, in parts'
  const { headers, range: [min, max], expiresIn } = signed
  const has = (name: string) => headers[name] !== undefined
  const required = (field: string) => [...options.require ?? [], ...policy.require ?? []].some(name => name === field)
  const isBounded = !isDownload && !((isResult || inParts) && file.size === undefined)
  const formats = (options.formats ?? AUDIO_FORMATS.map(({ name }) => name)).map(format =>
    typeof format === 'string' ? AUDIO_FORMATS.find(({ name }) => name === format)! : format as Format)
  const accepted = formats.filter(({ name }) => policy.formats?.includes(name) ?? true)
  const type = headers['content-type']
  const isTyped = required('contentType') || options.formats !== undefined || policy.formats !== undefined
  const checks: Array<readonly [string, boolean]> = [
    ['expires later', expiresIn > least(options.expiresIn, policy.expiresIn)],
    ['larger', isBounded && max > least(options.maxSize, policy.maxSize)],
    ['smaller', isBounded && policy.minSize !== undefined && min < policy.minSize],
    ['without a type', isTyped && type === undefined && !isResult && !isDownload],
    ['of another type', !isResult && type !== undefined &&
      !accepted.some(({ contentType, aliases }) => contentType === type || aliases.includes(type))],
    ['without a size', required('size') && file.size === undefined && !isResult && !isDownload],
    ['without SHA-256', required('sha256') && !has('x-amz-checksum-sha256') && !isResult && !isDownload && !inParts],
    ...isDownload
      ? []
      : Object.entries(policy.metadata ?? {}).map(([name, value]) =>
        [`without metadata ${name}`, headers[`x-amz-meta-${name}`] !== encoded(value)] as const),
    ...isDownload
      ? []
      : Object.entries(policy.tags ?? {}).map(([name, value]) =>
        [`without the tag ${name}`, !isTagged(headers, name, value)] as const),
    ['without its longest duration', policy.maxDuration !== undefined && !isResult && !isDownload &&
      headers['x-amz-meta-max-duration'] !== String(policy.maxDuration)]
  ]
  return checks.filter(([, isExceeded]) => isExceeded).map(([name]) => name)
}

function isTagged (headers: Signed['headers'], name: string, value: string): boolean {
  const { 'x-amz-tagging': header, tagging } = headers
  if (header !== undefined) return header.split('&').includes(`${encoded(name)}=${encoded(value)}`)
  return tagging?.includes(`<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`) ?? false
}

t.test('whatever a policy says, nothing is signed that the options alone would refuse, or beyond either', async t => {
  const store = await startStore(t)
  const hosts = await Promise.all(OPTIONS.map(options => hostOf(t, store, options)))
  const outcomes = { signed: 0, refused: 0 }
  const requests = fc.integer({ min: 0, max: OPTIONS.length - 1 }).chain(index => fc.tuple(
    fc.constant(index),
    OPTIONS[index]!.formats === CUSTOM ? customPolicies : policies,
    fc.constantFrom(...Object.keys(WAYS)),
    files
  ))
  await holds(t, fc.asyncProperty(requests, async ([index, policy, way, drawn]) => {
    const host = hosts[index]!
    const { request, signed, declares } = WAYS[way]!
    const file = declares === undefined
      ? drawn
      : Object.fromEntries(Object.entries(drawn).filter(([name]) => declares.includes(name as keyof File))) as File
    host.policy = undefined
    const withoutPolicy = await asAlice(host.app, request(file))
    host.policy = policy
    const withPolicy = await asAlice(host.app, request(file))
    if (withPolicy.statusCode !== 200) {
      outcomes.refused += 1
      return
    }
    outcomes.signed += 1
    if (withoutPolicy.statusCode !== 200) throw new Error(`${way} is refused without the policy: ${withoutPolicy.body}`)
    for (const one of signed(withPolicy.json(), file)) {
      const found = excess(way, OPTIONS[index]!, policy, file, one)
      if (found.length > 0) throw new Error(`${way} is signed ${found.join(', ')}: ${JSON.stringify(one)}`)
    }
  }), cases(400, 10_000))
  t.comment(JSON.stringify(outcomes))
  t.ok(outcomes.signed > 0 && outcomes.refused > 0, 'both happen')
})

t.test('an upload in parts keeps to the options, and to the policy of every request that it takes', async t => {
  const store = await startStore(t)
  const limits = [undefined, 1500, 3000]
  const hosts = await Promise.all(limits.map(maxSize => hostOf(t, store, { maxSize, expiresIn: 900 })))
  const outcomes = { completed: 0, refused: 0 }
  // URLs live long enough to be used, however slow the machine is.
  const limited = fc.option(policies.map(({ maxSize, minSize, expiresIn }): RequestPolicy => JSON.parse(JSON.stringify({
    maxSize,
    minSize: minSize === undefined || minSize > (maxSize ?? Infinity) ? undefined : minSize,
    expiresIn: expiresIn && 60 + expiresIn
  }))), { nil: undefined })
  const viaUppy = fc.boolean()
  const property = fc.asyncProperty(
    fc.integer({ min: 0, max: limits.length - 1 }), limited, limited, limited, fc.option(sizes, { nil: undefined }),
    sizes, viaUppy,
    async (index, atCreation, atParts, atCompletion, declared, size, viaUppy) => {
      const host = hosts[index]!
      const ask = async (policy: RequestPolicy | undefined, request: InjectOptions) => {
        host.policy = policy
        return await asAlice(host.app, request)
      }
      const max = least(limits[index], atCreation?.maxSize, atParts?.maxSize, declared)
      const created = await ask(atCreation, viaUppy
        ? post('/uppy/s3/multipart', { filename: 'a.wav', metadata: { size: declared ?? null } })
        : post('/multipart-uploads', { filename: 'a.wav', size: declared }))
      if (created.statusCode >= 400) return
      const { key, uploadId } = created.json()
      const urls = await ask(atParts, post('/multipart-uploads/part-urls', {
        key, uploadId, parts: [{ partNumber: 1, size: declared ?? size }]
      }))
      const sent = declared ?? size
      if (urls.statusCode !== 200) {
        outcomes.refused += 1
        return
      }
      const [{ url }] = urls.json().parts
      if (Number(new URL(url).searchParams.get('X-Amz-Expires')) > least(900, atParts?.expiresIn)) {
        throw new Error('the URL of a part lives too long')
      }
      if (sent > max) throw new Error(`a part of ${sent} bytes is signed, of ${max}`)
      const put = await fetch(url, { method: 'PUT', body: 'x'.repeat(sent) })
      if (!put.ok) throw new Error(await put.text())
      const ETag = put.headers.get('etag')!
      const completed = await ask(atCompletion, viaUppy
        ? post(`/uppy/s3/multipart/${uploadId}/complete?${new URLSearchParams({ key })}`, {
          parts: [{ PartNumber: 1, ETag }]
        })
        : post('/multipart-uploads/complete', { key, uploadId }))
      if (completed.statusCode !== 200) {
        outcomes.refused += 1
        return
      }
      outcomes.completed += 1
      if (sent > max) throw new Error(`${sent} bytes are complete, of ${max}`)
      const { minSize = 0 } = (declared === undefined ? atCompletion : atCreation) ?? {}
      if (sent < minSize) throw new Error(`${sent} bytes are complete`)
    })
  await holds(t, property, cases(60, 10_000))
  t.comment(JSON.stringify(outcomes))
  t.ok(outcomes.completed > 0 && outcomes.refused > 0, 'both happen')
})
