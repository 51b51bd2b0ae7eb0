/**
 * Inspects many thousand broken recordings: `npx tsx test/audio/fuzz.extra.ts [files] [seed]`.
 * Prints how many crashed, hung, or went over the limits, and exits with 1 if any did, or half of them took too long.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { AudioInfoSchema } from '../../plugins/upload-url/audio/audio-schema.js'
import { inspectObject, LIMITS, objectOf, sparseObject, type CountedObject } from './counted-object.js'
import { brokenRecording, randomFrom, type Random } from './mutations.js'

interface Figures {
  files: number
  audio: number
  rejected: number
  crashes: number
  overLimits: number
  untrue: number
  mostBytes: number
  mostRequests: number
  slowest: number
  /** Milliseconds that half of the files took less than. */
  median: number
  heapGrowth: number
}

interface Task {
  readonly files: number
  readonly seed: number
}

/** Milliseconds that one file may take, and that the process may be silent. */
const HANG = 10_000
const SILENCE = 60_000
/** Milliseconds that half of the files have to stay below. */
const MAX_MEDIAN = 1
const REPORT_EVERY = 500
const isAudio = new Ajv().compile(AudioInfoSchema)
const MEGABYTES = 4 * 1024 ** 2
const GIGABYTES = 2 * 1024 ** 3

/**
 * Mostly the broken file itself; sometimes the start and the end of an object of 2 GB,
 * or repeated to a few megabytes, which is more than may be read.
 */
function objectFrom (random: Random): CountedObject {
  const bytes = brokenRecording(random)
  const choice = random()
  if (choice < 0.8 || bytes.length < 100) return objectOf(bytes)
  if (choice < 0.9) {
    return sparseObject(GIGABYTES + bytes.length, [
      [0, bytes],
      [GIGABYTES, bytes]
    ])
  }
  return objectOf(Buffer.concat(Array.from({ length: Math.ceil((MEGABYTES * random()) / bytes.length) }, () => bytes)))
}

async function inspectOne (seed: number, figures: Figures, times: Float64Array): Promise<void> {
  const object = objectFrom(randomFrom(seed))
  const began = performance.now()
  try {
    const result = await inspectObject(object)
    figures['rejected' in result ? 'rejected' : 'audio'] += 1
    if (!('rejected' in result) && !isAudio(result)) {
      figures.untrue += 1
      console.error(`seed ${seed}: outside the schema: ${JSON.stringify(result)}`)
    }
  } catch (error) {
    figures.crashes += 1
    console.error(`seed ${seed}:`, error)
  }
  if (object.requests > LIMITS.maxRequests || object.bytes > LIMITS.maxBytes) {
    figures.overLimits += 1
    console.error(`seed ${seed}: ${object.requests} requests, ${object.bytes} bytes`)
  }
  const took = performance.now() - began
  times[figures.files] = took
  figures.files += 1
  figures.mostBytes = Math.max(figures.mostBytes, object.bytes)
  figures.mostRequests = Math.max(figures.mostRequests, object.requests)
  figures.slowest = Math.max(figures.slowest, took)
}

async function fuzz ({ files, seed }: Task): Promise<void> {
  const figures: Figures = {
    files: 0,
    audio: 0,
    rejected: 0,
    crashes: 0,
    overLimits: 0,
    untrue: 0,
    mostBytes: 0,
    mostRequests: 0,
    slowest: 0,
    median: 0,
    heapGrowth: 0
  }
  const times = new Float64Array(files)
  let settledHeap = 0
  for (let at = 0; at < files; at += 1) {
    await inspectOne(seed + at, figures, times)
    if (figures.files % REPORT_EVERY !== 0 && figures.files !== files) continue
    globalThis.gc!()
    settledHeap ||= process.memoryUsage().heapUsed
    figures.heapGrowth = process.memoryUsage().heapUsed - settledHeap
    figures.median = times.subarray(0, figures.files).toSorted()[figures.files >> 1]!
    process.send!(figures)
  }
  process.disconnect()
}

/** Runs the fuzzing in a process of its own, so that an endless loop there can be noticed here. */
async function watch (task: Task): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [String(task.files), String(task.seed)], {
    execArgv: [...process.execArgv, '--expose-gc']
  })
  let figures: Figures | undefined
  let hangs = 0
  const hung = () => {
    hangs += 1
    child.kill('SIGKILL')
  }
  let watchdog = setTimeout(hung, SILENCE)
  child.on('message', latest => {
    figures = latest as Figures
    clearTimeout(watchdog)
    watchdog = setTimeout(hung, SILENCE)
  })
  await once(child, 'exit')
  clearTimeout(watchdog)

  if (figures !== undefined && figures.slowest > HANG) hangs += 1
  console.table({ ...figures, hangs })
  const failed =
    figures === undefined ||
    figures.files < task.files ||
    figures.median >= MAX_MEDIAN ||
    hangs + figures.crashes + figures.overLimits + figures.untrue > 0
  process.exitCode = failed ? 1 : 0
}

const task = { files: Number(process.argv[2] ?? 20_000), seed: Number(process.argv[3] ?? 1) }
await (process.send === undefined ? watch(task) : fuzz(task))
