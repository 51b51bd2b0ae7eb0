// What each parser does beyond the recordings of the table: joined, cut, damaged, empty.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { AudioInfo } from '../../plugins/upload-url/audio/index.js'
import { inspectObject, objectOf, sparseObject } from './counted-object.js'
import { box, u32, webm } from './handmade.js'
import { randomFrom, RECORDINGS } from './mutations.js'

function recording (name: string): Buffer {
  return Buffer.from(RECORDINGS.get(name)!)
}

function caseOf (name: string): Buffer {
  return readFileSync(new URL(`../fixtures/audio/cases/${name}`, import.meta.url))
}

async function audioOf (bytes: Uint8Array): Promise<AudioInfo> {
  const result = await inspectObject(objectOf(bytes))
  if ('rejected' in result) throw new Error(result.rejected)
  return result
}

function isNear (duration: number | undefined, expected: number): boolean {
  return duration !== undefined && Math.abs(duration - expected) <= Math.max(0.05, expected / 100)
}

/** A page of Ogg without a checksum, whose packets end on it. */
function oggPage (serial: number, granule: bigint, payload: Buffer, isFirst = false): Buffer {
  const header = Buffer.alloc(27)
  header.write('OggS')
  header[5] = isFirst ? 2 : 0
  header.writeBigInt64LE(granule, 6)
  header.writeUInt32LE(serial, 14)
  const segments = Array.from({ length: Math.floor(payload.length / 255) }, () => 255)
  const whole = granule === -1n ? segments : [...segments, payload.length % 255]
  header[26] = whole.length
  return Buffer.concat([header, Buffer.from(whole), payload])
}

/** The fixture of Opus in Ogg, with pages put in behind its first one. */
function oggWith (...pages: readonly Buffer[]): Buffer {
  const ogg = recording('dictation.ogg')
  const second = ogg.indexOf('OggS', 1)
  return Buffer.concat([ogg.subarray(0, second), ...pages, ogg.subarray(second)])
}

/** Opus in Ogg, a page of one packet a second, made of the fixture's first pages. */
function opusOf (seconds: number, volume: (second: number) => number = () => 1): Buffer {
  const ogg = recording('dictation.ogg')
  const serial = ogg.readUInt32LE(14)
  const preSkip = BigInt(ogg.readUInt16LE(ogg.indexOf('OpusHead') + 10))
  const sound = ogg.indexOf('OggS', ogg.indexOf('OpusTags'))
  const pages = Array.from({ length: seconds }, (_, second) => {
    const packet = Buffer.alloc(Math.round(2000 * volume(second)), 0x18)
    return oggPage(serial, BigInt(second + 1) * 48_000n + preSkip, packet)
  })
  return Buffer.concat([ogg.subarray(0, sound), ...pages])
}

t.test('joined recordings last as long as their sum', async t => {
  const cases: ReadonlyArray<readonly [name: string, bytes: Buffer, duration: number]> = [
    ['WebM of known sizes', recording('dictation.webm'), 3.455],
    ['WebM of a browser', caseOf('live.webm'), 5.75],
    ['Ogg under one serial number', recording('dictation.ogg'), 3.447],
    ['large Ogg under one serial number', opusOf(150), 150]
  ]
  for (const [name, bytes, duration] of cases) {
    const { duration: found } = await audioOf(Buffer.concat([bytes, bytes]))
    t.ok(isNear(found, 2 * duration), `${name}: ${found} s of ${2 * duration}`)
  }
})

const SHARES = [0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95]

t.test('joined recordings too large to be searched never last as long as one of them', async t => {
  for (const share of SHARES) {
    const live = [share, 1 - share].map(part => webm({ seconds: 900 * part, isLive: true }))
    const ogg = [share, 1 - share].map(part => opusOf(Math.round(900 * part)))
    for (const [name, parts] of [
      ['WebM', live],
      ['Ogg', ogg]
    ] as const) {
      const { duration = 900 } = await audioOf(Buffer.concat(parts))
      t.ok(isNear(duration, 900), `${name}: ${share} of it before the rest: ${duration} s`)
    }
  }
})

t.test('joined recordings are told from one also where their ends take the most bytes', async t => {
  for (const share of [0.3, 0.5, 0.7]) {
    const parts = [share, 1 - share].map(part => {
      const seconds = Math.round(900 * part)
      return { seconds, volume: (second: number) => (second < 20 || second >= seconds - 20 ? 5 : 1) }
    })
    const live = parts.map(part => webm({ ...part, isLive: true }))
    const ogg = parts.map(({ seconds, volume }) => opusOf(seconds, volume))
    t.equal((await audioOf(Buffer.concat(live))).duration, undefined, `WebM: ${share} of it before the rest`)
    t.equal((await audioOf(Buffer.concat(ogg))).duration, undefined, `Ogg: ${share} of it before the rest`)
  }
})

t.test('a recording that is quiet at its start and its end is one', async t => {
  const volume = (second: number) => (second < 60 || second > 840 ? 0.3 : 1)
  t.ok(isNear((await audioOf(webm({ seconds: 900, isLive: true, volume }))).duration, 900))
  t.ok(isNear((await audioOf(opusOf(900, volume))).duration, 900))
})

