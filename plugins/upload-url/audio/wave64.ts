import type { AudioInfo } from './audio-schema.js'
import type { RangeSource } from './range-source.js'
import { MAX_FORMAT, parseWavFormat, type WavFormat } from './wav-format.js'
import { describeWav, type WavSound } from './wav.js'

const HEADER = 24
const FIRST_CHUNK = 40
const ALIGNMENT = 8
const MAX_CHUNKS = 1000
/** The end of the GUIDs of Wave64; their first four bytes are the ids of RIFF. */
const GUID_END = '\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a'

/**
 * Reads a Wave64 file (Sony Pictures Digital): WAVE with 64-bit sizes.
 *
 * @param start offset of `riff` in bytes
 * @throws NotAudioError without a format, without sound, or with a file of another kind in place of the sound
 */
export async function readWave64 (source: RangeSource, start: number): Promise<AudioInfo> {
  let format: WavFormat | undefined
  let sound: WavSound | undefined
  let samples: number | undefined
  let at = start + FIRST_CHUNK
  for (let count = 0; count < MAX_CHUNKS && sound === undefined; count += 1) {
    const header = await source.read(at, HEADER)
    if (header.length < HEADER) break
    const id = header.toString('latin1', 4, 16) === GUID_END ? header.toString('latin1', 0, 4) : ''
    const size = Number(header.readBigUInt64LE(16)) - HEADER
    const content = at + HEADER
    if (id === 'fmt ') {
      format = parseWavFormat(await source.read(content, Math.min(Math.max(size, 0), MAX_FORMAT)), 'le')
    }
    if (id === 'fact' && size >= 4) samples = await readUInt32(source, content)
    if (id === 'data') {
      const there = source.size - content
      const end = content + (size <= 0 ? there : Math.min(size, there))
      sound = { start: content, end, isWhole: size > 0 && size <= there, samples }
    }
    at += Math.ceil((Math.max(size, 0) + HEADER) / ALIGNMENT) * ALIGNMENT
  }
  return await describeWav(source, format, sound)
}

async function readUInt32 (source: RangeSource, at: number): Promise<number | undefined> {
  const bytes = await source.read(at, 4)
  return bytes.length === 4 ? bytes.readUInt32LE(0) : undefined
}
