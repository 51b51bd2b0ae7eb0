import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** What ffmpeg makes of a recording by decoding it. */
export interface Truth {
  /** As ffmpeg names it. */
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** Seconds of sound that come out of the decoder. */
  readonly decoded: number
  /** Seconds that the packets of the container last, priming and padding and all. */
  readonly packets: number
}

/** Decodes the first audio stream of a file, and measures its packets and what comes out; undefined when nothing does. */
export async function truthOf (file: string): Promise<Truth | undefined> {
  const decode = ['-map', '0:a:0', '-c:a', 'pcm_u8', '-f', 'wav', 'pipe:1']
  const list = ['-map', '0:a:0', '-c:a', 'copy', '-f', 'framecrc', 'pipe:3']
  const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-i', file, ...decode, ...list], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe']
  })
  const [sound, log, packets] = await Promise.all(
    [1, 2, 3].map(output => drain(child.stdio[output] as Readable, output === 1 ? 4096 : Infinity))
  )
  const codec = /Stream #0.*?: Audio: (\w+)/.exec(log!.text)?.[1]
  const header = Buffer.from(sound!.text, 'latin1')
  const data = header.indexOf('data')
  if (codec === undefined || data === -1 || sound!.length <= data + 8) return undefined
  const channels = header.readUInt16LE(22)
  const sampleRate = header.readUInt32LE(24)
  return {
    codec,
    sampleRate,
    channels,
    decoded: (sound!.length - data - 8) / channels / sampleRate,
    packets: secondsOf(packets!.text)
  }
}

/**
 * The sum of the durations that a list of packets in ffmpeg's `framecrc` format gives; or the time of the last packet,
 * where they have none, as in Chromium's MP4.
 */
function secondsOf (list: string): number {
  const [, numerator = '', denominator = ''] = /#tb 0: (\d+)\/(\d+)/.exec(list) ?? []
  const packets = [...list.matchAll(/^0,[^,]*, *(-?\d+), *(\d+)/gm)].map(([, time, duration]) => ({
    time: Number(time),
    duration: Number(duration)
  }))
  const sum = packets.reduce((total, { duration }) => total + duration, 0)
  return ((sum === 0 ? (packets.at(-1)?.time ?? 0) : sum) * Number(numerator)) / Number(denominator)
}

interface Output {
  /** The first characters, one a byte. */
  readonly text: string
  /** Bytes in all. */
  readonly length: number
}

async function drain (stream: Readable, kept: number): Promise<Output> {
  let text = ''
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length
    if (text.length < kept) text += chunk.toString('latin1')
  }
  return { text, length }
}
