import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { randomFrom } from '../mutations.js'

/** Bytes that are no recording. */
export interface OtherFile {
  readonly name: string
  readonly bytes: Buffer
}

const LARGEST = 400_000

/** About a thousand files that are no recording, most of them from this machine. */
export function otherFiles (corpus: string): OtherFile[] {
  return [
    ...slices(programs(), 420),
    ...slices(filesIn('node_modules', /\.(?:js|json|md|map|wasm|node|html|css|png|ts)$/, 4), 160),
    ...slices(filesIn('/usr/share/doc', /./, 2), 60),
    ...slices(filesIn('/usr/share', /\.(?:ttf|otf|mo|png|svg|gz|pdf|xml|dat|icc)$/, 5), 100),
    ...noise(),
    ...withoutContent(corpus),
    ...wrapped(corpus),
    ...pictures(),
    ...small()
  ]
}

function programs (): string[] {
  return ['/usr/lib', '/usr/bin', '/usr/sbin'].flatMap(folder => filesIn(folder, /(?:\.so(?:\.\d+)*|^[^.]+)$/, 2))
}

function filesIn (folder: string, pattern: RegExp, depth: number): string[] {
  if (depth < 0 || !existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesIn(path, pattern, depth - 1)
      return entry.isFile() && pattern.test(entry.name) && statSync(path).size > 0 ? [path] : []
    })
}

// Every few of the files: whole when small, or else a slice from anywhere, as a broken upload or a chunk would be.
function slices (paths: readonly string[], count: number): OtherFile[] {
  const random = randomFrom(paths.length)
  return Array.from({ length: Math.min(count, paths.length) }, (_, at) => {
    const path = paths[Math.floor((at * paths.length) / Math.min(count, paths.length))]!
    const bytes = readFileSync(path)
    const start = at % 2 === 0 ? 0 : Math.floor(random() * Math.max(0, bytes.length - LARGEST))
    return { name: `${path}@${start}`, bytes: bytes.subarray(start, start + LARGEST) }
  }).filter(({ bytes }) => !/^(?:ID3|OggS|RIFF|fLaC|FORM)/.test(bytes.toString('latin1', 0, 4)))
}

type Sample = (bytes: Buffer, at: number, value: number) => void

const WIDTHS: Readonly<Record<string, readonly [size: number, write: Sample]>> = {
  u8: [1, (bytes, at, value) => bytes.writeUInt8(Math.round(127.5 + 127 * value), at)],
  s8: [1, (bytes, at, value) => bytes.writeInt8(Math.round(127 * value), at)],
  s16le: [2, (bytes, at, value) => bytes.writeInt16LE(Math.round(32_767 * value), at)],
  s16be: [2, (bytes, at, value) => bytes.writeInt16BE(Math.round(32_767 * value), at)],
  s24le: [3, (bytes, at, value) => bytes.writeIntLE(Math.round(8_388_607 * value), at, 3)],
  s24be: [3, (bytes, at, value) => bytes.writeIntBE(Math.round(8_388_607 * value), at, 3)],
  s32le: [4, (bytes, at, value) => bytes.writeInt32LE(Math.round(2_147_483_647 * value), at)],
  s32be: [4, (bytes, at, value) => bytes.writeInt32BE(Math.round(2_147_483_647 * value), at)],
  f32le: [4, (bytes, at, value) => bytes.writeFloatLE(value, at)],
  f32be: [4, (bytes, at, value) => bytes.writeFloatBE(value, at)],
  f64le: [8, (bytes, at, value) => bytes.writeDoubleLE(value, at)],
  f64be: [8, (bytes, at, value) => bytes.writeDoubleBE(value, at)]
}

// Noise of every loudness: quiet samples have long runs of 0 and 1 bits, which look like frame headers.
function noise (): OtherFile[] {
  return Object.entries(WIDTHS).flatMap(([width, [size, write]]) =>
    [1, 0.3, 0.05, 0.005, 0.0005, 0.00003].flatMap(level =>
      [1, 2].map(seed => {
        const random = randomFrom(seed)
        const bytes = Buffer.alloc(200_000 - (200_000 % size))
        for (let at = 0; at < bytes.length; at += size) write(bytes, at, level * (2 * random() - 1))
        return { name: `noise ${width} at ${level}, ${seed}`, bytes }
      })
    )
  )
}

const HEADERS: ReadonlyArray<readonly [file: string, size: number]> = [
  ['pcm_s16le-44100-2.wav', 44],
  ['pcm_s16be-44100-2.aiff', 54],
  ['ffmpeg-44100-2.flac', 42],
  ['opusenc-32k-48000.opus', 47],
  ['nb-7.amr', 6],
  ['wb-2.awb', 9],
  ['libopus-live-48000-1.webm', 200],
  ['aac-faststart-44100-2.m4a', 32],
  ['pcm_s16be-48000-2.caf', 60],
  ['lame-v4.mp3', 10],
  ['adts-44100-2.aac', 7],
  ['lame-no-xing-44100-2.mp3', 4]
]

