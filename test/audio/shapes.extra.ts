/**
 * Every shape of recording that ffmpeg can make, inspected, and held against what ffprobe says:
 * `npx tsx test/audio/shapes.extra.ts`. Needs ffmpeg and ffprobe. Exits with 1 if anything differs.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectAudio } from '../../plugins/upload-url/audio/inspect-audio.js'
import { BOUNDS, objectOf } from './counted-object.js'

interface Shape {
  readonly name: string
  readonly container: string
  /** What ffmpeg is told between its input and the name of the file. */
  readonly make: string
  readonly input?: string
  /** ffprobe only guesses the duration of these from their bit rate: its packets are summed instead. */
  readonly guessed?: boolean
  /** The duration has to be found, or must not be. */
  readonly duration: 'known' | 'absent' | 'either'
  /** Set where only the sound itself says how many channels it has. */
  readonly noChannels?: true
}

const TOLERANCE = 0.05
const fixtures = new URL('../fixtures/audio/', import.meta.url).pathname
const speech = `-i ${fixtures}dictation.wav`
const surround = '-f lavfi -i aevalsrc=0.1*sin(440*t)|0.1*sin(550*t)|0.1*sin(660*t)|0|0.1*sin(770*t)|0.1*sin(880*t):c=5.1:s=48000:d=3'
const long = '-f lavfi -i anoisesrc=a=0.1:seed=1:r=44100:d=600'
const video = `${speech} -f lavfi -i testsrc=s=64x64:r=5:d=3`

