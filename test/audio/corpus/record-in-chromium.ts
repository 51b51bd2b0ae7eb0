import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

interface RecorderShape {
  readonly name: string
  readonly mimeType: string
  readonly timeslice?: number
  readonly bitRate?: number
  readonly video?: boolean
  readonly channels?: number
}

const SECONDS = 6
const RECORDERS: readonly RecorderShape[] = [
  { name: 'chromium-default.webm', mimeType: '' },
  { name: 'chromium-opus.webm', mimeType: 'audio/webm;codecs=opus' },
  { name: 'chromium-opus-sliced.webm', mimeType: 'audio/webm;codecs=opus', timeslice: 250 },
  { name: 'chromium-opus-low.webm', mimeType: 'audio/webm;codecs=opus', bitRate: 16_000 },
  { name: 'chromium-opus-high.webm', mimeType: 'audio/webm;codecs=opus', bitRate: 256_000, timeslice: 1000 },
  { name: 'chromium-opus-stereo.webm', mimeType: 'audio/webm;codecs=opus', channels: 2 },
  { name: 'chromium-pcm.webm', mimeType: 'audio/webm;codecs=pcm' },
  { name: 'chromium-pcm-sliced.webm', mimeType: 'audio/webm;codecs=pcm', timeslice: 500 },
  { name: 'chromium-opus.mp4', mimeType: 'audio/mp4;codecs=opus' },
  { name: 'chromium-opus-sliced.mp4', mimeType: 'audio/mp4;codecs=opus', timeslice: 500 },
  { name: 'chromium-aac.mp4', mimeType: 'audio/mp4;codecs=mp4a.40.2' },
  { name: 'chromium-vp8.webm', mimeType: 'video/webm;codecs=vp8,opus', video: true },
  { name: 'chromium-vp9-sliced.webm', mimeType: 'video/webm;codecs=vp9,opus', video: true, timeslice: 1000 },
  { name: 'chromium-vp8-pcm.webm', mimeType: 'video/webm;codecs=vp8,pcm', video: true },
  { name: 'chromium.mkv', mimeType: 'video/x-matroska;codecs=avc1,opus', video: true },
  { name: 'chromium-video.mp4', mimeType: 'video/mp4;codecs=vp9,opus', video: true }
]

/**
 * Records with Chromium's MediaRecorder in every shape that this Chromium supports, all at once.
 *
 * @param sound path of the WAV file that is played to the recorders
 * @param folder where the recordings go
 * @returns their paths
 */
export async function recordInChromium (sound: string, folder: string): Promise<string[]> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required']
  })
  try {
    const page = await browser.newPage()
    const made = await page.evaluate<Array<{ name: string; base64: string }>>(
      `(${record})(${JSON.stringify({ shapes: RECORDERS, seconds: SECONDS, sound: readFileSync(sound).toString('base64') })})`
    )
    return made.map(({ name, base64 }) => {
      const path = join(folder, name)
      writeFileSync(path, Buffer.from(base64, 'base64'))
      return path
    })
  } finally {
    await browser.close()
  }
}

// Runs in the page, where none of the types of a browser are known to the compiler of this project.
const record = `async ({ shapes, seconds, sound }) => {
  const context = new AudioContext()
  const buffer = await context.decodeAudioData(Uint8Array.from(atob(sound), character => character.charCodeAt(0)).buffer)
  const streamOf = ({ channels = 1, video = false }) => {
    const player = new AudioBufferSourceNode(context, { buffer })
    const output = new MediaStreamAudioDestinationNode(context, { channelCount: channels })
    player.connect(output)
    player.start()
    if (!video) return output.stream
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 })
    const drawing = canvas.getContext('2d')
    setInterval(() => drawing.fillRect(Math.random() * 64, Math.random() * 64, 5, 5), 100)
    return new MediaStream([...output.stream.getTracks(), ...canvas.captureStream(5).getTracks()])
  }
  const encode = async blob => {
    const url = await new Promise(resolve => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result)
      reader.readAsDataURL(blob)
    })
    return url.slice(url.indexOf(',') + 1)
  }
  const recordOne = async shape => {
    const recorder = new MediaRecorder(streamOf(shape), { mimeType: shape.mimeType, ...shape.bitRate && { audioBitsPerSecond: shape.bitRate } })
    const pieces = []
    recorder.ondataavailable = ({ data }) => pieces.push(data)
    const stopped = new Promise(resolve => { recorder.onstop = resolve })
    recorder.start(shape.timeslice)
    await new Promise(resolve => setTimeout(resolve, seconds * 1000))
    recorder.stop()
    await stopped
    return { name: shape.name, base64: await encode(new Blob(pieces)) }
  }
  const supported = shapes.filter(({ mimeType }) => mimeType === '' || MediaRecorder.isTypeSupported(mimeType))
  return Promise.all(supported.map(recordOne))
}`
