import { fork } from 'node:child_process'
import { once } from 'node:events'
import Fastify from 'fastify'
import { createLocalS3, type LocalS3 } from '../plugins/local-s3/index.js'
import uploadUrl from '../plugins/upload-url/index.js'

/** A service and its store, in one process of their own. */
export interface Service {
  /** `http://127.0.0.1:port` */
  readonly api: string
  readonly store: LocalS3
  readonly stop: () => void
}

/** @param directory of the store */
export async function startService (directory: string): Promise<Service> {
  const child = fork(import.meta.filename, ['serve', directory])
  const [hello] = await once(child, 'message')
  return { ...hello as Pick<Service, 'api' | 'store'>, stop: () => { child.disconnect() } }
}

async function serve (directory: string): Promise<void> {
  const local = createLocalS3({ directory })
  const store = await local.start()
  const { bucket, endpoint, region, credentials } = store
  const app = Fastify()
  await app.register(uploadUrl, {
    bucket, client: { endpoint, region, credentials, forcePathStyle: true }, allowAnonymous: true
  })
  process.send!({ store, api: await app.listen({ host: '127.0.0.1', port: 0 }) })
  await once(process, 'disconnect')
  await Promise.all([app.close(), local.close()])
}

const [role, directory] = process.argv.slice(2)
if (role === 'serve') await serve(directory!)
