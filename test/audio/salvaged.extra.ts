// Recordings that broke off anywhere, completed from what had arrived, are played by a decoder, and their duration is told.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { putPart, start, stored, uploaderApp } from '../upload-url/multipart/uploader.js'
import { appFor } from '../fixtures/uploads-to.js'

const run = promisify(execFile)
const SECONDS = 60
/** How long the parts of a recording may be, beside what is told of it. */
const TOLERANCE_SECONDS = 1.5
const LATER = () => new Date(Date.now() + 7200 * 1000)
/** As browsers record, in clusters of a second, and as programs do. */
const CONTAINERS = {
  webm: ['-c:a', 'libopus', '-f', 'webm', '-live', '1', '-cluster_time_limit', '1000'],
  ogg: ['-c:a', 'libopus', '-f', 'ogg']
}

/** Seconds of sound that a decoder plays of a file. */
async function played (file: string): Promise<number> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 's16le', '-ac', '1', '-ar', '8000', '-'], {
    encoding: 'buffer',
    maxBuffer: 1 << 28
  })
  return stdout.length / 2 / 8000
}

for (const [container, encoder] of Object.entries(CONTAINERS)) {
  t.test(`a ${container} recording that broke off anywhere is played, and its duration is told`, async t => {
    const directory = t.testdir()
    const whole = join(directory, `whole.${container}`)
    const sine = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${SECONDS}`]
    await run('ffmpeg', ['-v', 'error', ...sine, ...encoder, whole])
    const bytes = await readFile(whole)
    const { app, store } = await uploaderApp(t)
    const later = await appFor(t, store, { clock: LATER })
    const recordings = []
    for (let cut = 1; cut <= 20; cut += 1) {
      const length = Math.floor((bytes.length * cut) / 20) - (cut === 20 ? 0 : cut * 7)
      const recording = await start(app, { filename: `dictation.${container}`, recording: true })
      await putPart(app, recording, 1, bytes.subarray(0, length))
      recordings.push({ key: recording.key, length })
    }
    t.equal((await later.uploads.salvage({ olderThan: 3600 })).completed.length, recordings.length)
    for (const { key, length } of recordings) {
      const object = await stored(store, key)
      t.equal(object!.length, length)
      const file = join(directory, `cut.${container}`)
      await writeFile(file, object!)
      const seconds = await played(file)
      t.ok(seconds > (SECONDS * length) / bytes.length - TOLERANCE_SECONDS, `${length} bytes are ${seconds} s`)
      const status = await app.uploads.getUploadStatus({ key, inspect: true }, { owner: 'alice' })
      t.match(status, { status: 'uploaded', audio: { codec: 'opus' } })
      const duration = status.status === 'uploaded' ? status.audio?.duration : undefined
      t.ok(
        duration !== undefined && Math.abs(duration - seconds) < TOLERANCE_SECONDS,
        `${duration} s are told of ${seconds}`
      )
    }
  })
}
