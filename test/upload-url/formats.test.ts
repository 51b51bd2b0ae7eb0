import { readFileSync } from 'node:fs'
import t from 'tap'
import { AUDIO_FORMATS } from '../../plugins/upload-url/formats.js'
import { containersOfType } from '../../plugins/upload-url/containers.js'
import { CONTAINERS } from '../../plugins/upload-url/audio/audio-schema.js'
import { asAlice, pluginApp } from '../fixtures/app.js'

/** What platforms, servers and libraries report for a file, and what becomes of it. */
interface DeclaredType {
  /** Extension of the filename; empty where the filename has none. */
  readonly extension: string
  readonly type: string
  /** The type it is stored under, where it is accepted. */
  readonly contentType?: string
  readonly keyExtension?: string
  /** The status of the refusal, where it is not. */
  readonly status?: number
  readonly why: string
  readonly source: string
}

const DECLARED_TYPES = JSON.parse(
  readFileSync(new URL('../fixtures/declared-types.json', import.meta.url), 'utf8')
) as readonly DeclaredType[]

t.test('every pair of an extension and a type is answered as the table says', async t => {
  const app = await pluginApp(t)
  for (const { extension, type, contentType, keyExtension, status = 200, why } of DECLARED_TYPES) {
    const filename = extension === '' ? 'voice' : `voice.${extension}`
    const response = await asAlice(app, { url: '/upload-url', query: { filename, contentType: type } })
    const label = `${filename}, ${type}: ${why}`
    t.equal(response.statusCode, status, label)
    if (contentType === undefined) continue
    const { headers, key } = response.json()
    t.equal(headers['content-type'], contentType, label)
    t.equal(/(?:\.([a-z0-9]+))?$/.exec(key)![1] ?? '', keyExtension, label)
  }
})

t.test('every container that is told apart can be declared, by a type and by an extension', async t => {
  const declarable = new Set(
    AUDIO_FORMATS.flatMap(({ contentType }) => [...containersOfType(contentType, AUDIO_FORMATS)!])
  )
  t.strictSame([...declarable].sort(), [...CONTAINERS].sort())
})

t.test('no extension belongs to two formats', async t => {
  const extensions = AUDIO_FORMATS.flatMap(format => format.extensions)
  t.equal(new Set(extensions).size, extensions.length)
})

