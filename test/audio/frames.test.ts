// Recordings that are nothing but frames: MP3, AAC in ADTS, AMR; and what merely looks like them.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { AudioInfo } from '../../plugins/upload-url/audio/index.js'
import { inspectObject, LIMITS, objectOf } from './counted-object.js'
import { randomFrom } from './mutations.js'

const folder = new URL('../fixtures/audio/', import.meta.url)
const MP3 = readFileSync(new URL('dictation.mp3', folder))
const AAC = readFileSync(new URL('dictation.aac', folder))
const AMR = readFileSync(new URL('dictation.amr', folder))
const MP3_SECONDS = 3.528
const AAC_SECONDS = 3.52
const ID3V1 = Buffer.from(`TAG${'x'.repeat(125)}`)
const HTML = Buffer.from(`<!DOCTYPE html><html><body>${'sign in '.repeat(500)}</body></html>`)
const ZIP = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), noise(4000, 1)])

function noise (length: number, seed: number): Buffer {
  const random = randomFrom(seed)
  return Buffer.from(Array.from({ length }, () => random() * 256))
}

/** Frames of MPEG 1 layer III, 128 kb/s at 44 100 Hz, with noise in them. */
function frames (count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => Buffer.concat([Buffer.from('fffb9004', 'hex'), noise(413, index)]))
  )
}

function ape (size: number): Buffer {
  const edge = (flags: number): Buffer => {
    const bytes = Buffer.alloc(32)
    bytes.write('APETAGEX', 'latin1')
    bytes.writeUInt32LE(2000, 8)
    bytes.writeUInt32LE(size + 32, 12)
    bytes.writeUInt32LE(flags, 20)
    return bytes
  }
  return Buffer.concat([edge(0xa0000000), Buffer.alloc(size, 'cover'), edge(0x80000000)])
}

async function audioOf (bytes: Buffer): Promise<AudioInfo> {
  const object = objectOf(bytes)
  const result = await inspectObject(object)
  if ('rejected' in result) throw new Error(result.rejected)
  if (object.requests > LIMITS.maxRequests || object.bytes > LIMITS.maxBytes) throw new Error('over the limits')
  return result
}

const BEHIND: ReadonlyArray<readonly [what: string, bytes: Buffer]> = [
  ['an ID3v1 tag', ID3V1],
  ['an APE tag', ape(3000)],
  ['an APE tag with a cover and an ID3v1 tag', Buffer.concat([ape(200_000), ID3V1])],
  ['a Lyrics3 tag and an ID3v1 tag', Buffer.concat([Buffer.from('LYRICSBEGININD0000211000019LYRICS200'), ID3V1])],
  ['zeros', Buffer.alloc(5000)],
  ['the end of a form', Buffer.from('\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW--\r\n')]
]

t.test('what is behind the last frame does not count', async t => {
  for (const [what, bytes] of BEHIND) {
    t.ok(Math.abs((await audioOf(Buffer.concat([MP3, bytes]))).duration! - MP3_SECONDS) < 0.05, `MP3 before ${what}`)
    t.ok(Math.abs((await audioOf(Buffer.concat([AAC, bytes]))).duration! - AAC_SECONDS) < 0.05, `AAC before ${what}`)
  }
})

t.test('counting goes on behind a tag, zeros or other bytes in the middle', async t => {
  for (const gap of [ID3V1, Buffer.alloc(4000), noise(4000, 2)]) {
    t.ok(Math.abs((await audioOf(Buffer.concat([AAC, gap, AAC]))).duration! - 2 * AAC_SECONDS) < 0.1)
    t.ok(
      Math.abs((await audioOf(Buffer.concat([frames(40), gap, frames(40)]))).duration! - (80 * 1152) / 44_100) < 0.06
    )
  }
})

t.test('a Xing header is not believed about a recording that has a hole, or something else in its middle', async t => {
  t.ok(MP3.includes('Info') || MP3.includes('Xing'))
  const middle = MP3.length / 2
  const hole = Buffer.from(MP3).fill(0, middle, middle + 4000)
  const lost = (4000 / MP3.length) * MP3_SECONDS
  t.ok(Math.abs((await audioOf(hole)).duration! - MP3_SECONDS + lost) < 0.1)
  const others = AAC.subarray(0, 3000)
  const more = Buffer.concat([MP3.subarray(0, middle), others, MP3.subarray(middle), MP3.subarray(700, 3700)])
  t.ok((await audioOf(more)).duration! > MP3_SECONDS + 0.3)
})

t.test('a Xing header of a large recording is believed only where the size is what it says', async t => {
  const first = Buffer.concat([Buffer.from('fffb9004', 'hex'), Buffer.alloc(413)])
  first.write('Info', 36)
  first[43] = 3
  first.writeUInt32BE(1000, 44)
  first.writeUInt32BE(1001 * 417, 48)
  const whole = Buffer.concat([first, frames(1000)])
  const object = objectOf(whole)
  t.match(await inspectObject(object), { duration: (1000 * 1152) / 44_100 })
  t.ok(object.bytes <= 64 * 1024, `${object.bytes} bytes read`)
  t.ok(Math.abs((await audioOf(Buffer.concat([whole, frames(25)]))).duration! - (1025 * 1152) / 44_100) < 0.1)
})