const known = 'known'
const absent = 'absent'
const SHAPES: readonly Shape[] = [
  { name: 'plain.wav', container: 'wav', make: '-c:a pcm_s16le', duration: known },
  { name: '8-bit.wav', container: 'wav', make: '-c:a pcm_u8', duration: known },
  { name: '24-bit.wav', container: 'wav', make: '-c:a pcm_s24le', duration: known },
  { name: 'float.wav', container: 'wav', make: '-c:a pcm_f32le', duration: known },
  { name: 'a-law.wav', container: 'wav', make: '-c:a pcm_alaw', duration: known },
  { name: 'ima-adpcm.wav', container: 'wav', make: '-c:a adpcm_ima_wav', duration: known },
  { name: 'rf64.wav', container: 'wav', make: '-rf64 always -c:a pcm_s16le', duration: known },
  { name: '5.1.wav', container: 'wav', input: surround, make: '-c:a pcm_s16le', duration: known },
  { name: 'cbr.mp3', container: 'mp3', make: '-c:a libmp3lame -b:a 48k', guessed: true, duration: known },
  { name: 'cbr-no-xing.mp3', container: 'mp3', make: '-c:a libmp3lame -b:a 48k -write_xing 0', guessed: true, duration: known },
  { name: 'vbr-xing.mp3', container: 'mp3', make: '-c:a libmp3lame -q:a 4', guessed: true, duration: known },
  { name: 'vbr-no-xing.mp3', container: 'mp3', make: '-c:a libmp3lame -q:a 4 -write_xing 0', guessed: true, duration: known },
  { name: 'id3v1.mp3', container: 'mp3', make: '-c:a libmp3lame -b:a 48k -write_xing 0 -write_id3v1 1 -metadata title=x', guessed: true, duration: known },
  { name: 'long-cbr.mp3', container: 'mp3', input: long, make: '-c:a libmp3lame -b:a 64k -write_xing 0', guessed: true, duration: known },
  { name: 'long-vbr-xing.mp3', container: 'mp3', input: long, make: '-c:a libmp3lame -q:a 5', guessed: true, duration: known },
  { name: 'long-vbr-no-xing.mp3', container: 'mp3', input: `${long} -f lavfi -i anullsrc=r=44100:cl=mono:d=60`, make: '-filter_complex [1][0]concat=v=0:a=1 -c:a libmp3lame -q:a 5 -write_xing 0', guessed: true, duration: absent },
  { name: 'layer2.mp3', container: 'mp3', make: '-ar 48000 -c:a mp2 -f mp2', guessed: true, duration: known },
  { name: 'moov-last.m4a', container: 'mp4', make: '-c:a aac', duration: known },
  { name: 'moov-first.m4a', container: 'mp4', make: '-c:a aac -movflags +faststart', duration: known },
  { name: 'fragmented.mp4', container: 'mp4', make: '-c:a aac -movflags +frag_keyframe+empty_moov -frag_duration 500000', duration: known },
  { name: 'default-base.mp4', container: 'mp4', make: '-c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof+omit_tfhd_offset -frag_duration 500000', duration: known },
  { name: 'dash.mp4', container: 'mp4', make: '-c:a aac -movflags +dash+global_sidx+frag_keyframe -frag_duration 500000', duration: known },
  { name: 'long-fragmented.mp4', container: 'mp4', input: long, make: '-c:a aac -movflags +frag_keyframe+empty_moov -frag_duration 10000000', duration: 'either' },
  { name: 'long.m4a', container: 'mp4', input: long, make: '-c:a aac', duration: known },
  { name: 'alac.m4a', container: 'mp4', make: '-c:a alac', duration: known },
  { name: 'alac-96k.m4a', container: 'mp4', make: '-ar 96000 -c:a alac', duration: known },
  { name: 'opus.mp4', container: 'mp4', make: '-c:a libopus', duration: known },
  { name: 'flac.mp4', container: 'mp4', make: '-c:a flac -strict -2', duration: known },
  { name: 'mp3.mp4', container: 'mp4', make: '-c:a libmp3lame', duration: known, noChannels: true },
  { name: '5.1.m4a', container: 'mp4', input: surround, make: '-c:a aac', duration: known },
  { name: 'pcm.mov', container: 'mp4', make: '-c:a pcm_s16le', duration: known },
  { name: 'aac.mov', container: 'mp4', make: '-c:a aac', duration: known },
  { name: 'video.mp4', container: 'mp4', input: video, make: '-c:v mpeg4 -c:a aac', duration: known },
  { name: 'amr-nb.3gp', container: '3gp', input: `-i ${fixtures}dictation.amr`, make: '-c:a copy', duration: known },
  { name: 'aac.3gp', container: '3gp', make: '-c:a aac', duration: known },
  { name: 'amr-nb.amr', container: 'amr', input: `-i ${fixtures}dictation.amr`, make: '-c:a copy', guessed: true, duration: known },
  { name: 'amr-wb.amr', container: 'amr', input: `-i ${fixtures}dictation-wb.amr`, make: '-c:a copy', guessed: true, duration: known },
  { name: 'adts.aac', container: 'aac', make: '-c:a aac', guessed: true, duration: known },
  { name: '5.1.aac', container: 'aac', input: surround, make: '-c:a aac', guessed: true, duration: known },
  { name: 'long.aac', container: 'aac', input: long, make: '-c:a aac', guessed: true, duration: absent },
  { name: 'opus.ogg', container: 'ogg', make: '-c:a libopus', duration: known },
  { name: 'vorbis.ogg', container: 'ogg', make: '-c:a libvorbis', duration: known },
  { name: 'flac.ogg', container: 'ogg', make: '-c:a flac', duration: known },
  { name: 'speex.ogg', container: 'ogg', make: '-ar 16000 -c:a libspeex', duration: known },
  { name: '5.1.ogg', container: 'ogg', input: surround, make: '-c:a libopus', duration: known },
  { name: 'video.ogv', container: 'ogg', input: video, make: '-c:v libtheora -c:a libvorbis', duration: known },
  { name: 'opus.webm', container: 'webm', make: '-c:a libopus', duration: known },
  { name: 'vorbis.webm', container: 'webm', make: '-c:a libvorbis', duration: known },
  { name: 'chrome.webm', container: 'webm', make: '-c:a libopus -live 1', duration: absent },
  { name: 'video.webm', container: 'webm', input: video, make: '-c:v libvpx -c:a libopus', duration: known },
  { name: 'long.webm', container: 'webm', input: long, make: '-c:a libopus', duration: known },
  { name: 'aac.mka', container: 'matroska', make: '-c:a aac', duration: known },
  { name: 'pcm.mka', container: 'matroska', make: '-c:a pcm_s24le', duration: known },
  { name: 'plain.flac', container: 'flac', make: '-c:a flac', duration: known },
  { name: '24-bit.flac', container: 'flac', make: '-c:a flac -sample_fmt s32', duration: known },
  { name: '5.1.flac', container: 'flac', input: surround, make: '-c:a flac', duration: known },
  { name: 'long.flac', container: 'flac', input: long, make: '-c:a flac', duration: known },
  { name: 'plain.aiff', container: 'aiff', make: '-c:a pcm_s16be', duration: known },
  { name: '24-bit.aiff', container: 'aiff', make: '-c:a pcm_s24be', duration: known },
  { name: 'float.aiff', container: 'aiff', make: '-c:a pcm_f32be', duration: known },
  { name: 'little-endian.aiff', container: 'aiff', make: '-c:a pcm_s16le', duration: known },
  { name: 'plain.caf', container: 'caf', make: '-c:a pcm_s16be', duration: known },
  { name: 'float.caf', container: 'caf', make: '-c:a pcm_f32le', duration: known },
  { name: 'alac.caf', container: 'caf', make: '-c:a alac', duration: known },
  { name: 'opus.caf', container: 'caf', make: '-c:a libopus', duration: known },
  { name: 'gsm.wav', container: 'wav', input: '-f lavfi -i sine=r=8000:d=3', make: '-c:a libgsm_ms', duration: known }
]