function withoutContent (corpus: string): OtherFile[] {
  return HEADERS.flatMap(([file, size]) => {
    const header = readFileSync(join(corpus, file)).subarray(0, size)
    return [
      { name: `header of ${file}`, bytes: header },
      { name: `four bytes of ${file}`, bytes: header.subarray(0, 4) },
      {
        name: `header of ${file} before a page`,
        bytes: Buffer.concat([
          header.subarray(0, 4),
          Buffer.from(`\r\n<!doctype html><html><body>${'<p>Not found</p>'.repeat(500)}`)
        ])
      }
    ]
  })
}

function wrapped (corpus: string): OtherFile[] {
  const files = [
    'lame-no-xing-44100-2.mp3',
    'lame-no-xing-16000-1.mp3',
    'adts-44100-2.aac',
    'twolame-16000-1.mp2',
    'pcm_s16le-8000-1.wav',
    'nb-7.amr'
  ]
  const tar = (args: string[]) => execFileSync('tar', ['-C', corpus, ...args], { maxBuffer: 2 ** 28 })
  return files.flatMap(file => {
    const bytes = readFileSync(join(corpus, file))
    const name = Buffer.from('a.bin')
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt32LE(bytes.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(name.length, 26)
    const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
    return [
      { name: `${file} stored in a zip`, bytes: Buffer.concat([local, name, bytes]) },
      { name: `${file} in a tar`, bytes: tar(['-cf', '-', file]) },
      { name: `${file} in a tar.gz`, bytes: gzipSync(bytes) },
      { name: `${file} in base64`, bytes: Buffer.from(lines) },
      { name: `${file} in hex`, bytes: Buffer.from(bytes.toString('hex')) },
      { name: `${file} in a data URL`, bytes: Buffer.from(`data:audio/mpeg;base64,${bytes.toString('base64')}`) },
      { name: `${file} in JSON`, bytes: Buffer.from(JSON.stringify({ audio: bytes.toString('base64') })) },
      { name: `${file} as UTF-8`, bytes: Buffer.from(bytes.toString('latin1')) },
      { name: `${file} read as UTF-8`, bytes: Buffer.from(bytes.toString('utf8')) },
      {
        name: `a frame or three of ${file} in a page`,
        bytes: Buffer.concat([
          Buffer.from(`<!doctype html><html>${'<p>text</p>'.repeat(300)}`),
          bytes.subarray(0, 700),
          Buffer.from('</html>')
        ])
      },
      {
        name: `${file} behind a PDF`,
        bytes: Buffer.concat([Buffer.from('%PDF-1.4\n1 0 obj\n<</Length 9>>\nstream\n'), bytes])
      }
    ]
  })
}

const PICTURES = [
  'png rgb24',
  'mjpeg yuvj420p',
  'gif rgb8',
  'bmp bgr24',
  'tiff rgb24',
  'libwebp yuv420p',
  'targa bgr24',
  'ppm rgb24',
  'jpeg2000 rgb24'
]
const FILMS = [
  'mp4 -movflags +frag_keyframe+empty_moov',
  'mov -movflags +frag_keyframe+empty_moov',
  'matroska',
  'webm -c:v libvpx',
  'ogg -c:v libtheora',
  'avi',
  'mpegts',
  'mpeg',
  'flv',
  'rawvideo',
  'yuv4mpegpipe'
]

function pictures (): OtherFile[] {
  return [
    ...PICTURES.map(picture => picture.split(' ')).map(([codec, pixels]) =>
      fromFfmpeg(`picture of ${codec}`, `-pix_fmt ${pixels} -frames:v 1 -f image2pipe -c:v ${codec}`)
    ),
    ...FILMS.map(format => fromFfmpeg(`silent film, ${format}`, `-pix_fmt yuv420p -f ${format}`))
  ]
}

function fromFfmpeg (name: string, options: string): OtherFile {
  const args = `-nostdin -v error -f lavfi -i testsrc=s=320x240:r=25:d=1 ${options} -`.split(' ')
  return { name, bytes: execFileSync('ffmpeg', args, { maxBuffer: 2 ** 28 }) }
}

function small (): OtherFile[] {
  const random = randomFrom(11)
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
  return [
    { name: 'nothing', bytes: Buffer.alloc(0) },
    ...[1, 2, 3, 4, 7, 10, 100, 5000, 300_000].flatMap(size => [
      { name: `${size} zeros`, bytes: Buffer.alloc(size) },
      { name: `${size} ones`, bytes: Buffer.alloc(size, 0xff) },
      { name: `${size} spaces`, bytes: Buffer.alloc(size, ' ') },
      { name: `${size} random bytes`, bytes: bytes(size) }
    ]),
    ...Array.from({ length: 60 }, (_, seed) => ({ name: `random bytes ${seed}`, bytes: bytes(100_000) })),
    ...[
      '{"error":"not found"}',
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
      'WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n',
      '#EXTM3U\n#EXTINF:10,\na.ts\n',
      'undefined',
      'null',
      '[object Object]',
      '[object Blob]',
      'MThd\0\0\0\x06\0\x01\0\x01\0`MTrk\0\0\0\x04\0\xff/\0'
    ].map(text => ({ name: JSON.stringify(text).slice(0, 30), bytes: Buffer.from(text, 'latin1') }))
  ]
}
