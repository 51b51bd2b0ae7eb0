import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import { AudioInfoSchema, type AudioInfo } from '../../plugins/upload-url/audio/audio-schema.js'
import { inspectAudio, type ReadRange } from '../../plugins/upload-url/audio/index.js'
import { inspectObject, LIMITS, objectOf, sparseObject, type CountedObject } from './counted-object.js'
import { box, id3WithPicture, u32 } from './handmade.js'
import { brokenRecording, randomFrom, RECORDINGS } from './mutations.js'

const GIGABYTE = 1024 ** 3
const MEGABYTE = 1024 ** 2
const isAudio = new Ajv().compile(AudioInfoSchema)

function recording (name: string): Buffer {
  return Buffer.from(RECORDINGS.get(name)!)
}

async function inspect (object: CountedObject): Promise<AudioInfo | { readonly rejected: string }> {
  const result = await inspectObject(object)
  if (object.requests > LIMITS.maxRequests || object.bytes > LIMITS.maxBytes) { throw new Error(`over the limits: ${object.requests} requests, ${object.bytes} bytes`) }
  return result
}

async function audioOf (object: CountedObject): Promise<AudioInfo> {
  const result = await inspect(object)
  if ('rejected' in result) throw new Error(result.rejected)
  if (!isAudio(result)) throw new Error(`outside the schema: ${JSON.stringify(result)}`)
  return result
}

async function reasonOf (object: CountedObject): Promise<string> {
  const result = await inspect(object)
  return 'rejected' in result ? result.rejected : `accepted as ${JSON.stringify(result)}`
}

const TABLE: ReadonlyArray<readonly [name: string, audio: Partial<AudioInfo>]> = [
  [
    'dictation.wav',
    { container: 'wav', codec: 'pcm_s16le', sampleRate: 16_000, channels: 1, duration: 3.447, bitRate: 256_000 }
  ],
  ['dictation.mp3', { container: 'mp3', codec: 'mp3', sampleRate: 16_000, channels: 1, duration: 3.528 }],
  ['dictation.m4a', { container: 'mp4', codec: 'aac', sampleRate: 16_000, channels: 1, duration: 3.448 }],
  ['dictation-fragmented.mp4', { container: 'mp4', codec: 'aac', sampleRate: 16_000, channels: 1, duration: 3.511 }],
  ['dictation.flac', { container: 'flac', codec: 'flac', sampleRate: 16_000, channels: 1, duration: 3.447 }],
  ['dictation.ogg', { container: 'ogg', codec: 'opus', sampleRate: 48_000, channels: 1, duration: 3.447 }],
  ['dictation.webm', { container: 'webm', codec: 'opus', sampleRate: 48_000, channels: 1, duration: 3.455 }],
  ['dictation.aac', { container: 'aac', codec: 'aac', sampleRate: 16_000, channels: 1, duration: 3.52 }],
  ['dictation.amr', { container: 'amr', codec: 'amr_nb', sampleRate: 8_000, channels: 1, duration: 3.46 }],
  ['dictation-wb.amr', { container: 'amr', codec: 'amr_wb', sampleRate: 16_000, channels: 1, duration: 3.46 }],
  ['dictation.aiff', { container: 'aiff', codec: 'pcm_s16be', sampleRate: 8_000, channels: 1, duration: 1 }],
  ['dictation.caf', { container: 'caf', codec: 'alac', sampleRate: 8_000, channels: 1, duration: 1.024 }]
]

t.test('every recording is described as ffprobe does', async t => {
  t.strictSame(TABLE.map(([name]) => name).sort(), [...RECORDINGS.keys()].sort(), 'no fixture is left out')
  for (const [name, expected] of TABLE) {
    const audio = await audioOf(objectOf(recording(name)))
    t.match(audio, { ...expected, duration: Number }, name)
    t.ok(Math.abs(audio.duration! - expected.duration!) < 0.001, `${name} lasts ${audio.duration} s`)
  }
})