t.test('a recording may begin in the middle of a frame, or behind the head of a form', async t => {
  t.match(await audioOf(AAC.subarray(100)), { container: 'aac', codec: 'aac' })
  t.match(await audioOf(MP3.subarray(1000)), { container: 'mp3', codec: 'mp3' })
  t.match(await audioOf(Buffer.concat([noise(300, 4), frames(3)])), { container: 'mp3', duration: (3 * 1152) / 44_100 })
  const form = Buffer.from('------WebKitFormBoundary\r\nContent-Disposition: form-data; name="file"\r\n\r\n')
  t.match(await audioOf(Buffer.concat([form, frames(20)])), { container: 'mp3', duration: (20 * 1152) / 44_100 })
})

t.test('two frames are a recording when there is nothing else but a tag', async t => {
  t.match(await audioOf(frames(2)), { container: 'mp3', duration: (2 * 1152) / 44_100 })
  t.match(await audioOf(Buffer.concat([frames(2), ID3V1])), { container: 'mp3', duration: (2 * 1152) / 44_100 })
  const tiny = Buffer.concat(
    Array.from({ length: 3 }, () => Buffer.concat([Buffer.from('fff31404', 'hex'), Buffer.alloc(20)]))
  )
  t.match(await audioOf(tiny), { container: 'mp3', sampleRate: 24_000, duration: (3 * 576) / 24_000 }, '72 bytes')
})

t.test('a bit rate that is the same everywhere gives the duration of a recording too large to be counted', async t => {
  const minute = frames(1000)
  const bytes = Buffer.concat(Array.from({ length: 20 }, () => minute))
  const object = objectOf(bytes)
  const result = await inspectObject(object)
  t.match(result, { container: 'mp3', bitRate: 128_000 })
  t.ok('duration' in result && Math.abs(result.duration! / ((20_000 * 1152) / 44_100) - 1) < 0.01)
  t.ok(object.requests <= 8 && object.bytes < 200_000, `${object.requests} reads, ${object.bytes} bytes`)
})

t.test('a few frames in front of something else are no recording', async t => {
  for (const [what, rest] of [
    ['a page', HTML],
    ['an archive', ZIP],
    ['noise', noise(20_000, 5)]
  ] as const) {
    for (const count of [1, 2, 3, 5, 8, 11]) {
      for (const before of [Buffer.alloc(0), noise(500, 6)]) {
        t.match(
          await inspectObject(objectOf(Buffer.concat([before, frames(count), rest]))),
          { rejected: String },
          `${count} frames before ${what}`
        )
      }
    }
  }
  t.strictSame(await inspectObject(objectOf(Buffer.concat([frames(20), ZIP]))), {
    rejected: 'the content is frames of sound followed by a ZIP archive, not audio'
  })
})

t.test('frames that contradict each other are no recording', async t => {
  const headers = ['fffb9004', 'fff39004', 'fffb9404', 'fffb90c4', 'fffd9004']
  const mixed = Buffer.concat(
    Array.from({ length: 60 }, (_, index) => {
      const frame = frames(1)
      frame.set(Buffer.from(headers[index % headers.length]!, 'hex'))
      return frame
    })
  )
  t.match(await inspectObject(objectOf(mixed)), { rejected: String })
})

t.test('noise of any width and byte order is no recording', async t => {
  const random = randomFrom(7)
  for (const width of [1, 2, 3, 4]) {
    for (const isBigEndian of [true, false]) {
      for (const amplitude of [1, 2, 4, 16, 200, 5000]) {
        const bytes = Buffer.alloc(30_000 * width)
        for (let at = 0; at < bytes.length; at += width) {
          const value = Math.round((random() * 2 - 1) * Math.min(amplitude, 127 * 256 ** (width - 1)))
          if (isBigEndian) bytes.writeIntBE(value, at, width)
          else bytes.writeIntLE(value, at, width)
        }
        t.match(await inspectObject(objectOf(bytes)), { rejected: String }, `${width} bytes, amplitude ${amplitude}`)
      }
    }
  }
})

t.test('bytes that are mostly sync words are no recording', async t => {
  const random = randomFrom(8)
  const alphabet = Buffer.from('fffbf1f9f3fa905080006456e0fefd', 'hex')
  for (let count = 0; count < 30; count += 1) {
    const bytes = Buffer.from(Array.from({ length: 30_000 }, () => alphabet[Math.floor(random() * alphabet.length)]!))
    t.match(await inspectObject(objectOf(bytes)), { rejected: String })
  }
})

t.test('AMR without sound in it is no recording', async t => {
  const magic = Buffer.from('#!AMR\n')
  for (const [what, rest] of [
    ['nothing', Buffer.alloc(0)],
    ['no-data frames', Buffer.alloc(500, 0x7c)],
    ['zeros', Buffer.alloc(500)],
    ['a page', HTML],
    ['an archive', ZIP]
  ] as const) {
    t.match(await inspectObject(objectOf(Buffer.concat([magic, rest]))), { rejected: String }, what)
  }
})

t.test('the equal frames of a long AMR recording give its duration, unequal ones do not', async t => {
  const frame = Buffer.concat([Buffer.from([0x3c]), noise(31, 9)])
  const long = Buffer.concat([Buffer.from('#!AMR\n'), ...Array.from({ length: 80_000 }, () => frame)])
  t.equal((await audioOf(long)).duration, 1600)
  const pause = Buffer.from('440000000000', 'hex')
  const gaps = Buffer.concat([
    AMR.subarray(0, 6),
    ...Array.from({ length: 80_000 }, (_, index) => (index === 1000 ? pause : frame))
  ])
  t.equal((await audioOf(gaps)).duration, undefined)
})
