import { toOwner } from './object-key.js'
import { NEVER, type Callable, type Runner } from './operation.js'
import type { operations } from './operations/index.js'
import type { ResolvedOptions } from './options.js'
import { salvage, SalvageSchema, type Salvaged, type SalvageInput } from './salvage.js'
import type { Services } from './services.js'
import type { Validation } from './validation.js'

type AllOperations = typeof operations

/** `app.uploads`: every operation without HTTP, for routes and jobs of the host's own. */
export interface Uploads extends Callable<AllOperations> {
  /**
   * Asks S3 whether the bucket is there and the credentials are right, for readiness probes. Signing needs neither.
   *
   * @throws FST_UPLOAD_STORE_UNAVAILABLE, FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_REFUSED, FST_UPLOAD_NO_CREDENTIALS
   */
  checkStore (): Promise<void>
  /**
   * Completes recordings whose client has disappeared from the parts that arrived, and aborts those without any: those
   * created with `recording: true`, of which no part has come for `olderThan` seconds. Any number of replicas may do so
   * at a time. Takes the permission `s3:ListBucketMultipartUploads`.
   *
   * @throws FST_UPLOAD_INVALID_INPUT, and the errors of the store where it does not list
   */
  salvage (input: SalvageInput, call?: { readonly signal?: AbortSignal }): Promise<Salvaged>
}

/** The operationId of an operation. */
export type OperationId = keyof AllOperations

/** What an operation takes, as in `OperationInput<'createUploadUrl'>`. */
export type OperationInput<Id extends OperationId> = Parameters<Uploads[Id]>[0]

/** What an operation resolves to, as in `OperationOutput<'createUploadUrl'>`. */
export type OperationOutput<Id extends OperationId> = Awaited<ReturnType<Uploads[Id]>>

/** What plugins of this package that offer the operations in other ways need besides. */
export interface Internals {
  readonly options: ResolvedOptions
  readonly run: Runner<AllOperations>['run']
}

const internals = new WeakMap<Uploads, Internals>()

/** Makes `app.uploads`. */
export function createUploads (
  { callable, run }: Runner<AllOperations>, services: Services, validation: Validation
): Uploads {
  const assertSalvage = validation.assertion(SalvageSchema)
  const uploads = Object.freeze<Uploads>({
    ...callable,
    checkStore: services.store.checkBucket,
    async salvage (input, { signal = NEVER } = {}) {
      assertSalvage(input)
      const owner = input.owner === undefined ? undefined : toOwner(input.owner)
      return await salvage(services, { ...input, owner }, signal)
    }
  })
  internals.set(uploads, { options: services.options, run })
  return uploads
}

/** What the other plugins of this package know of an `app.uploads`. */
export function internalsOf (uploads: Uploads): Internals {
  return internals.get(uploads)!
}