const DISGUISES: ReadonlyArray<readonly [what: string, bytes: Buffer, reason: string]> = [
  [
    'a PNG',
    Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
    'the content is a PNG image, not audio'
  ],
  ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'), 'the content is a PDF document, not audio'],
  [
    'a ZIP',
    Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
    'the content is a ZIP archive, not audio'
  ],
  [
    'an ELF executable',
    Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(120)]),
    'the content is an ELF executable, not audio'
  ],
  [
    'a Windows executable',
    Buffer.concat([Buffer.from('MZ\x90\x00', 'latin1'), Buffer.alloc(200)]),
    'the content is a Windows executable, not audio'
  ],
  [
    'an HTML page',
    Buffer.from('\ufeff\n<!DOCTYPE html><html><body>Sign in</body></html>'),
    'the content is an HTML page, not audio'
  ],
  ['text', Buffer.from('Der Zeuge gab an, er habe nichts gehört.\n'), 'the content is text, not audio'],
  [
    'a WAV header around nothing',
    Buffer.from('RIFF\x04\x00\x00\x00WAVE', 'latin1'),
    'the content is a WAV header without a format, not audio'
  ],
  [
    'the magic number of AMR before a page',
    Buffer.from('#!AMR\n<html><body>Sign in, then try again</body></html>'),
    'the bytes begin like AMR, but no frame of sound follows'
  ],
  [
    'an ID3 tag before a PDF',
    Buffer.concat([id3WithPicture(100), Buffer.from('%PDF-1.7\n')]),
    'the content is a PDF document, not audio'
  ],
  ['an ID3 tag and nothing else', id3WithPicture(100), 'the content is an ID3 tag with no audio after it'],
  [
    'a HEIC image',
    box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')),
    'the content is a HEIC image, not audio'
  ],
  ['a single frame header', Buffer.from('fffb9064', 'hex'), 'the content is not a recognized audio format'],
  ['zeros', Buffer.alloc(100_000), 'the content is not a recognized audio format'],
  ['ones', Buffer.alloc(100_000, 0xff), 'the content is not a recognized audio format'],
  ['1 byte', Buffer.from([0xff]), 'the content is not a recognized audio format'],
  ['0 bytes', Buffer.alloc(0), 'the object is empty']
]

t.test('what is no audio is rejected by name', async t => {
  for (const [what, bytes, reason] of DISGUISES) t.equal(await reasonOf(objectOf(bytes)), reason, what)
})

t.test('random bytes are never audio', async t => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async bytes => {
      return 'rejected' in (await inspect(objectOf(bytes)))
    }),
    { numRuns: 300 }
  )
  const random = randomFrom(1)
  t.equal(
    await reasonOf(objectOf(Buffer.from(Array.from({ length: MEGABYTE }, () => random() * 256)))),
    'the content is not a recognized audio format'
  )
})

t.test('a video without sound is rejected', async t => {
  const movie = box('moov', box('trak', box('mdia', box('hdlr', Buffer.alloc(8), Buffer.from('vide')))))
  t.equal(
    await reasonOf(objectOf(Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), movie]))),
    'the content is an MP4 file without an audio track'
  )
})

t.test('MP3 frames are found behind 10 MB of picture, without reading the picture', async t => {
  const tag = id3WithPicture(10 * MEGABYTE)
  const object = objectOf(Buffer.concat([tag, recording('dictation.mp3')]))
  t.match(await audioOf(object), { container: 'mp3', codec: 'mp3', duration: 3.528 })
  t.ok(object.bytes < MEGABYTE, `${object.bytes} bytes read`)
})

t.test('a truncated recording never claims its whole length', async t => {
  for (const [name] of TABLE) {
    const whole = recording(name)
    const { duration } = await audioOf(objectOf(whole))
    const result = await inspect(objectOf(whole.subarray(0, whole.length / 2)))
    if ('rejected' in result) t.match(result.rejected, /moov/, name)
    else t.ok((result.duration ?? 0) < duration! * 0.6, `${name} lasts ${result.duration} s of ${duration}`)
  }
})

t.test('an MP4 without the index that comes last is rejected as incomplete', async t => {
  const fragment = recording('dictation.m4a')
  const media = Buffer.concat([fragment.subarray(0, 28), box('mdat', fragment.subarray(4000))])
  t.match(await reasonOf(objectOf(media)), /without its index \(moov\)/)
})

t.test('a WAV whose header claims 4 GB lasts as long as its bytes do', async t => {
  for (const claim of [0, 0xfffffff0, 0xffffffff]) {
    const bytes = recording('dictation.wav')
    const data = bytes.indexOf('data', 0, 'latin1')
    bytes.writeUInt32LE(claim, 4)
    bytes.writeUInt32LE(claim, data + 4)
    t.equal((await audioOf(objectOf(bytes))).duration, (bytes.length - data - 8) / 32_000)
  }
})

t.test('an RF64 file of 6 GB says its length by the size in ds64', async t => {
  const wav = recording('dictation.wav')
  const ds64 = Buffer.alloc(36)
  ds64.write('ds64', 'latin1')
  ds64.writeUInt32LE(28, 4)
  ds64.writeBigUInt64LE(BigInt(6 * GIGABYTE), 16)
  const data = Buffer.from('data\xff\xff\xff\xff', 'latin1')
  const header = Buffer.concat([Buffer.from('RF64\xff\xff\xff\xffWAVE', 'latin1'), ds64, wav.subarray(12, 36), data])
  t.equal((await audioOf(sparseObject(header.length + 6 * GIGABYTE, [[0, header]]))).duration, (6 * GIGABYTE) / 32_000)
})

t.test('a duration is absent where nothing but the whole object could tell it', async t => {
  const frames = recording('dictation.mp3').subarray(700)
  const vbr = Buffer.concat([frames, Buffer.alloc(2 * MEGABYTE), frames])
  t.equal((await audioOf(objectOf(vbr))).duration, undefined, 'frames with something else between them')
})

