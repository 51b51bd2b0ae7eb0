import type { Random } from '../audio/mutations.js'

/** What a hostile client knows. */
export interface Knowledge {
  /** Paths of the API, as its own document lists them. */
  readonly paths: readonly string[]
  readonly apiKey: string
}

/** One request, to the byte. */
export interface HostileRequest {
  readonly bytes: Buffer
  /** Whether what follows on the same connection may be taken for a part of it. */
  readonly breaksFraming: boolean
}

const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND'
]
const NAMES = [
  'filename',
  'contentType',
  'size',
  'sha256',
  'key',
  'uploadId',
  'inspect',
  'maxSize',
  'metadata',
  'files',
  'partNumbers',
  'from',
  'to',
  'parts',
  'type',
  'metadata[name]',
  '__proto__',
  'constructor',
  'toString',
  '$id',
  ''
]
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  '',
  '*/*',
  'application/json;;;',
  'a'.repeat(500)
]
const NESTING = 5_000
const LARGE = 2 * 1024 ** 2

/** Makes requests out of everything that has ever broken a parser, and a good deal that has not. */
export function hostileRequest (random: Random, { paths, apiKey }: Knowledge): HostileRequest {
  if (random() < 0.3) return wellMeant(random, apiKey)
  const method = pick(random, METHODS)
  const target = targetOf(random, pick(random, paths))
  const body = random() < 0.6 ? bodyOf(random) : Buffer.alloc(0)
  const framing = framingOf(random, body)
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...authorizationOf(random, apiKey),
    ...(random() < 0.8 ? [`Content-Type: ${pick(random, TYPES)}`] : []),
    ...(random() < 0.3 ? strangeHeaders(random) : []),
    ...framing.lines
  ]
  return {
    bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), framing.body]),
    breaksFraming:
      framing.breaks ||
      /[^\x21-\x7e]/.test(target) ||
      target.length > 10_000 ||
      target === '' ||
      lines.join('').length > 12_000 ||
      body.length > LARGE / 2
  }
}

// So that what comes after finds something to break.
function wellMeant (random: Random, apiKey: string): HostileRequest {
  const [line, body] = pick(random, [
    ['GET /upload-url', undefined],
    ['GET /upload-url?filename=talk.mp3&size=42', undefined],
    ['POST /upload-urls', { files: [{ filename: 'a.wav', size: 1, metadata: { speaker: 'ü' } }, {}] }],
    ['POST /upload-forms', { contentType: 'audio/mpeg', maxSize: 1_000 }],
    ['POST /multipart-uploads', { filename: 'long.flac', size: 100_000_000 }],
    ['POST /uppy-tokens', undefined],
    ['GET /upload-status?key=uploads/alice/11111111-2222-4333-8444-555555555555.mp3', undefined],
    ['GET /download-url?key=uploads/alice/11111111-2222-4333-8444-555555555555.mp3', undefined]
  ] as const)
  const text = body === undefined ? '' : JSON.stringify(body)
  const head = [
    `${line} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${apiKey}`,
    ...(text === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`])
  ]
  return { bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`), breaksFraming: false }
}

function targetOf (random: Random, path: string): string {
  const choice = random()
  if (choice < 0.02) {
    return pick(random, [
      '',
      '*',
      '//',
      '/%',
      '/%zz',
      '/..%2f..%2fetc/passwd',
      '/\x00',
      'http://evil.example/',
      '/upload-url\t',
      '/?',
      '/#'
    ])
  }
  if (choice < 0.04) return `/${'a'.repeat(pick(random, [200, 5_000, 40_000]))}`
  const filled = path.replace(/\{[^}]+\}|\*/g, () => encodeURIComponent(String(hostileValue(random))).slice(0, 300))
  const mangled = random() < 0.1 ? mangle(random, filled) : filled
  const count = Math.floor(random() * 5)
  const query = Array.from(
    { length: count },
    () =>
      `${encodeURIComponent(pick(random, NAMES))}=${random() < 0.9 ? encodeURIComponent(String(hostileValue(random))) : pick(random, ['%', '%zz', '%C0%AF', '%00', '&&&=', '[]', '%ED%A0%80'])}`
  )
  return count === 0 ? mangled : `${mangled}?${query.join('&')}`
}

function mangle (random: Random, path: string): string {
  const at = Math.floor(random() * path.length)
  return (
    path.slice(0, at) +
    pick(random, ['%2e%2e/', '//', '%00', '%25', ';', '%75', '?', '.', '\\', '%C3%28']) +
    path.slice(at)
  )
}