/** Every name that clients send for a format, by the one it is stored under, and the extension of the key. */
const ALIASES: Readonly<Record<string, readonly [extension: string, ...aliases: string[]]>> = {
  'audio/mpeg': ['mp3', 'audio/mpeg', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3'],
  'audio/mp4': ['m4a', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/mp4'],
  'audio/wav': ['wav', 'audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  'audio/flac': ['flac', 'audio/flac', 'audio/x-flac'],
  'audio/ogg': ['ogg', 'audio/ogg', 'audio/opus', 'application/ogg'],
  'audio/webm': [
    'webm',
    'audio/webm',
    'video/webm',
    'audio/webm;codecs=opus',
    'audio/webm; codecs="opus"',
    'Audio/WebM'
  ],
  'audio/aac': ['aac', 'audio/aac', 'audio/aacp', 'audio/x-aac'],
  'audio/amr': ['amr', 'audio/amr', 'audio/amr-wb'],
  'audio/aiff': ['aiff', 'audio/aiff', 'audio/x-aiff'],
  'audio/x-caf': ['caf', 'audio/x-caf', 'audio/caf']
}

for (const [contentType, [extension, ...aliases]] of Object.entries(ALIASES)) {
  for (const alias of aliases) {
    t.test(`${alias} is stored as ${contentType}`, async t => {
      const reply = (await asAlice(await pluginApp(t), { url: '/upload-url', query: { contentType: alias } })).json()
      t.equal(reply.headers['content-type'], contentType)
      t.ok(reply.key.endsWith(`.${extension}`), reply.key)
    })
  }
}

/** What a client says of a file, and what becomes of it. */
const FILES = [
  [{ filename: 'talk.mp3' }, 'audio/mpeg', 'mp3'],
  [{ filename: 'Memo.M4A', contentType: '' }, 'audio/mp4', 'm4a'],
  [{ filename: 'talk.mp3', contentType: 'application/octet-stream' }, 'audio/mpeg', 'mp3'],
  [{ filename: 'call.amr', contentType: 'application/octet-stream' }, 'audio/amr', 'amr'],
  [{ filename: 'call.3gp', contentType: 'audio/3gpp' }, 'audio/3gpp', '3gp'],
  [{ filename: 'voice.opus' }, 'audio/ogg', 'opus'],
  [{ filename: 'voice.oga', contentType: 'audio/ogg' }, 'audio/ogg', 'oga'],
  [{ filename: 'film.mp4', contentType: 'video/mp4' }, 'audio/mp4', 'mp4'],
  [{ filename: 'talk.mpga' }, 'audio/mpeg', 'mpga'],
  [{ filename: 'interview 2026.05', contentType: 'audio/wav' }, 'audio/wav', 'wav'],
  [{ filename: 'no extension', contentType: 'audio/flac' }, 'audio/flac', 'flac'],
  [{ filename: 'a.tar.mp3' }, 'audio/mpeg', 'mp3'],
  [{ filename: '録音.WAV' }, 'audio/wav', 'wav']
] as const

for (const [file, contentType, extension] of FILES) {
  t.test(`${JSON.stringify(file)} is stored as ${contentType}, .${extension}`, async t => {
    const reply = (await asAlice(await pluginApp(t), { url: '/upload-url', query: file })).json()
    t.match(reply, { headers: { 'content-type': contentType }, key: new RegExp(`\\.${extension}$`) })
  })
}

const REFUSED = [
  [{ contentType: 'text/html' }, 415, /^contentType is not accepted: text\/html/],
  [{ contentType: 'image/svg+xml', filename: 'logo.svg' }, 415, /^contentType/],
  [{ contentType: 'image/svg+xml', filename: 'talk.mp3' }, 415, /^contentType/],
  [{ contentType: 'text/html; charset=audio/mpeg' }, 415, /^contentType/],
  [{ contentType: 'audio/' }, 415, /^contentType/],
  [{ filename: 'setup.exe' }, 415, /^filename is not accepted: \.exe/],
  [{ filename: 'setup.exe', contentType: 'application/octet-stream' }, 415, /^filename/],
  [{ filename: 'talk.mp3.exe' }, 415, /^filename/],
  [{ filename: 'talk' }, 400, /^contentType is required/],
  [{ contentType: '' }, 400, /^contentType is required/],
  [{ filename: '.mp3' }, 400, /^contentType is required/]
] as const

for (const [file, status, message] of REFUSED) {
  t.test(`${JSON.stringify(file)} is refused, naming the field and what is accepted`, async t => {
    const response = await asAlice(await pluginApp(t), { url: '/upload-url', query: file })
    t.match(response.json(), { statusCode: status, message })
    if (status === 415) t.match(response.json().message, /Accepted: audio\/mpeg \(\.mp3/)
  })
}

t.test('only the formats of the options are accepted, and then every upload must name one', async t => {
  const app = await pluginApp(t, { formats: ['wav', 'flac'] })
  const status = async (query: Record<string, string>) => (await asAlice(app, { url: '/upload-url', query })).statusCode
  t.equal(await status({ filename: 'a.wav' }), 200)
  t.equal(await status({ filename: 'a.mp3' }), 415)
  t.equal(await status({ contentType: 'audio/wav', filename: 'a.mp3' }), 400)
  t.equal(await status({}), 400)
})

t.test('the host may accept formats of its own', async t => {
  const app = await pluginApp(t, {
    formats: [
      'mp3',
      { name: 'pdf', contentType: 'application/pdf', extensions: ['pdf'], aliases: ['application/x-pdf'] }
    ]
  })
  t.match((await asAlice(app, { url: '/upload-url', query: { contentType: 'application/x-pdf' } })).json(), {
    headers: { 'content-type': 'application/pdf' },
    key: /\.pdf$/
  })
})

const PDF = { name: 'pdf', contentType: 'application/pdf', extensions: ['pdf'], aliases: ['application/x-pdf'] }
const M4A = { name: 'm4a', contentType: 'audio/mp4', extensions: ['m4a'], aliases: [] }

/** What a host accepts, what a client says of a file, and what becomes of it. */
const OF_THE_HOST = [
  [['mp3', PDF], { filename: 'a.pdf', contentType: 'application/x-pdf' }, 'application/pdf'],
  [['mp3', PDF], { filename: 'a.pdf', contentType: 'audio/mpeg' }, 400],
  [['mp3', PDF], { filename: 'a.mp3', contentType: 'application/pdf' }, 400],
  [['mp3', PDF], { filename: 'a.pdf', contentType: 'application/x-mystery' }, 415],
  [[M4A], { filename: 'a.m4a', contentType: 'audio/mpeg' }, 'audio/mp4'],
  [[M4A], { filename: 'a.mp4', contentType: 'audio/mp4' }, 'audio/mp4'],
  [[M4A], { filename: 'a.mp3', contentType: 'audio/mp4' }, 400],
  [['amr'], { contentType: 'audio/3gpp' }, 'audio/amr'],
  [['3gp'], { contentType: 'audio/3gpp' }, 'audio/3gpp'],
  [['amr', '3gp'], { contentType: 'audio/3gpp' }, 'audio/3gpp'],
  [['wav'], { filename: 'a.mp3', contentType: 'audio/mpeg' }, 415]
] as const

for (const [formats, file, answer] of OF_THE_HOST) {
  const names = formats.map(format => (typeof format === 'string' ? format : format.contentType)).join(' and ')
  t.test(`where ${names} are accepted, ${JSON.stringify(file)} is answered ${answer}`, async t => {
    const options = {
      formats: formats.map(format =>
        typeof format === 'string'
          ? format
          : { ...format, extensions: [...format.extensions], aliases: [...format.aliases] }
      )
    }
    const response = await asAlice(await pluginApp(t, options), { url: '/upload-url', query: file })
    t.equal(response.statusCode === 200 ? response.json().headers['content-type'] : response.statusCode, answer)
  })
}
