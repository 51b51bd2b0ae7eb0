// A recording of three hours, by a clock that runs as fast as it can: is memory flat, and what is kept on the device?
//     node --expose-gc --import tsx bench/recording.ts [HOURS]
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import 'fake-indexeddb/auto'
import { createUploader } from '../openapi/client/node.js'
import { ManualClock } from '../test/client/recorder.js'
import { table } from './report.js'
import { startService } from './service.js'

/** Bytes a second: Opus at 32 kbit/s. */
const RATE = 4_000
const SAVE_EVERY = 20
const SAMPLES = 6

/** A recorder that forgets what it has given away. */
class Microphone extends EventTarget {
  readonly mimeType = 'audio/webm;codecs=opus'
  state: RecordingState = 'recording'

  start (): void {}

  stop (): void {
    this.state = 'inactive'
    queueMicrotask(() => {
      this.hear(0)
      this.dispatchEvent(new Event('stop'))
    })
  }

  hear (size: number): void {
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob([new Uint8Array(size)]) }))
  }
}

/** Bytes that IndexedDB holds, of all recordings. */
async function keptBytes (): Promise<number> {
  const [{ name = '' } = {}] = await indexedDB.databases()
  const request = indexedDB.open(name)
  await once(request, 'success')
  const chunks = request.result.transaction('chunks').objectStore('chunks').getAll()
  await once(chunks, 'success')
  request.result.close()
  return (chunks.result as ArrayBuffer[]).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

async function measure (hours: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'recording-'))
  const service = await startService(directory)
  try {
    const clock = new ManualClock()
    const microphone = new Microphone()
    const createRecorder = () => microphone as unknown as MediaRecorder
    const uploader = createUploader({ baseUrl: service.api, clock, createRecorder })
    const recording = uploader.record({} as MediaStream, { saveEvery: SAVE_EVERY })
    const saves = hours * 3600 / SAVE_EVERY
    const rows: string[][] = []
    for (let save = 1; save <= saves; save += 1) {
      for (let second = 0; second < SAVE_EVERY; second += 1) microphone.hear(RATE)
      const saved = once(recording, 'saved')
      // The recording gets to wait first.
      await setImmediate()
      clock.advance(SAVE_EVERY)
      await saved
      if (save % (saves / SAMPLES) !== 0) continue
      global.gc!()
      const { heapUsed, external } = process.memoryUsage()
      // In browsers it is on disk.
      const kept = await keptBytes()
      const minutes = String(save * SAVE_EVERY / 60)
      rows.push([minutes, ...[save * SAVE_EVERY * RATE, heapUsed + external - kept, kept].map(megabytes)])
    }
    const { size } = await recording.stop()
    return table(['minutes', 'recorded, MB', 'memory after collection, MB', 'in IndexedDB, MB'], rows) +
      `\n\nThe object has ${megabytes(size)} MB.`
  } finally {
    service.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

function megabytes (bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

console.log(await measure(Number(process.argv[2] ?? 3)))