interface Truth {
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  readonly duration: number
}

function probe (file: string, ...what: string[]): string {
  return execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'a:0', ...what, '-of', 'csv=p=0:nk=0', file], { encoding: 'utf8', maxBuffer: 2 ** 28 })
}

function truthOf (file: string, { guessed }: Shape): Truth {
  const said = probe(file, '-show_entries', 'stream=codec_name,sample_rate,channels,duration:format=duration')
  const value = (key: string): string => new RegExp(`${key}=([^,|\\n]+)`).exec(said)?.[1] ?? ''
  const packets = guessed ? probe(file, '-show_entries', 'packet=duration_time').match(/[\d.]+/g) ?? [] : []
  const durations = [...said.matchAll(/duration=([\d.]+)/g)].map(match => Number(match[1]))
  return {
    codec: value('codec_name'),
    sampleRate: Number(value('sample_rate')),
    channels: Number(value('channels')),
    duration: guessed ? packets.reduce((sum, seconds) => sum + Number(seconds), 0) : durations[0] ?? 0
  }
}

async function compare (shape: Shape, folder: string): Promise<string[]> {
  const file = join(folder, shape.name)
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...`${shape.input ?? speech} ${shape.make}`.split(' '), file])
  const truth = truthOf(file, shape)
  const object = objectOf(readFileSync(file))
  const result = await inspectAudio(object, BOUNDS)
  const audio = result.verdict === 'audio' ? result.audio : undefined
  const differences = audio === undefined
    ? [result.verdict === 'rejected' ? result.reason : '']
    : [
        audio.container !== shape.container && `container ${audio.container}`,
        audio.codec !== truth.codec && `codec ${audio.codec} instead of ${truth.codec}`,
        audio.sampleRate !== truth.sampleRate && `rate ${audio.sampleRate} instead of ${truth.sampleRate}`,
        audio.channels !== (shape.noChannels ? undefined : truth.channels) && `channels ${audio.channels} instead of ${truth.channels}`,
        audio.duration !== undefined && Math.abs(audio.duration - truth.duration) > TOLERANCE && `duration ${audio.duration} instead of ${truth.duration}`,
        audio.duration === undefined && shape.duration === 'known' && `no duration instead of ${truth.duration}`,
        audio.duration !== undefined && shape.duration === 'absent' && `duration ${audio.duration} that cannot be known`,
        object.requests > BOUNDS.maxRequests && `${object.requests} requests`,
        object.bytes > BOUNDS.maxBytes && `${object.bytes} bytes read`
      ].filter(difference => difference !== false)
  console.log([
    shape.name.padEnd(22),
    (audio?.container ?? '-').padEnd(9),
    (audio?.codec ?? '-').padEnd(14),
    String(audio?.sampleRate ?? '-').padStart(6),
    String(audio?.channels ?? '-').padStart(3),
    (audio?.duration?.toFixed(3) ?? '-').padStart(9),
    truth.duration.toFixed(3).padStart(9),
    String(object.requests).padStart(4),
    String(object.bytes).padStart(9),
    differences.length === 0 ? '  ok' : `  WRONG: ${differences.join(', ')}`
  ].join(' '))
  return differences
}

const folder = mkdtempSync(join(tmpdir(), 'shapes-'))
try {
  console.log('shape                  container codec            rate  ch  duration   ffprobe reads     bytes')
  let wrong = 0
  for (const shape of SHAPES) wrong += (await compare(shape, folder)).length === 0 ? 0 : 1
  console.log(`${SHAPES.length} shapes, ${wrong} of them wrong`)
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