function authorizationOf (random: Random, apiKey: string): string[] {
  const choice = random()
  if (choice < 0.75) return [`Authorization: Bearer ${apiKey}`]
  if (choice < 0.85) return []
  return [
    `Authorization: ${pick(random, ['Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${'x'.repeat(4_000)}`, `bearer  ${apiKey} `, 'Bearer \xff\xfe', `Bearer ${apiKey}, Bearer ${apiKey}`, 'Digest username="a"'])}`
  ]
}

function strangeHeaders (random: Random): string[] {
  return [
    pick(random, [
      'Origin: null',
      'Origin: https://evil.example',
      'Access-Control-Request-Method: PUT',
      'Range: bytes=0-',
      'Expect: 100-continue',
      'Content-Encoding: gzip',
      'Accept: application/xml',
      'X-Forwarded-For: 999.999.999.999',
      'X-Forwarded-For: ::1, unknown, "',
      'X-HTTP-Method-Override: DELETE',
      'Cookie: a=b; __proto__=c',
      `X-Long: ${'h'.repeat(6_000)}`,
      'If-None-Match: *',
      'Accept-Encoding: \x80',
      'Accept-Version: 9.9.9',
      'Upgrade: websocket\r\nConnection: Upgrade'
    ])
  ]
}

function framingOf (random: Random, body: Buffer): { lines: string[]; body: Buffer; breaks: boolean } {
  const choice = random()
  if (choice < 0.9) return { lines: body.length === 0 ? [] : [`Content-Length: ${body.length}`], body, breaks: false }
  if (choice < 0.94) {
    return {
      lines: ['Transfer-Encoding: chunked'],
      body: Buffer.concat([
        Buffer.from(`${body.length.toString(16)}\r\n`),
        body,
        Buffer.from(body.length === 0 ? '\r\n' : '\r\n0\r\n\r\n')
      ]),
      breaks: false
    }
  }
  return pick(random, [
    { lines: [`Content-Length: ${body.length + 10}`], body, breaks: true },
    { lines: ['Content-Length: -1'], body, breaks: true },
    { lines: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], body, breaks: true },
    { lines: ['Transfer-Encoding: chunked'], body: Buffer.from('zz\r\nnot a chunk'), breaks: true },
    { lines: [`Content-Length: ${body.length}`, `Content-Length: ${body.length + 1}`], body, breaks: true },
    { lines: ['Content-Length: 99999999999999999999'], body, breaks: true },
    { lines: [`X-Larger: ${'h'.repeat(40_000)}`], body, breaks: true }
  ])
}

function bodyOf (random: Random): Buffer {
  const choice = random()
  if (choice < 0.7) return Buffer.from(JSON.stringify(objectOf(random, 0)))
  return pick(random, [
    () => Buffer.from('{"files":[' + '{},'.repeat(200) + '{}]}'),
    () => Buffer.from('['.repeat(NESTING) + ']'.repeat(NESTING)),
    () => Buffer.from('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}'),
    () => Buffer.from('{"size":1e999,"filename":"\\ud800","files":null}'),
    () => Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0x80, 0x00]),
    () => Buffer.from('{"files":'),
    () => Buffer.from('null'),
    () => Buffer.alloc(random() < 0.02 ? LARGE : 10, ' ')
  ])()
}

function objectOf (random: Random, depth: number): Record<string, unknown> {
  const count = Math.floor(random() * 5)
  return Object.fromEntries(
    Array.from({ length: count }, () => [
      pick(random, NAMES),
      depth < 3 && random() < 0.3 ? nested(random, depth) : hostileValue(random)
    ])
  )
}

function nested (random: Random, depth: number): unknown {
  return random() < 0.5
    ? objectOf(random, depth + 1)
    : Array.from({ length: Math.floor(random() * 4) }, () => objectOf(random, depth + 1))
}

function hostileValue (random: Random): unknown {
  return pick(random, [
    'talk.mp3',
    'audio/mpeg',
    'audio/webm;codecs=opus',
    1,
    42,
    1_000_000,
    'a'.repeat(64),
    'uploads/alice/11111111-2222-4333-8444-555555555555.mp3',
    '2~uploadid',
    true,
    [1, 2, 3],
    -1,
    0,
    0.5,
    1e21,
    Number.MAX_SAFE_INTEGER,
    '9'.repeat(400),
    '',
    ' ',
    '\u0000',
    '\u202e',
    '../../etc/passwd',
    'ü'.repeat(300),
    '𝄞',
    '\r\nX-Injected: 1',
    '{{7*7}}',
    "' OR 1=1 --",
    '<script>',
    null,
    [],
    {},
    'true',
    '0x10',
    'NaN',
    'uploads/bob/x.mp3',
    'x'.repeat(3_000)
  ])
}

function pick<T> (random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!
}
