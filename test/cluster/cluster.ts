import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { setUpBucket } from '../../plugins/upload-url/bucket/setup.js'
import { readCompose } from '../fixtures/compose.js'
import { freePort } from '../fixtures/free-port.js'

const REPLICAS = 3
const LOADING_OWNERS = 20

/** Requests a minute for each owner. */
export const BUDGET = 3_000
/** Folder of everything that is written, RGW's own files among it. */
export const RUN = required('CLUSTER_RUN')
export const BUCKET = 'cluster'

const secretKey = () => randomBytes(24).toString('hex')

/** API keys by owner: many that make load, and one whose budget is tried. */
export const API_KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  [...Array.from({ length: LOADING_OWNERS }, (_, index) => `loader${index}`), 'spender', 'alice'].map(owner => [
    owner,
    secretKey()
  ])
)

/** What opens the store. */
export const credentials = { accessKeyId: required('S3_ACCESS_KEY'), secretAccessKey: required('S3_SECRET_KEY') }
const STATIC_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
}
const endpoint = required('CLUSTER_S3_ENDPOINT')

/** The store, seen past the service. */
export const store = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })

/** Everything that no log may hold. */
export const secrets = [...Object.values(API_KEYS), credentials.secretAccessKey]

/** The whole topology of docker-compose.yml, as processes of this machine. */
export interface Cluster {
  /** Where clients go: nginx. */
  readonly address: string
  readonly replicas: readonly Replica[]
  readonly redis: Service
  /** Starts another replica, out of nginx's sight, with credentials from elsewhere. */
  startReplica(name: string, credentials: NodeJS.ProcessEnv): Promise<Replica>
  /** Ends everything but what {@link startReplica} has started. */
  stop(): Promise<void>
}

/** One process that can be killed and started again. */
export interface Service {
  process: ChildProcess
  readonly start: () => ChildProcess
}

/** One process of the service. */
export interface Replica extends Service {
  readonly address: string
}

/** Starts everything but RGW, which `run.sh` has started, and makes the bucket. */
export async function startCluster (): Promise<Cluster> {
  await setUpBucket(
    {
      client: store,
      bucket: BUCKET,
      keyPrefix: 'uploads',
      corsOrigins: ['https://app.example.com'],
      createBucket: true
    },
    () => {}
  )
  await mkdir(join(RUN, 'cluster'))
  const redisPort = await freePort()
  const redis = service(() =>
    launch('redis', 'redis-server', [
      '--port',
      String(redisPort),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no'
    ])
  )
  const replicas: Replica[] = []
  for (let index = 0; index < REPLICAS; index++) { replicas.push(await startReplica(`replica${index}`, redisPort, STATIC_CREDENTIALS)) }
  await Promise.all(replicas.map(({ address }) => untilLive(address)))
  const port = await freePort()
  const nginx = await startNginx(port, replicas)
  const address = `http://127.0.0.1:${port}`
  await untilLive(address)
  const services = [nginx, redis, ...replicas]
  return {
    address,
    replicas,
    redis,
    startReplica: (name, credentials) => startReplica(name, redisPort, credentials),
    stop: async () => {
      await Promise.all(services.map(({ process }) => kill(process, process === nginx.process ? 'SIGQUIT' : 'SIGKILL')))
    }
  }
}

/** Ends a process and waits until it has. */
export async function kill (child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

/** Waits until a server is live. @param address as in `http://127.0.0.1:3000` */
export async function untilLive (address: string): Promise<void> {
  while (
    !(await fetch(`${address}/health/live`).then(
      ({ ok }) => ok,
      () => false
    ))
  ) { await setTimeout(50) }
}

/** Stops RGW's gateway, and gives a function that starts it again. */
export async function stopGateway (): Promise<() => Promise<void>> {
  const file = join(RUN, 'pid/rgw.pid')
  const pid = Number(await readFile(file, 'utf8'))
  process.kill(pid, 'SIGKILL')
  return async () => {
    const { LD_LIBRARY_PATH = '', PATH = '' } = process.env
    const child = spawn('radosgw', ['--name', 'client.rgw.a', '-f'], {
      env: { PATH, LD_LIBRARY_PATH, CEPH_CONF: join(RUN, 'ceph.conf') },
      stdio: 'ignore'
    })
    // run.sh ends it.
    child.unref()
    await writeFile(file, String(child.pid))
  }
}

/** The process id of RGW's gateway. */
export async function gatewayPid (): Promise<number> {
  return Number(await readFile(join(RUN, 'pid/rgw.pid'), 'utf8'))
}

async function startReplica (name: string, redisPort: number, credentials: NodeJS.ProcessEnv): Promise<Replica> {
  const port = await freePort()
  const { PATH = '' } = process.env
  const env = {
    PATH,
    NODE_ENV: 'production',
    NODE_NO_WARNINGS: '1',
    HOST: '127.0.0.1',
    PORT: String(port),
    TRUST_PROXY: '127.0.0.1',
    DRAIN_SECONDS: '0',
    S3_BUCKET_NAME: BUCKET,
    S3_ENDPOINT: endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    API_KEYS: Object.entries(API_KEYS)
      .map(pair => pair.join(':'))
      .join(','),
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    RATE_LIMIT_MAX: String(BUDGET),
    RATE_LIMIT_MAX_PER_ADDRESS: '0',
    ...credentials
  }
  return {
    address: `http://127.0.0.1:${port}`,
    ...service(() => launch(name, process.execPath, ['dist/src/server.js'], env))
  }
}

// The configuration of docker-compose.yml, but for addresses and folders.
async function startNginx (port: number, replicas: readonly Replica[]): Promise<Service> {
  const { configs } = await readCompose({ API_KEYS: 'unused', S3_ACCESS_KEY: 'unused', S3_SECRET_KEY: 'unused' })
  const directory = join(RUN, 'cluster/nginx')
  await mkdir(directory)
  const file = join(directory, 'nginx.conf')
  await writeFile(
    file,
    configs.nginx.content
      .replaceAll('/tmp/', `${directory}/`)
      .replace('error_log /dev/stderr', `error_log ${directory}/error.log`)
      .replace(
        /( +server service-\d:3000 [^;]*;\n)+/,
        replicas.map(({ address }) => `server ${address.slice('http://'.length)} max_fails=0;\n`).join('')
      )
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
  )
  return service(() => launch('nginx', 'nginx', ['-g', 'daemon off;', '-c', file, '-e', join(directory, 'error.log')]))
}

function service (start: () => ChildProcess): Service {
  return { process: start(), start }
}

function launch (
  name: string,
  command: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env
): ChildProcess {
  const log = openSync(join(RUN, 'cluster', `${name}.log`), 'a')
  return spawn(command, words, { env, stdio: ['ignore', log, log] })
}

function required (name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start test/cluster/run.sh`)
  return value
}
