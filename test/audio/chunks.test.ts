// WAVE and AIFF, made by hand: what they say, and what is no sound though it says so.
import t from 'tap'
import { inspectObject, objectOf } from './counted-object.js'

const ONE_SECOND = Buffer.alloc(16_000, Buffer.from([1, 0, 2, 0, 255, 255]))

interface Wave {
  readonly tag?: number
  readonly channels?: number
  readonly sampleRate?: number
  readonly byteRate?: number
  readonly blockAlign?: number
  readonly bits?: number
  readonly extension?: Buffer
  readonly data?: Buffer
}

function chunk (id: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.write(id, 'latin1')
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

function riff (...chunks: Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))
}

function format ({
  tag = 1,
  channels = 1,
  sampleRate = 8000,
  byteRate = 16_000,
  blockAlign = 2,
  bits = 16,
  extension = Buffer.alloc(0)
}: Wave): Buffer {
  const content = Buffer.alloc(16)
  content.writeUInt16LE(tag, 0)
  content.writeUInt16LE(channels, 2)
  content.writeUInt32LE(sampleRate, 4)
  content.writeUInt32LE(byteRate, 8)
  content.writeUInt16LE(blockAlign, 12)
  content.writeUInt16LE(bits, 14)
  return chunk('fmt ', Buffer.concat([content, extension]))
}

function wave (fields: Wave): Buffer {
  return riff(format(fields), chunk('data', fields.data ?? ONE_SECOND))
}

const MEASURED: ReadonlyArray<readonly [what: string, fields: Wave, codec: string, duration: number]> = [
  ['16-bit samples', {}, 'pcm_s16le', 1],
  ['a block alignment of 0', { blockAlign: 0 }, 'pcm_s16le', 1],
  [
    'IMA ADPCM by blocks, whatever the byte rate',
    { tag: 0x11, bits: 4, blockAlign: 256, byteRate: 1, extension: Buffer.from('0200f901', 'hex') },
    'adpcm_ima_wav',
    (62 * 505) / 8000
  ],
  [
    'IMA ADPCM that does not say the samples of a block',
    { tag: 0x11, bits: 4, blockAlign: 256 },
    'adpcm_ima_wav',
    (62 * 505) / 8000
  ],
  [
    'Microsoft ADPCM',
    { tag: 2, bits: 4, blockAlign: 256, extension: Buffer.from('2000f401', 'hex') },
    'adpcm_ms',
    (62 * 500) / 8000
  ],
  ['GSM', { tag: 0x31, bits: 0, blockAlign: 65 }, 'gsm_ms', (246 * 320) / 8000],
  ['G.722', { tag: 0x28f, bits: 4, sampleRate: 16_000, blockAlign: 1 }, 'adpcm_g722', 2],
  ['G.726', { tag: 0x45, bits: 4, blockAlign: 1 }, 'adpcm_g726', 4],
  ['TrueSpeech', { tag: 0x22, bits: 1, blockAlign: 32 }, 'truespeech', (500 * 240) / 8000],
  ['AC-3', { tag: 0x2000, bits: 0, byteRate: 8000, blockAlign: 1 }, 'ac3', 2],
  [
    'E-AC-3',
    {
      tag: 0xfffe,
      bits: 16,
      byteRate: 8000,
      extension: Buffer.from('1600100004000000af87fba7022dfb42a4d405cd93843bdd', 'hex')
    },
    'eac3',
    2
  ]
]

t.test('the sound in a WAVE file is named as ffprobe does, and measured by what is there', async t => {
  for (const [what, fields, codec, duration] of MEASURED) {
    t.match(await inspectObject(objectOf(wave(fields))), { container: 'wav', codec, duration }, what)
  }
})

const IMPOSSIBLE: ReadonlyArray<readonly [what: string, fields: Wave]> = [
  ['no channels', { channels: 0 }],
  ['too many channels', { channels: 65_535 }],
  ['no sample rate', { sampleRate: 0 }],
  ['a sample rate of 1 Hz', { sampleRate: 1 }],
  ['a sample rate of 4 GHz', { sampleRate: 0xffffffff }],
  ['samples of no bits', { bits: 0 }],
  ['samples of 200 bits', { bits: 200 }]
]