t.test('one recording is not taken for several, however uneven it is', async t => {
  const random = randomFrom(1)
  for (let count = 0; count < 20; count += 1) {
    const seconds = 600
    const volume = (at: number) => 1 + Math.sin((at / seconds) * Math.PI * (count + 1)) ** 2 * 0.4 * random()
    t.ok(isNear((await audioOf(opusOf(seconds, volume))).duration, seconds))
    t.ok(isNear((await audioOf(webm({ seconds, isLive: true, volume }))).duration, seconds))
  }
})

t.test('a WebM that is cut lasts until its last whole block', async t => {
  for (const bytes of [recording('dictation.webm'), caseOf('live.webm')]) {
    const whole = (await audioOf(bytes)).duration!
    const half = (await audioOf(bytes.subarray(0, bytes.length / 2))).duration!
    t.ok(half > whole * 0.3 && half < whole * 0.7, `${half} s of ${whole}`)
  }
})

t.test('a WebM whose duration ends where its last block starts lasts until the end of that block', async t => {
  for (const muxer of ['Chrome', 'libwebm-0.2.1.0']) {
    const object = objectOf(webm({ seconds: 60, muxer, duration: 59_940 }))
    const result = await inspectObject(object)
    t.ok('duration' in result && Math.abs(result.duration! - 60) < 0.001, `${muxer}: ${JSON.stringify(result)}`)
    t.equal(object.requests, 1)
  }
  t.equal((await audioOf(webm({ seconds: 60, muxer: 'Lavf59.27.100', duration: 60_000 }))).duration, 60, 'a whole one')
})

t.test('the duration in the header of a WebM of unknown size is not believed before another recording', async t => {
  const first = webm({ seconds: 6, duration: 6000, isLive: true })
  t.ok(isNear((await audioOf(Buffer.concat([first, webm({ seconds: 30 })]))).duration, 36))
})

t.test('a WebM from a browser is measured by its ends, however long it is', async t => {
  const live = caseOf('live.webm')
  const cluster = live.indexOf('1f43b675', 0, 'hex')
  const head = live.subarray(0, cluster)
  const last = live.lastIndexOf('1f43b675', live.length, 'hex')
  const tail = Buffer.from(live.subarray(last))
  const timestamp = tail.indexOf(0xe7)
  const blocks = tail.subarray(timestamp + 2 + (tail[timestamp + 1]! & 0x7f))
  const hour = Buffer.concat([tail.subarray(0, timestamp), Buffer.from('e7840036ee80', 'hex'), blocks])
  const middle = Buffer.concat([live.subarray(cluster, last)])
  const rate = middle.length / 5
  const size = Math.round(rate * 3600)
  const object = sparseObject(size, [
    [0, Buffer.concat([head, middle])],
    [size - hour.length, hour]
  ])
  const result = await inspectObject(object)
  t.match(result, { container: 'webm', codec: 'opus', duration: Number })
  t.ok('duration' in result && Math.abs(result.duration! - 3600) < 2)
  t.ok(object.requests <= 6 && object.bytes <= 320 * 1024, `${object.requests} reads, ${object.bytes} bytes`)
})

t.test('an Ogg with a cover of a megabyte in its comments is measured without reading the cover', async t => {
  const serial = recording('dictation.ogg').readUInt32LE(14)
  const cover = Array.from({ length: 16 }, () => oggPage(serial, -1n, Buffer.alloc(255 * 255, 1)))
  const object = objectOf(oggWith(...cover))
  t.match(await inspectObject(object), { container: 'ogg', codec: 'opus', duration: Number })
  t.ok(object.requests <= 16, `${object.requests} reads`)
})

t.test('zeros behind an Ogg, an MP4 or a WebM do not change how long it is', async t => {
  for (const name of ['dictation.ogg', 'dictation.m4a', 'dictation.webm', 'dictation-fragmented.mp4']) {
    const bytes = recording(name)
    const { duration } = await audioOf(bytes)
    t.ok(isNear((await audioOf(Buffer.concat([bytes, Buffer.alloc(5000)]))).duration, duration!), name)
  }
})

t.test('an Ogg that was cut out of a longer stream lasts as long as what is there', async t => {
  const ogg = recording('dictation.ogg')
  const { duration } = await audioOf(ogg)
  for (let at = ogg.indexOf('OggS'); at !== -1; at = ogg.indexOf('OggS', at + 1)) {
    const granule = ogg.readBigInt64LE(at + 6)
    if (granule > 0n) ogg.writeBigInt64LE(granule + 48_000n * 3600n, at + 6)
  }
  t.ok(isNear((await audioOf(ogg)).duration, duration!))
})

t.test('a FLAC that does not say how long it is lasts until its last frame', async t => {
  const flac = recording('dictation.flac')
  flac.fill(0, 22, 26)
  flac[21]! &= 0xf0
  t.ok(isNear((await audioOf(flac)).duration, 3.447))
})