t.test('an object of 2 GB takes at most 20 requests and 2 MB', async t => {
  for (const [name] of TABLE) {
    const bytes = recording(name)
    const object = sparseObject(2 * GIGABYTE, [
      [0, bytes],
      [2 * GIGABYTE - bytes.length, bytes]
    ])
    t.match(await audioOf(object), { codec: String }, name)
    t.ok(
      object.requests <= 20 && object.bytes <= 2 * MEGABYTE,
      `${name}: ${object.requests} requests, ${object.bytes} bytes`
    )
  }
})

t.test('an index behind 2 GB of sound is found', async t => {
  const bytes = recording('dictation.m4a')
  const start = bytes.indexOf('moov', 0, 'latin1') - 4
  const index = bytes.subarray(start, start + bytes.readUInt32BE(start))
  const prefix = Buffer.concat([
    box('ftyp', Buffer.from('M4A \0\0\0\0')),
    u32(1),
    Buffer.from('mdat'),
    u32(0),
    u32(0x80000000)
  ])
  const object = sparseObject(prefix.length - 16 + 0x80000000 + index.length, [
    [0, prefix],
    [prefix.length - 16 + 0x80000000, index]
  ])
  t.match(await audioOf(object), { container: 'mp4', codec: 'aac', duration: 3.448 })
  t.ok(object.requests <= 3, `${object.requests} requests`)
})

t.test('files built to keep a parser busy end within the limits', async t => {
  const header = box('ftyp', Buffer.from('isom\0\0\0\0'))
  const nested = Array.from({ length: 20_000 }, (_, depth) =>
    Buffer.concat([u32(8 * (20_000 - depth)), Buffer.from('moov')])
  )
  const tiny = Array.from({ length: 200_000 }, () => box('free'))
  const ebml = Buffer.from(
    '1a45dfa3' + '80' + '18538067' + '01ffffffffffffff' + '1654ae6b01ffffffffffffff'.repeat(5000),
    'hex'
  )
  const tags = Array.from({ length: 100_000 }, () => Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x00', 'latin1'))
  const chunks = Array.from({ length: 100_000 }, () => Buffer.from('junk\0\0\0\0'))
  for (const pieces of [
    [header, ...nested],
    [header, ...tiny],
    [ebml],
    tags,
    [Buffer.from('RIFF\xff\xff\xff\xffWAVE', 'latin1'), ...chunks]
  ]) {
    t.notMatch(await reasonOf(objectOf(Buffer.concat(pieces))), /^accepted/)
  }
})

t.test('with the limits used up the answer is what is known by then', async t => {
  const object = objectOf(recording('dictation.flac'))
  t.strictSame(await inspectObject(object, { ...LIMITS, maxRequests: 1 }), {
    container: 'flac',
    codec: 'flac',
    sampleRate: 16_000,
    channels: 1
  })
  t.match(await inspectObject(object, { ...LIMITS, maxBytes: 100 }), { codec: 'flac' })
  t.match(await inspectObject(object, { ...LIMITS, maxRequests: 0 }), { rejected: String })
})

t.test('a failure of the store is passed on unchanged, at whichever read it comes', async t => {
  const failure = new Error('the store is gone')
  for (const [name] of TABLE) {
    const bytes = recording(name)
    const calm = sparseObject(2 * GIGABYTE, [[0, bytes]])
    await inspectAudio(calm, LIMITS)
    for (let failing = 1; failing <= calm.requests; failing += 1) {
      const object = sparseObject(2 * GIGABYTE, [[0, bytes]])
      const read: ReadRange = async (start, end, signal) => {
        const range = await object.read(start, end, signal)
        if (object.requests === failing) throw failure
        return range
      }
      await t.rejects(inspectAudio({ size: object.size, read }, LIMITS), failure, `${name}, read ${failing}`)
    }
  }
})

t.test('a range that is cut short is a failure of the store, not the end of the object', async t => {
  const bytes = recording('dictation.wav')
  const read: ReadRange = async (start, end) => bytes.subarray(start, end - 10)
  await t.rejects(inspectAudio({ size: bytes.length, read }, LIMITS), /resolved to \d+ bytes of the \d+ asked for/)
})

t.test('a read that hangs ends with a timeout, and is told to stop', async t => {
  let told: AbortSignal | undefined
  const read: ReadRange = async (_start, _end, signal) => {
    told = signal
    return await new Promise(() => {})
  }
  await t.rejects(inspectAudio({ size: 1000, read }, { ...LIMITS, timeout: 0.01 }), { name: 'TimeoutError' })
  t.equal(told?.aborted, true)
})

t.test('a broken recording is inspected within the limits, whatever is broken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async seed => {
      const object = objectOf(brokenRecording(randomFrom(seed)))
      const result = await inspect(object)
      return 'rejected' in result ? result.rejected.length > 0 : isAudio(result)
    }),
    { numRuns: 500 }
  )
})
