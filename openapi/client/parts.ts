import type { ResolvedOptions } from './options.js'
import { deliver } from './put.js'
import type { Call, PartRequest, PartSize, Service, UploadReference } from './service.js'
import type { SignedPut } from './signed-put.js'

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

export type Parts = ReturnType<typeof createParts>

/** The parts of one multipart upload: signs, sends and lists them. */
export function createParts (options: ResolvedOptions, service: Service, upload: UploadReference) {
  const { clock, checksum } = options
  const signed = new Map<number, SignedPart>()
  let signing: Promise<void> | undefined
  let listing: ReturnType<Service['listParts']> | undefined

  /** The parts that have arrived; several at once ask once. */
  async function list (call: Call): Promise<readonly PartSize[]> {
    listing ??= service.listParts(upload, call).finally(() => { listing = undefined })
    return (await listing).parts
  }

  /**
   * Sends a part until it has arrived.
   *
   * @param next the parts that come after it, whose URLs may be signed along
   */
  async function send (
    partNumber: number, body: Blob, call: Required<Call>, onProgress: (sent: number) => void = () => {},
    next: readonly PartSize[] = []
  ): Promise<void> {
    const { size } = body
    const part = { partNumber, size, sha256: checksum && await base64Sha256(body) }
    await deliver(options, {
      body,
      sign: renew => {
        if (renew) signed.delete(partNumber)
        return sign(part, checksum ? [] : next, call)
      },
      hasArrived: async () => (await list(call)).some(found => found.partNumber === partNumber && found.size === size),
      onProgress
    }, call)
    signed.delete(partNumber)
  }

  async function sign (part: PartRequest, next: readonly PartSize[], call: Call): Promise<SignedPart> {
    const { partNumber, size } = part
    for (;;) {
      const found = signed.get(partNumber)
      if (found?.size === size && clock.now() < found.usableUntil) return found
      const others = next.filter(({ partNumber }) => !signed.has(partNumber))
      signing ??= request([part, ...others].slice(0, BATCH), call).finally(() => { signing = undefined })
      await signing
    }
  }

  async function request (wanted: readonly PartRequest[], call: Call): Promise<void> {
    const { parts, expiresIn } = await service.createPartUrls(upload, wanted, call)
    const usableUntil = clock.now() + expiresIn * 1000 * USABLE_SHARE
    parts.forEach((part, index) => signed.set(part.partNumber, { ...part, size: wanted[index]!.size, usableUntil }))
  }

  return { list, send }
}

/** SHA-256 in base64. */
export async function base64Sha256 (body: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await body.arrayBuffer())
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
