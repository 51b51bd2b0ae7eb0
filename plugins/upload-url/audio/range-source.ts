/**
 * Reads the bytes [start, end) of an object. Resolves to exactly that many bytes; rejects when reading fails.
 * The signal is aborted when the answer is no longer wanted.
 */
export type ReadRange = (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array>

/** How much one inspection may take. */
export interface ReadLimits {
  /** Ranged reads at most. */
  readonly maxRequests: number
  /** Bytes read at most, all reads together. */
  readonly maxBytes: number
}

interface Chunk {
  readonly start: number
  readonly bytes: Buffer
}

const READ_AHEAD = 16 * 1024

/**
 * Random access to an object by few ranged reads: reads ahead, keeps what it read, and never reads a byte twice.
 * Past its limits the object looks as if it ended there, and `limitReached` says so.
 */
export class RangeSource {
  /** Size of the object in bytes. */
  readonly size: number
  readonly #read: ReadRange
  readonly #maxBytes: number
  readonly #signal: AbortSignal
  readonly #chunks: Chunk[] = []
  #requestsLeft: number
  #bytesLeft: number
  #limitReached = false

  /**
   * @param object its size in bytes, and how to read it
   * @param limits what may be read of it
   * @param signal ends a read that hangs; its reason is what the read rejects with
   */
  constructor (object: { readonly size: number, readonly read: ReadRange }, limits: ReadLimits, signal: AbortSignal) {
    this.size = object.size
    this.#read = object.read
    this.#requestsLeft = limits.maxRequests
    this.#bytesLeft = this.#maxBytes = limits.maxBytes
    this.#signal = signal
  }

  /** Whether a read went without bytes because the limits were used up. */
  get limitReached (): boolean {
    return this.#limitReached
  }

  /**
   * The bytes from `start` on: fewer than `length` at the end of the object or of the limits, none before its start.
   *
   * @throws whatever `read` rejects with, and the signal's reason when time is up
   */
  async read (start: number, length: number): Promise<Buffer> {
    if (start < 0) return Buffer.alloc(0)
    const end = Math.min(start + length, this.size, start + this.#maxBytes)
    const pieces: Buffer[] = []
    let at = start
    while (at < end) {
      const chunk = this.#chunkAt(at) ?? await this.#fetch(at, end)
      if (chunk === undefined) break
      const piece = chunk.bytes.subarray(at - chunk.start, end - chunk.start)
      pieces.push(piece)
      at += piece.length
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  #chunkAt (position: number): Chunk | undefined {
    return this.#chunks.find(({ start, bytes }) => start <= position && position < start + bytes.length)
  }

  async #fetch (start: number, wanted: number): Promise<Chunk | undefined> {
    if (this.#requestsLeft === 0 || this.#bytesLeft === 0) {
      this.#limitReached = true
      return undefined
    }
    const known = this.#chunks.map(chunk => chunk.start).filter(other => other > start)
    const end = Math.min(Math.max(wanted, start + READ_AHEAD), this.size, start + this.#bytesLeft, ...known)
    this.#requestsLeft -= 1
    this.#bytesLeft -= end - start
    const chunk = { start, bytes: await this.#request(start, end) }
    this.#chunks.push(chunk)
    return chunk
  }

  async #request (start: number, end: number): Promise<Buffer> {
    const bytes = await unlessAborted(this.#signal, () => this.#read(start, end, this.#signal))
    if (bytes.length !== end - start) {
      throw new Error(`a read resolved to ${bytes.length} bytes of the ${end - start} asked for`)
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }
}

async function unlessAborted<T> (signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let abandon = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abandon = () => reject(signal.reason)
    signal.addEventListener('abort', abandon, { once: true })
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', abandon)
  }
}
