import { randomFrom } from '../mutations.js'

/** A recording as uploads are found to be: cut, padded, tagged, wrapped. */
interface Damage {
  readonly name: string
  /** The recording it is made of. */
  readonly of: string
  readonly damage: (bytes: Buffer) => Buffer
  /** Whether the sound is all there still. */
  readonly isWhole: boolean
}

const SOURCES = [
  'pcm_s16le-44100-2.wav',
  'lame-no-xing-44100-2.mp3',
  'lame-cbr-44100-2.mp3',
  'lame-v4.mp3',
  'lame-no-xing-16000-1.mp3',
  'adts-44100-2.aac',
  'adts-16000-1.aac',
  'ffmpeg-44100-2.flac',
  'opusenc-32k-48000.opus',
  'oggenc-q3-44100.ogg',
  'libopus-live-48000-1.webm',
  'nb-7.amr',
  'wb-2.awb'
]

const id3v1 = Buffer.concat([Buffer.from('TAGtitle'), Buffer.alloc(120)])
const apev2 = apeTag()
const boundary = Buffer.from('\r\n------WebKitFormBoundaryabcdefghijklmnop--\r\n')
const formHead = Buffer.from(
  '------WebKitFormBoundaryabcdefghijklmnop\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: audio/mpeg\r\n\r\n'
)

function apeTag (): Buffer {
  const item = Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('Title\0test')])
  const block = (flags: number) => {
    const bytes = Buffer.alloc(32)
    bytes.write('APETAGEX')
    bytes.writeUInt32LE(2000, 8)
    bytes.writeUInt32LE(item.length + 32, 12)
    bytes.writeUInt32LE(1, 16)
    bytes.writeUInt32LE(flags, 20)
    return bytes
  }
  return Buffer.concat([block(0xa0000000), item, block(0x80000000)])
}

function noise (length: number, seed: number): Buffer {
  const random = randomFrom(seed)
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

function of (sources: readonly string[], label: string, damage: (bytes: Buffer) => Buffer): Damage[] {
  return sources.map(source => ({
    name: source.replace(/(?=\.\w+$)/, `-${label}`),
    of: source,
    damage,
    isWhole: label.endsWith('-tail')
  }))
}

const frames = SOURCES.filter(name => /\.(?:mp3|aac)$/.test(name))
// Where frames are short, ffmpeg loses little sound at a hole, and its word is as good as the recipe's.
const shortFrames = frames.filter(name => name.includes('44100'))

/** Every damaged recording of the survey. */
export const DAMAGES: readonly Damage[] = [
  ...of(SOURCES, 'cut-half', bytes => bytes.subarray(0, bytes.length >> 1)),
  ...of(SOURCES, 'cut-90', bytes => bytes.subarray(0, Math.floor(bytes.length * 0.9) | 1)),
  ...of(SOURCES, 'zero-tail', bytes => Buffer.concat([bytes, Buffer.alloc(5000)])),
  ...of([...frames, 'aac-plain-44100-2.m4a', 'pcm_s16le-44100-2.wav'], 'boundary-tail', bytes =>
    Buffer.concat([bytes, boundary])
  ),
  ...of(frames, 'id3v1-tail', bytes => Buffer.concat([bytes, id3v1])),
  ...of(frames, 'ape-tail', bytes => Buffer.concat([bytes, apev2])),
  ...of(frames, 'ape-id3v1-tail', bytes => Buffer.concat([bytes, apev2, id3v1])),
  ...of(shortFrames, 'head-cut', bytes => bytes.subarray(1234)),
  ...of(frames, 'zero-head', bytes => Buffer.concat([Buffer.alloc(2000), bytes])),
  ...of(
    shortFrames.filter(name => name.includes('no-xing') || name.endsWith('aac')),
    'hole',
    bytes => Buffer.concat([bytes.subarray(0, 9000), Buffer.alloc(4096), bytes.subarray(13_096)])
  ),
  ...of(
    frames.filter(name => name.includes('no-xing') || name.endsWith('aac')),
    'twice',
    bytes => Buffer.concat([bytes, bytes])
  ),
  ...of(
    frames.filter(name => name.endsWith('.mp3')),
    'form-body',
    bytes => Buffer.concat([formHead, bytes, boundary])
  ),
  ...of(frames, 'noise-tail', bytes => Buffer.concat([bytes, noise(900, 7)])),
  ...of(['opusenc-32k-48000.opus', 'oggenc-q3-44100.ogg', 'flac-44100.oga'], 'chained', bytes =>
    Buffer.concat([bytes, bytes])
  ),
  ...of(['aac-plain-44100-2.m4a', 'aac-faststart-44100-2.m4a', 'aac-fragmented-44100-2.m4a'], 'zero-tail', bytes =>
    Buffer.concat([bytes, Buffer.alloc(3000)])
  ),
  ...of(['aac-default-base-44100-2.m4a', 'aac-cmaf-44100-2.m4a'], 'free-head', bytes =>
    Buffer.concat([Buffer.from('\0\0\0\x10free12345678', 'latin1'), bytes])
  )
]