t.test('an hour of fragmented MP4 is measured by its first and its last fragment', async t => {
  const bytes = recording('dictation-fragmented.mp4')
  const first = bytes.indexOf('moof') - 4
  const last = Buffer.from(bytes.subarray(bytes.lastIndexOf('moof') - 4))
  const decodeTime = last.indexOf('tfdt') + 8
  const start = 16_000 * 3600
  if (last[decodeTime - 4] === 1) last.writeBigUInt64BE(BigInt(start), decodeTime)
  else last.writeUInt32BE(start, decodeTime)
  const gap = 4 * 1024 * 1024
  const filling = Buffer.concat([u32(gap), Buffer.from('free')])
  const object = sparseObject(bytes.length + gap + last.length, [
    [0, bytes],
    [bytes.length, filling],
    [bytes.length + gap, last]
  ])
  const result = await inspectObject(object)
  t.ok(first > 0 && 'duration' in result && Math.abs(result.duration! - 3600) < 1, JSON.stringify(result))
  t.ok(object.requests <= 4, `${object.requests} reads`)
})

t.test('the last fragment is found by the index at the end, however far it is from there', async t => {
  const bytes = recording('dictation-fragmented.mp4')
  const random = bytes.indexOf('mfra') - 4
  const filling = Buffer.concat([u32(3 * 1024 * 1024), Buffer.from('free')])
  const object = sparseObject(bytes.length + 3 * 1024 * 1024, [
    [0, bytes.subarray(0, random)],
    [random, filling],
    [random + 3 * 1024 * 1024, bytes.subarray(random)]
  ])
  const result = await inspectObject(object)
  t.ok(random > 0 && 'duration' in result && isNear(result.duration, 3.511), JSON.stringify(result))
  t.ok(object.requests <= 4 && object.bytes < 256 * 1024, `${object.requests} reads, ${object.bytes} bytes`)
})

t.test('an MP4 whose index comes first lasts as long as the samples that are there', async t => {
  const m4a = recording('dictation.m4a')
  t.ok(m4a.indexOf('moov') < m4a.indexOf('mdat'))
  const { duration } = await audioOf(m4a.subarray(0, m4a.length / 2))
  t.ok(duration !== undefined && duration > 1 && duration < 2, `${duration} s`)
})

t.test('headers without any sound after them are no audio', async t => {
  const fragmented = recording('dictation-fragmented.mp4')
  const webm = recording('dictation.webm')
  const live = caseOf('live.webm')
  const headers: ReadonlyArray<readonly [name: string, bytes: Buffer]> = [
    ['MP4 before its first fragment', fragmented.subarray(0, fragmented.indexOf('moof') - 4)],
    [
      'MP4 without media',
      Buffer.concat([
        recording('dictation.m4a').subarray(0, recording('dictation.m4a').indexOf('mdat') - 4),
        box('free')
      ])
    ],
    ['WebM before its first cluster', webm.subarray(0, webm.indexOf('1f43b675', 0, 'hex'))],
    ['WebM with the header of a cluster', live.subarray(0, live.indexOf('1f43b675', 0, 'hex') + 12)],
    ['Ogg before its first page of sound', recording('dictation.ogg').subarray(0, 47)],
    ['FLAC before its first frame', recording('dictation.flac').subarray(0, 42)],
    ['CAF before its data', recording('dictation.caf').subarray(0, recording('dictation.caf').indexOf('data'))]
  ]
  for (const [name, bytes] of headers) { t.match(await inspectObject(objectOf(bytes)), { rejected: /without any sound/ }, name) }
})

t.test('boxes before ftyp, or instead of it, do not hide an MP4', async t => {
  const m4a = recording('dictation.m4a')
  for (const type of ['free', 'skip', 'styp', 'wide', 'uuid']) {
    t.match(
      await audioOf(Buffer.concat([box(type, Buffer.from('isom\0\0\0\0')), m4a])),
      { container: 'mp4', duration: 3.448 },
      type
    )
  }
})

t.test('text that reads like a box is text', async t => {
  t.match(await inspectObject(objectOf(Buffer.from('The free market\n'.repeat(20)))), {
    rejected: 'the content is text, not audio'
  })
  t.match(await inspectObject(objectOf(Buffer.from('The wide world\n'.repeat(20)))), {
    rejected: 'the content is text, not audio'
  })
})

t.test('the inspector imports nothing from outside its folder', async t => {
  const folder = new URL('../../plugins/upload-url/audio/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  t.ok(files.length > 20)
  for (const name of files) {
    const depth = name.split('/').length - 1
    const imports = [...readFileSync(new URL(name, folder), 'utf8').matchAll(/(?:from|import) \(?'([^']+)'/g)].map(
      match => match[1]!
    )
    const outside = imports.filter(
      path => !path.startsWith('./') && !path.startsWith('node:') && !(depth > 0 && /^\.\.\/[\w-]+\.js$/.test(path))
    )
    t.strictSame(outside, name === 'audio-schema.ts' ? ['@sinclair/typebox'] : [], name)
  }
})
