import { spawn } from 'node:child_process'

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

/** Decodes the first audio stream of a file and measures what comes out. */
export async function truthOf (file: string): Promise<Truth | undefined> {
  const { stdout, stderr } = await capture('ffmpeg', ['-nostdin', '-hide_banner', '-i', file, '-map', '0:a:0', '-c:a', 'pcm_u8', '-f', 'wav', '-'])
  const codec = /Stream #0.*?: Audio: (\w+)/.exec(stderr)?.[1]
  const data = stdout.head.indexOf('data')
  if (codec === undefined || data === -1 || stdout.length <= data + 8) return undefined
  const channels = stdout.head.readUInt16LE(22)
  const sampleRate = stdout.head.readUInt32LE(24)
  const { stdout: said } = await capture('ffprobe', ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'packet=duration_time', '-of', 'csv=p=0', file], 64 * 1024 ** 2)
  const packets = said.head.toString('latin1').match(/[\d.]+/g) ?? []
  return {
    codec,
    sampleRate,
    channels,
    decoded: (stdout.length - data - 8) / channels / sampleRate,
    packets: packets.reduce((sum, seconds) => sum + Number(seconds), 0)
  }
}

interface Output {
  /** The first bytes. */
  readonly head: Buffer
  readonly length: number
}

function capture (command: string, args: readonly string[], kept = 4096): Promise<{ stdout: Output, stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    let length = 0
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (length < kept) chunks.push(chunk)
      length += chunk.length
    })
    child.stderr.on('data', (chunk: Buffer) => { if (stderr.length < 100_000) stderr += chunk.toString('latin1') })
    child.on('error', reject)
    child.on('close', () => resolve({ stdout: { head: Buffer.concat(chunks), length }, stderr }))
  })
}
