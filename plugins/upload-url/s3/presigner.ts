import { answerOf } from './answers.js'
import { withConfig, type Clients } from './client.js'
import { createCredentialSource } from './credentials.js'
import { channels, instrumented } from './diagnostics.js'
import { createNativeSigner } from './native-signer.js'
import { signForm, type FormPolicy, type SignedForm } from './post-policy.js'
import type { ObjectRequest } from './requests.js'
import { presignWithSdk } from './sdk-presigner.js'
import { createSigningContext, signingPeriod, type SigningContext } from './signing-context.js'

export { S3_OPERATIONS, type ObjectRequest, type S3Operation } from './requests.js'
export type { SigningContext } from './signing-context.js'

/** What {@link createPresigner} needs to know. */
export interface PresignerOptions {
  readonly clients: Clients
  readonly bucket: string
  /** Seconds until a URL expires. */
  readonly expiresIn: number
  readonly clock: () => Date
  /** Is told why the SDK has to sign, where it has to. */
  readonly warn: (message: string) => void
}

/** Signs requests for one bucket. */
export interface Presigner {
  /** What any number of URLs can be signed with now. @throws FST_UPLOAD_NO_CREDENTIALS */
  signingContext (): Promise<SigningContext>
  /** The URL that lets its holder send one request until it expires. @throws the errors of the store */
  presign (request: ObjectRequest, context: SigningContext): Promise<string>
  /** The form that lets its holder post one object. */
  presignForm (policy: FormPolicy, context: SigningContext): Promise<SignedForm>
}

/** How long the SDK may take for one URL, where it has to ask S3 for a session first. */
const TIMEOUT_MS = 5_000

/**
 * Makes a presigner that signs by itself where it signs as the SDK does, and leaves it to the SDK elsewhere. Which of
 * the two is decided here, once.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS where the SDK cannot sign at all
 */
export async function createPresigner (
  { clients: { internal, signing }, bucket, expiresIn, clock, warn }: PresignerOptions
): Promise<Presigner> {
  const now = () => clock().getTime()
  const credentialsFor = createCredentialSource(internal, now)
  const native = await createNativeSigner(signing, bucket, signingPeriod(now(), expiresIn))
  if (typeof native === 'string') warn(`URLs are signed by the AWS SDK, which is slower: ${native}`)

  async function sign (request: ObjectRequest, context: SigningContext): Promise<string> {
    if (typeof native === 'function') return native(request, context)
    const pinned = withConfig(signing, { credentials: async () => context.credentials })
    const abort = AbortSignal.timeout(TIMEOUT_MS)
    const timeout = new Promise<never>((_resolve, reject) => {
      abort.addEventListener('abort', () => reject(abort.reason), { once: true })
    })
    try {
      return await Promise.race([presignWithSdk(pinned, bucket, request, context), timeout])
    } catch (error) {
      throw answerOf(error)
    }
  }

  let latest: SigningContext | undefined

  return {
    // All that is signed within a second, S3's own unit of time, shares a context.
    async signingContext () {
      const credentials = await credentialsFor(expiresIn)
      const time = now()
      if (latest?.credentials !== credentials || latest.signingDate.getTime() !== time - time % 1000) {
        latest = createSigningContext(credentials, time, expiresIn)
      }
      return latest
    },
    presign: (request, context) => instrumented(channels.sign, request.operation, () => sign(request, context)),
    presignForm: (policy, context) =>
      instrumented(channels.sign, 'PostObject', () => signForm(signing, bucket, policy, context))
  }
}
