import t from 'tap'
import { asAlice, pluginApp } from '../fixtures/app.js'

/** Every name that clients send for a format, by the one it is stored under, and the extension of the key. */
const ALIASES: Readonly<Record<string, readonly [extension: string, ...aliases: string[]]>> = {
  'audio/mpeg': ['mp3', 'audio/mpeg', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3'],
  'audio/mp4': ['m4a', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/mp4'],
  'audio/wav': ['wav', 'audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  'audio/flac': ['flac', 'audio/flac', 'audio/x-flac'],
  'audio/ogg': ['ogg', 'audio/ogg', 'audio/opus', 'application/ogg'],
  'audio/webm': ['webm', 'audio/webm', 'video/webm', 'audio/webm;codecs=opus', 'audio/webm; codecs="opus"', 'Audio/WebM'],
  'audio/aac': ['aac', 'audio/aac', 'audio/aacp', 'audio/x-aac'],
  'audio/amr': ['amr', 'audio/amr', 'audio/3gpp'],
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
  [{ filename: 'talk.wav', contentType: 'audio/mpeg' }, 400, /^filename ends in \.wav, but contentType is audio\/mpeg/],
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
  const app = await pluginApp(t, { formats: ['mp3', { name: 'pdf', contentType: 'application/pdf', extensions: ['pdf'], aliases: ['application/x-pdf'] }] })
  t.match((await asAlice(app, { url: '/upload-url', query: { contentType: 'application/x-pdf' } })).json(), { headers: { 'content-type': 'application/pdf' }, key: /\.pdf$/ })
})
