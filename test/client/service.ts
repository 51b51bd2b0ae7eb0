import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import {
  GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command
} from '@aws-sdk/client-s3'
import type { Test } from 'tap'
import { createUploader, type Clock, type UploaderOptions } from '../../openapi/client/node.js'
import type { UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { startStore, type Store } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'

export const MIB = 1024 ** 2
/** Bytes: the smallest part that S3 takes. */
export const PART = 5 * MIB

/** A PUT that the store has answered. */
export interface Put {
  /** 0 for a whole file. */
  readonly partNumber: number
  readonly status: number
}

/** A request on its way. */
export interface Intercepted {
  readonly method: string
  readonly url: URL
  /** 0 where it is not about a part. */
  readonly partNumber: number
}

/** The service over a store, and a look at both. */
export interface TestService {
  readonly baseUrl: string
  readonly store: Store
  /** Every PUT that the store has answered, through `fetch` of this service. */
  readonly puts: Put[]
  /** Requests to the service, as `POST /multipart-uploads`. */
  readonly calls: string[]
  /** The most PUTs that were under way at once. */
  mostAtOnce: number
  /** Replaces requests: gets what would send it. Default: sends it. */
  intercept: (request: Intercepted, send: () => Promise<Response>) => Promise<Response>
  /** Options of an uploader that waits for nothing, with everything through this service's `fetch`. */
  readonly options: UploaderOptions
  uploader (options?: Partial<UploaderOptions>): ReturnType<typeof createUploader>
  /** SHA-256 of an object in hex. */
  sha256 (key: string): Promise<string>
  head (key: string): Promise<{ contentType: string | undefined, metadata: Record<string, string> }>
  keys (): Promise<string[]>
  uploadsInProgress (): Promise<number>
}

/** Starts the service as alice's clients see it. It ends with the test. */
export async function startService (t: Test, pluginOptions: Partial<UploadUrlOptions> = {}): Promise<TestService> {
  const store = await startStore(t)
  const app = await appFor(t, store, pluginOptions)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { client, bucket } = store
  let atOnce = 0

  async function fetchThrough (input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const url = new URL(String(input))
    const method = init.method ?? 'GET'
    const partNumber = Number(url.searchParams.get('partNumber') ?? 0)
    if (url.origin === baseUrl) service.calls.push(`${method} ${url.pathname}`)
    const send = async () => {
      const response = await fetch(input, init)
      if (method === 'PUT') service.puts.push({ partNumber, status: response.status })
      return response
    }
    if (method !== 'PUT') return await service.intercept({ method, url, partNumber }, send)
    atOnce += 1
    service.mostAtOnce = Math.max(service.mostAtOnce, atOnce)
    try {
      return await service.intercept({ method, url, partNumber }, send)
    } finally {
      atOnce -= 1
    }
  }

  const service: TestService = {
    baseUrl,
    store,
    puts: [],
    calls: [],
    mostAtOnce: 0,
    intercept: (_request, send) => send(),
    options: { baseUrl, headers: { 'x-user': 'alice' }, random: () => 0, partSize: PART, fetch: fetchThrough },
    uploader: options => createUploader({ ...service.options, ...options }),
    async sha256 (key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      return sha256(await Body!.transformToByteArray())
    },
    async head (key) {
      const { ContentType, Metadata = {} } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
      return { contentType: ContentType, metadata: Metadata }
    },
    async keys () {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      return Contents.map(({ Key }) => Key!)
    },
    async uploadsInProgress () {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads.length
    }
  }
  return service
}

/** SHA-256 in hex. */
export function sha256 (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A file of bytes that differ everywhere. */
export function makeFile (
  size: number, name = 'hearing.wav', lastModified = 1_700_000_000_000
): { file: File, sha256: string } {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31) ^ (index >> 11)
  return { file: new File([bytes], name, { type: 'audio/wav', lastModified }), sha256: sha256(bytes) }
}

/** A clock that stands still until it is told; whoever waits is let go at once, and how long it wanted is kept. */
export function impatientClock (waits: number[]): Clock {
  return {
    now: () => 0,
    setTimeout (callback, milliseconds) {
      // Watchdogs are not let go: nothing stalls here.
      if (milliseconds >= 30_000) return undefined
      waits.push(milliseconds)
      return setTimeout(callback)
    },
    clearTimeout: timer => clearTimeout(timer as number)
  }
}

/** The numbers of the parts that the store took, in order of their numbers. */
export function taken (puts: readonly Put[]): number[] {
  const numbers = puts.filter(({ status }) => status === 200).map(({ partNumber }) => partNumber)
  return numbers.sort((one, other) => one - other)
}

/** An answer of S3 that is an error. */
export function storeError (status: number, headers: Record<string, string> = {}): Response {
  return new Response('<Error><Code>SlowDown</Code></Error>', { status, headers })
}
