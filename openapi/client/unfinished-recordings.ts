import { UploadError } from './errors.js'
import { acquireLock, isLocked } from './lock.js'
import type { RecordingContext } from './recording.js'
import type { SavedRecording } from './recording-store.js'
import { RecordingTransfer } from './recording-transfer.js'
import type { UnfinishedUpload } from './unfinished.js'

/** The recordings that were interrupted. */
export async function findUnfinishedRecordings (context: RecordingContext): Promise<UnfinishedUpload[]> {
  const { store, scope } = context
  // A browser that keeps nothing has lost nothing either.
  const recordings = await store.list().catch(() => [])
  const own = recordings.filter(recording => recording.scope === scope)
  const found = await Promise.all(own.map(async recording =>
    await isLocked(lockOf(recording)) ? [] : [await unfinishedRecording(context, recording)]))
  return found.flat()
}

async function unfinishedRecording (context: RecordingContext, recording: SavedRecording): Promise<UnfinishedUpload> {
  const { store } = context
  const { id, name, started } = recording
  const { end: size } = await store.extent(id)
  const transfer = new RecordingTransfer(context, store, recording, (from, to) => store.read(id, from, to))
  return {
    kind: 'recording',
    name,
    size,
    started: new Date(started),
    async finish () {
      const unlock = await acquireLock(lockOf(recording))
      if (!unlock) throw new UploadError('IN_PROGRESS', 'This recording is in progress in another tab', true)
      try {
        const result = await transfer.finish(size, { signal: new AbortController().signal, onWait () {} })
        await store.delete(id)
        return result
      } finally {
        unlock()
      }
    },
    async discard () {
      await store.delete(id)
      await transfer.abandon()
    }
  }
}

function lockOf ({ scope, id }: SavedRecording): string {
  return `${scope} ${id}`
}
