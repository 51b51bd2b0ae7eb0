// As many URLs of parts as one response may have, while the same server answers others.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { createLocalS3 } from '../plugins/local-s3/index.js'
import type { OperationOutput } from '../plugins/upload-url/index.js'
import { median, table } from './report.js'
import { ServerProcess } from './server-process.js'

const ROUNDS = 7
const PARTS = 1_000
const SIZE = PARTS * 8 * 1024 ** 2
const OTHERS = { connections: 10, overallRate: 1_000, duration: 2 }

/** How long such a reply takes, and how long it keeps the event loop from everything else. */
export async function benchPartUrls (): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'))
  const localS3 = createLocalS3({ directory })
  const { endpoint, bucket, region, credentials } = await localS3.start()
  const server = await ServerProcess.start('ours', {
    bucket,
    client: { endpoint, region, credentials, forcePathStyle: true }
  })
  const post = async (path: string, body: object) =>
    fetch(server.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })

  const { key, uploadId } = (await (
    await post('/multipart-uploads', { filename: 'day.wav', size: SIZE })
  ).json()) as OperationOutput<'createMultipartUpload'>
  const rounds: Array<{ readonly bytes: number; readonly took: number; readonly stall: number; readonly p99: number }> =
    []
  for (let round = 0; round <= ROUNDS; round++) {
    await server.usage()
    const others = autocannon({ url: `${server.address}/upload-url?filename=dictation.mp3&size=20480`, ...OTHERS })
    const start = performance.now()
    const response = await post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: PARTS })
    if (!response.ok) throw new Error(await response.text())
    const bytes = (await response.arrayBuffer()).byteLength
    const took = performance.now() - start
    const { latency } = await others
    // The first is for warming up.
    if (round > 0) rounds.push({ bytes, took, p99: latency.p99, stall: (await server.usage()).stall })
  }
  server.stop()
  await localS3.close()
  await rm(directory, { recursive: true })

  const stalls = rounds.map(({ stall }) => stall)
  return table(
    [
      'POST /multipart-uploads/part-urls',
      'MB',
      'ms',
      'longest stall, median of rounds, ms',
      'worst round, ms',
      'others’ p99, ms'
    ],
    [
      [
        '1 000 URLs, beside 1 000 requests/s',
        (rounds[0]!.bytes / 1e6).toFixed(1),
        median(rounds.map(({ took }) => took)).toFixed(0),
        median(stalls).toFixed(1),
        Math.max(...stalls).toFixed(1),
        median(rounds.map(({ p99 }) => p99)).toFixed(0)
      ]
    ]
  )
}
