import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import uploadUrl, { type UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import uppy, { type UppyOptions } from '../../../plugins/upload-url/uppy/index.js'
import { ownerFromHeader } from '../../fixtures/app.js'
import { startStore, type Store } from '../../fixtures/store.js'

export const SECRET = 'a secret of 32 bytes, or of more'

/** What may differ between two tests. */
export interface Settings {
  readonly uploads?: Partial<UploadUrlOptions>
  readonly uppy?: UppyOptions
  readonly server?: FastifyServerOptions
}

/** An app with both plugins in front of a store, closed at the end of the test. */
export async function appWith (
  t: Test,
  { endpoint, region, bucket, credentials }: Pick<Store, 'endpoint' | 'region' | 'bucket' | 'credentials'>,
  settings: Settings = {}
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify(settings.server as FastifyServerOptions)
  t.teardown(() => app.close())
  const client = { endpoint, region, credentials, forcePathStyle: true }
  await app.register(uploadUrl, { bucket, client, owner: ownerFromHeader, ...settings.uploads } as UploadUrlOptions)
  await app.register(uppy, { tokenSecret: SECRET, ...settings.uppy })
  return app
}

/** The same in front of a real store. */
export async function uppyApp (t: Test, settings: Settings = {}): Promise<{ app: FastifyInstance; store: Store }> {
  const store = await startStore(t)
  return { app: await appWith(t, store, settings), store }
}

/** For tests in which no request gets as far as the store. */
export const NO_STORE = {
  endpoint: 'http://127.0.0.1:9',
  region: 'us-east-1',
  bucket: 'recordings',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' }
}
