import { createHash } from 'node:crypto'
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand
} from '@aws-sdk/client-s3'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { corsRule } from '../../plugins/upload-url/bucket/rules.js'
import { startStore, type Store } from '../fixtures/store.js'
import { startStoreProxy, type StoreProxy } from './store-proxy.js'

/** The server in development, with a store that can be cut off, and eyes of its own on that store. */
export interface Site {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly proxy: StoreProxy
  readonly store: Store['kind']
  /** SHA-256 of an object, in hex. */
  sha256(key: string): Promise<string>
  /** The keys of all objects. */
  keys(): Promise<string[]>
  /** Ids of the multipart uploads in progress. */
  uploads(): Promise<string[]>
}

/** The key that opens the service. */
export const API_KEY = 'the-api-key-of-alice'

/**
 * Starts the server over the embedded store or, where `TEST_S3_ENDPOINT` is set, over that one.
 *
 * @param variables of the environment, besides those that lead to the store
 * @param extend adds routes before the server listens
 */
export async function startSite (
  t: Test,
  variables: Record<string, string> = {},
  extend: (app: FastifyInstance) => void = () => {}
): Promise<Site> {
  const { kind, client, bucket, endpoint, region, credentials } = await startStore(t)
  const proxy = await startStoreProxy(t, endpoint)
  // The server leaves credentials to the SDK, which looks here.
  process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey
  const app = await buildApp(
    loadConfig({
      NODE_ENV: 'development',
      LOG_LEVEL: 'silent',
      API_KEYS: `alice:${API_KEY}`,
      S3_BUCKET_NAME: bucket,
      S3_ENDPOINT: proxy.origin,
      S3_FORCE_PATH_STYLE: 'true',
      AWS_REGION: region,
      ...variables
    })
  )
  t.teardown(() => app.close())
  extend(app)
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  await client.send(
    new PutBucketCorsCommand({
      Bucket: bucket,
      CORSConfiguration: { CORSRules: [corsRule([origin])] }
    })
  )

  return {
    origin,
    proxy,
    store: kind,
    async sha256 (key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      const hash = createHash('sha256')
      for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk)
      return hash.digest('hex')
    },
    async keys () {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      return Contents.map(({ Key }) => Key!)
    },
    async uploads () {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads.map(({ UploadId }) => UploadId!)
    }
  }
}
