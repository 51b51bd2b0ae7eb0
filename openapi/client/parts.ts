import { deliver, type SignedPut } from './put.js'
import type { ResolvedOptions } from './options.js'
import type { ArrivedPart, Call, Service, UploadReference } from './service.js'

/** One part to send. */
export interface PartToSend {
  readonly partNumber: number
  readonly body: Blob
}

/** Number and size in bytes of a part. */
export interface PartSize {
  readonly partNumber: number
  readonly size: number
}

/** A signed PUT, for bytes of which size, and when it is too old to be used. */
interface SignedPart extends SignedPut {
  readonly size: number
  /** Milliseconds since 1970, by the clock of this device. */
  readonly usableUntil: number
}

/** How many parts have their URLs signed at once. */
const BATCH = 16
/** The share of its life after which a URL is not used anymore, lest it expire on the way. */
const USABLE_SHARE = 0.9

/** The parts of one multipart upload: signs, sends and lists them. */
export class Parts {
  readonly #options: ResolvedOptions
  readonly #service: Service
  readonly #reference: UploadReference
  readonly #signed = new Map<number, SignedPart>()
  #signing: Promise<void> | undefined
  #listing: Promise<readonly ArrivedPart[]> | undefined

  constructor (options: ResolvedOptions, service: Service, reference: UploadReference) {
    this.#options = options
    this.#service = service
    this.#reference = reference
  }

  /** The parts that have arrived; several at once ask once. */
  async list (call: Call): Promise<readonly ArrivedPart[]> {
    this.#listing ??= this.#service.listParts(this.#reference, call).finally(() => { this.#listing = undefined })
    return await this.#listing
  }

  /**
   * Sends a part until it has arrived.
   *
   * @param next numbers and sizes of the parts that come after it, whose URLs may be signed along
   */
  async send (
    { partNumber, body }: PartToSend, call: Required<Call>, onProgress: (sent: number) => void,
    next: () => readonly PartSize[] = () => []
  ): Promise<void> {
    const { checksum } = this.#options
    const sha256 = checksum && await hexSha256(body)
    const part = { partNumber, size: body.size, ...sha256 && { sha256 } }
    await deliver(this.#options, {
      body,
      sign: renew => {
        if (renew) this.#signed.delete(partNumber)
        return this.#sign(part, checksum ? [] : next(), call)
      },
      hasArrived: async () => (await this.list(call))
        .some(arrived => arrived.partNumber === partNumber && arrived.size === body.size),
      onProgress,
      onWait: call.onWait
    }, call.signal)
    this.#signed.delete(partNumber)
  }

  async #sign (part: PartSize, next: readonly PartSize[], call: Call): Promise<SignedPut> {
    const { clock } = this.#options
    const usable = () => {
      const signed = this.#signed.get(part.partNumber)
      return signed?.size === part.size && clock.now() < signed.usableUntil ? signed : undefined
    }
    while (!usable() && this.#signing) await this.#signing
    const signed = usable()
    if (signed) return signed
    const parts = [part, ...next.filter(({ partNumber }) => !this.#signed.has(partNumber))].slice(0, BATCH)
    this.#signing = this.#request(parts, call).finally(() => { this.#signing = undefined })
    await this.#signing
    return this.#signed.get(part.partNumber)!
  }

  async #request (parts: readonly PartSize[], call: Call): Promise<void> {
    const requested = this.#options.clock.now()
    const reply = await this.#service.createPartUrls({ ...this.#reference, parts: [...parts] }, call)
    const usableUntil = requested + reply.expiresIn * 1000 * USABLE_SHARE
    reply.parts.forEach(({ partNumber, url, headers }, index) =>
      this.#signed.set(partNumber, { url, headers, size: parts[index]!.size, usableUntil }))
  }
}

/** SHA-256 in hex. */
export async function hexSha256 (body: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await body.arrayBuffer())
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}
