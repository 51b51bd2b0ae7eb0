import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unless } from './errors.js'

/** What created an object, as the names of S3's events have it. */
export type CreatedBy = 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'

/** An object that is about to be there. */
export interface CreatedObject {
  readonly bucket: string
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  readonly by: CreatedBy
}

/** A message as S3 sends it (Amazon S3 user guide, "Event message structure"). */
export interface EventMessage {
  readonly Records: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** What the queue needs to know. */
export interface EventQueueOptions {
  /** Folder of the store; events are kept in `events` below it. */
  readonly directory: string
  readonly region: string
  /** Handles a message; one that it rejects comes again. */
  readonly onEvent: (message: EventMessage) => unknown
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

/** Messages that are handled at a time. */
const CONCURRENCY = 4
/** Milliseconds until a message comes again, doubled each time. */
const RETRY_MS = 1_000
const MAX_RETRY_MS = 60_000

/** The events of the store: each is on disk before its object is there, and until it has been handled. */
export class EventQueue {
  readonly #options: EventQueueOptions
  readonly #folder: string
  readonly #waiting: Array<{ readonly name: string, readonly attempt: number }> = []
  readonly #timers = new Set<NodeJS.Timeout>()
  #handling = 0
  #isClosed = false

  constructor (options: EventQueueOptions) {
    this.#options = options
    this.#folder = join(options.directory, 'events')
  }

  /** Begins with the messages that an earlier process has left. */
  async open (): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = (await readdir(this.#folder)).filter(name => name.endsWith('.json')).sort()
    for (const name of names) this.#enqueue(name)
  }

  close (): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
  }

  /**
   * Creates an object, and tells of it.
   *
   * @param publish makes the object be there; where it rejects, nothing is told
   */
  async whenCreated (object: CreatedObject, publish: () => Promise<void>): Promise<void> {
    const time = this.#options.now()
    const name = `${time.getTime().toString().padStart(15, '0')}-${randomUUID()}.json`
    const path = join(this.#folder, name)
    await writeFile(`${path}.part`, JSON.stringify(this.#describe(object, time)), { flush: true })
    await rename(`${path}.part`, path)
    try {
      await publish()
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    this.#enqueue(name)
  }

  #enqueue (name: string, attempt = 0): void {
    this.#waiting.push({ name, attempt })
    this.#handleNext()
  }

  #handleNext (): void {
    if (this.#isClosed || this.#handling === CONCURRENCY) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#handling += 1
    this.#handle(next.name)
      .catch((error: unknown) => this.#retry(next.name, next.attempt, error))
      .finally(() => {
        this.#handling -= 1
        this.#handleNext()
      })
  }

  async #handle (name: string): Promise<void> {
    const path = join(this.#folder, name)
    const text = await readFile(path, 'utf8').catch(unless('ENOENT'))
    if (text === undefined) return
    await this.#options.onEvent(JSON.parse(text) as EventMessage)
    await rm(path, { force: true })
  }

  #retry (name: string, attempt: number, error: unknown): void {
    if (this.#isClosed) return
    this.#options.onError(error)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#enqueue(name, attempt + 1)
    }, Math.min(RETRY_MS * 2 ** attempt, MAX_RETRY_MS))
    timer.unref()
    this.#timers.add(timer)
  }

  #describe ({ bucket, key, size, etag, by }: CreatedObject, time: Date): EventMessage {
    return {
      Records: [{
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: this.#options.region,
        eventTime: time.toISOString(),
        eventName: `ObjectCreated:${by}`,
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'local-s3',
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeKey(key), size, eTag: etag, sequencer: time.getTime().toString(16).toUpperCase() }
        }
      }]
    }
  }
}

/** As S3 does in events: like a form, but for slashes. */
function encodeKey (key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
}
