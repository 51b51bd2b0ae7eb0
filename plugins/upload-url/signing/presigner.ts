import { setImmediate } from 'node:timers/promises'
import { channels, observed } from '../diagnostics.js'
import { withConfig, type Clients } from './clients.js'
import { createCredentialSource, signAlike } from './credentials.js'
import { proveFastPath, type FastPath } from './fast-path.js'
import { signForm, type FormPolicy, type SignedForm } from './form-policy.js'
import { createLease, type Lease } from './lease.js'
import type { ObjectRequest } from './operations.js'
import { presignWithSdk } from './sdk-presigner.js'

/** What {@link createPresigner} needs to know. */
export interface PresignerOptions {
  readonly clients: Clients
  readonly bucket: string
  /** Life of a URL in seconds. */
  readonly expiresIn: number
  readonly clock: () => Date
  /** Is told once why the SDK has to sign, where it has to. */
  readonly warn: (message: string) => void
}

/** Signs requests for one bucket. */
export interface Presigner {
  /** Compares with the SDK ahead of the first request. Never rejects: what fails now is tried again then. */
  warmUp (): Promise<void>
  /** Takes out a lease under which any number of URLs can be signed. @throws FST_UPLOAD_NO_CREDENTIALS */
  lease (): Promise<Lease>
  /** The URL that lets its holder send one request as long as the lease lasts. */
  presign (request: ObjectRequest, lease: Lease): Promise<string>
  /** The URLs of many requests, in their order, without keeping other work waiting meanwhile. */
  presignAll (requests: readonly ObjectRequest[], lease: Lease): Promise<string[]>
  /** The form that lets its holder post one object. */
  presignForm (policy: FormPolicy, lease: Lease): Promise<SignedForm>
}

const PROOF_LASTS_MS = 60_000
const URLS_AT_A_TIME = 200

/** Makes a presigner that signs by itself where it provably signs as the SDK does, and leaves it to the SDK elsewhere. */
export function createPresigner ({ clients: { internal, signing }, bucket, expiresIn, clock, warn }: PresignerOptions): Presigner {
  const now = () => clock().getTime()
  const credentialsFor = createCredentialSource(internal, now)
  const pinnedTo = ({ credentials }: Lease) => withConfig(signing, { credentials: async () => credentials })
  const warnOnce = once(warn)

  const findFastPath = (lease: Lease): Promise<FastPath | undefined> =>
    proveFastPath(pinnedTo(lease), bucket, lease).catch((error: Error) => {
      warnOnce(`URLs are signed by the AWS SDK, more slowly, because ${error.message}`)
      return undefined
    })
  let proof: { readonly lease: Lease, readonly fastPath: Promise<FastPath | undefined> } | undefined

  function fastPathFor (lease: Lease): Promise<FastPath | undefined> {
    if (proof === undefined || !holdsFor(lease, proof.lease)) proof = { lease, fastPath: findFastPath(lease) }
    return proof.fastPath
  }

  const presign = (request: ObjectRequest, lease: Lease) => observed(channels.sign, request.operation, () => sign(request, lease))

  async function sign (request: ObjectRequest, lease: Lease): Promise<string> {
    const fastPath = await fastPathFor(lease)
    return fastPath === undefined ? presignWithSdk(pinnedTo(lease), bucket, request, lease) : fastPath(request, lease)
  }

  async function presignAll (requests: readonly ObjectRequest[], lease: Lease): Promise<string[]> {
    const urls: string[] = []
    for (let first = 0; first < requests.length; first += URLS_AT_A_TIME) {
      if (first > 0) await setImmediate()
      urls.push(...await Promise.all(requests.slice(first, first + URLS_AT_A_TIME).map(request => presign(request, lease))))
    }
    return urls
  }

  let latest: Lease | undefined

  // All that is signed within a second, S3's own unit of time, shares a lease.
  async function lease (): Promise<Lease> {
    const credentials = await credentialsFor(expiresIn)
    const time = now()
    if (latest?.credentials !== credentials || latest.signingDate.getTime() !== time - time % 1000) latest = createLease(credentials, time, expiresIn)
    return latest
  }

  return {
    warmUp: async () => {
      await lease().then(fastPathFor).catch((error: Error) => warnOnce(error.message))
    },
    lease,
    presign,
    presignAll,
    presignForm: (policy, lease) => observed(channels.sign, 'PostObject', () => signForm(signing, bucket, policy, lease))
  }
}

// Configuration may change unseen, so a proof does not last for ever.
function holdsFor (lease: Lease, proven: Lease): boolean {
  const age = lease.signingDate.getTime() - proven.signingDate.getTime()
  return Math.abs(age) < PROOF_LASTS_MS && signAlike(lease.credentials, proven.credentials)
}

function once (warn: (message: string) => void): typeof warn {
  const said = new Set<string>()
  return message => {
    if (said.has(message)) return
    said.add(message)
    warn(message)
  }
}