t.test('a WAVE file with an impossible format is no audio', async t => {
  for (const [what, fields] of IMPOSSIBLE) {
    t.strictSame(
      await inspectObject(objectOf(wave(fields))),
      { rejected: 'the content is a WAV header with an impossible format, not audio' },
      what
    )
  }
})

t.test('a header without sound, or around something else, is no audio', async t => {
  t.strictSame(await inspectObject(objectOf(riff(format({})))), {
    rejected: 'the content is a WAV header without sound, not audio'
  })
  t.strictSame(await inspectObject(objectOf(wave({ data: Buffer.alloc(0) }))), {
    rejected: 'the content is a WAV header without sound, not audio'
  })
  const contents = [
    ['an HTML page', '<html><body>'],
    ['text', 'It was the best of times, it was the worst of times. '.repeat(9)],
    ['a ZIP archive', 'PK\x03\x04 and more']
  ] as const
  for (const [name, content] of contents) {
    t.strictSame(await inspectObject(objectOf(wave({ data: Buffer.from(content) }))), {
      rejected: `the content is a WAV header around ${name}, not audio`
    })
  }
})

t.test('silence that spells a letter is sound', async t => {
  t.match(await inspectObject(objectOf(wave({ tag: 6, bits: 8, blockAlign: 1, data: Buffer.alloc(8000, 0x55) }))), {
    codec: 'pcm_alaw',
    duration: 1
  })
  t.match(await inspectObject(objectOf(wave({ bits: 8, blockAlign: 1, data: Buffer.alloc(8000, ' ') }))), {
    codec: 'pcm_u8',
    duration: 1
  })
})

t.test('the byte of padding behind an odd chunk may be missing', async t => {
  for (const padding of [Buffer.alloc(0), Buffer.alloc(1)]) {
    const bytes = riff(format({}), chunk('LIST', Buffer.from('INFOodd')), padding, chunk('data', ONE_SECOND))
    t.match(await inspectObject(objectOf(bytes)), { codec: 'pcm_s16le', duration: 1 })
  }
})

t.test('a truncated WAVE file lasts as long as its bytes do', async t => {
  const bytes = wave({})
  t.match(await inspectObject(objectOf(bytes.subarray(0, bytes.length - 8000))), { duration: 0.5 })
})

function aiff (compression: string, bits: number, frames: number, sound: Buffer): Buffer {
  const big = (id: string, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from(id), Buffer.from(content.length.toString(16).padStart(8, '0'), 'hex'), content])
  const common = Buffer.alloc(18)
  common.writeUInt16BE(1, 0)
  common.writeUInt32BE(frames, 2)
  common.writeUInt16BE(bits, 6)
  common.write('400bfa00000000000000', 8, 'hex')
  return big(
    'FORM',
    Buffer.concat([
      Buffer.from('AIFC'),
      big('COMM', Buffer.concat([common, Buffer.from(compression), Buffer.alloc(2)])),
      big('SSND', Buffer.concat([Buffer.alloc(8), sound]))
    ])
  )
}

t.test('the sound in an AIFF-C file is named as ffprobe does', async t => {
  const expected = [
    ['NONE', 16, 8000, 'pcm_s16be', 1],
    ['sowt', 16, 8000, 'pcm_s16le', 1],
    ['fl32', 32, 4000, 'pcm_f32be', 0.5],
    ['in24', 24, 5333, 'pcm_s24be', 5333 / 8000],
    ['ulaw', 16, 16_000, 'pcm_mulaw', 2],
    ['ima4', 16, 470, 'adpcm_ima_qt', (470 * 64) / 8000],
    ['raw ', 8, 16_000, 'pcm_u8', 2]
  ] as const
  for (const [compression, bits, frames, codec, duration] of expected) {
    t.match(
      await inspectObject(objectOf(aiff(compression, bits, frames, ONE_SECOND))),
      { container: 'aiff', codec, sampleRate: 8000, channels: 1, duration },
      compression
    )
  }
})

t.test('an AIFF header without sound, or around a page, is no audio', async t => {
  t.strictSame(await inspectObject(objectOf(aiff('NONE', 16, 0, Buffer.alloc(0)))), {
    rejected: 'the content is an AIFF header without sound, not audio'
  })
  t.strictSame(await inspectObject(objectOf(aiff('NONE', 16, 5, Buffer.from('<html><body>')))), {
    rejected: 'the content is an AIFF header around an HTML page, not audio'
  })
})
