/**
 * Makes some five hundred recordings, and a thousand files that are none, and puts them through our inspector and
 * through two libraries on the same limits: `npx tsx test/audio/corpus/survey.extra.ts [folder]`. With a folder, what
 * was made is kept there for the next run. Exits with 1 where ours breaks a bound.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { LIMITS } from '../counted-object.js'
import { INSPECTORS, type Found } from './inspectors.js'
import { IsolatedInspector } from './isolated.js'
import { inParallel, makeCorpus } from './make-corpus.js'
import { otherFiles } from './other-files.js'
import { UNKNOWN_DURATIONS } from './unknown-durations.js'
import { truthOf, type Truth } from './truth.js'

interface Recording {
  readonly name: string
  readonly bytes: Buffer
  readonly truth: Truth
}

type Outcome = 'right' | 'none' | 'wrong' | 'rejected'

interface Tally extends Record<Outcome, number> {
  nonAudioTaken: number
  /** Files that it did not come back from. */
  crashes: number
  reads: number
  kilobytes: number
  medianMs: number
}

const MIN_SHAPES = 400
const MIN_OTHER_FILES = 1000
const MAX_NONE = 0.02
const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  mp2: ['mp3'],
  m4a: ['mp4'],
  mp4: ['mp4'],
  mov: ['mp4'],
  '3g2': ['3gp', 'mp4'],
  '3gp': ['3gp', 'mp4'],
  opus: ['ogg'],
  spx: ['ogg'],
  oga: ['ogg'],
  ogv: ['ogg'],
  webm: ['webm', 'matroska'],
  mka: ['matroska'],
  mkv: ['matroska'],
  awb: ['amr'],
  loas: ['aac'],
  aifc: ['aiff']
}

function isNear (duration: number, truth: number): boolean {
  return Math.abs(duration - truth) <= Math.max(0.05, truth * 0.01)
}

function outcomeOf (found: Found, { decoded, packets }: Truth): Outcome {
  if (found === undefined) return 'rejected'
  if (found.duration === undefined || found.duration === 0 || !Number.isFinite(found.duration)) return 'none'
  return isNear(found.duration, decoded) || isNear(found.duration, packets) ? 'right' : 'wrong'
}

/** In which other ways than its duration a recording is described wrongly. */
function misnamed (found: NonNullable<Found>, { name, truth }: Recording): string[] {
  const extension = name.slice(name.lastIndexOf('.') + 1)
  const containers = CONTAINERS[extension] ?? [extension]
  return [
    !containers.includes(found.container!) && `container ${found.container}`,
    found.codec !== truth.codec.replace(/^amrnb$/, 'amr_nb').replace(/^amrwb$/, 'amr_wb') &&
      `codec ${found.codec} instead of ${truth.codec}`,
    found.sampleRate !== truth.sampleRate && `rate ${found.sampleRate} instead of ${truth.sampleRate}`,
    found.channels !== truth.channels && `channels ${found.channels} instead of ${truth.channels}`
  ].filter(difference => difference !== false)
}

async function survey (folder: string): Promise<boolean> {
  const made = await makeCorpus(folder)
  const truths = await decodedTruths(
    made.map(({ path }) => path),
    join(folder, 'truths.json')
  )
  const measured = made.map(({ path, truth, same = basename(path) }) => ({
    name: basename(path),
    bytes: readFileSync(path),
    truth: completed({ ...truths[basename(path)], ...truths[same], ...truth })
  }))
  const recordings: Recording[] = measured.flatMap(({ truth, ...file }) =>
    truth === undefined ? [] : { ...file, truth }
  )
  const others = otherFiles(join(folder, 'corpus'))
  const faults: string[] = measured
    .filter(({ truth }) => truth === undefined)
    .map(({ name }) => `${name}: ffmpeg decodes nothing`)
  const unknown: string[] = []
  const table: Record<string, Tally> = {}
  for (const label of Object.keys(INSPECTORS)) {
    const inspector = new IsolatedInspector(label)
    const isOurs = label === 'ours'
    const tally: Tally = {
      right: 0,
      none: 0,
      wrong: 0,
      rejected: 0,
      nonAudioTaken: 0,
      crashes: 0,
      reads: 0,
      kilobytes: 0,
      medianMs: 0
    }
    const times: number[] = []
    for (const recording of recordings) {
      const { found, reads, bytes, milliseconds } = await inspector.inspect(recording.bytes)
      times.push(milliseconds)
      const differences = isOurs && found !== undefined ? misnamed(found, recording) : []
      const outcome = differences.length > 0 ? 'wrong' : outcomeOf(found, recording.truth)
      tally[outcome] += 1
      tally.reads += reads / recordings.length
      tally.kilobytes += bytes / 1000 / recordings.length
      if (!isOurs) continue
      const line = [
        `${recording.name}: ${outcome}`,
        ...differences,
        `duration ${found?.duration?.toFixed(3)} instead of ${recording.truth.decoded.toFixed(3)} (packets ${recording.truth.packets.toFixed(3)})`,
        `${reads} reads, ${bytes} of ${recording.bytes.length} bytes`
      ].join(', ')
      const reason = UNKNOWN_DURATIONS[recording.name]
      if (outcome === 'none' && reason !== undefined) unknown.push(`${recording.name}: ${reason}`)
      else if (outcome !== 'right') faults.push(line)
      if (reads > LIMITS.maxRequests || bytes > LIMITS.maxBytes) faults.push(`${line}: over the limits`)
    }
    for (const { name, bytes } of others) {
      const { found } = await inspector.inspect(bytes)
      if (found === undefined) continue
      tally.nonAudioTaken += 1
      if (isOurs) faults.push(`${name}: taken for ${JSON.stringify(found)}`)
    }
    inspector.stop()
    tally.crashes = inspector.failures
    if (isOurs && tally.crashes > 0) faults.push(`${tally.crashes} files crashed or hung the inspector`)
    table[label] = {
      ...tally,
      reads: round(tally.reads),
      kilobytes: round(tally.kilobytes),
      medianMs: round(times.sort((one, other) => one - other)[times.length >> 1]!)
    }
  }
  if (recordings.length < MIN_SHAPES) faults.push(`only ${recordings.length} recordings were made`)
  if (others.length < MIN_OTHER_FILES) faults.push(`only ${others.length} other files were found`)
  if (table['ours']!.none > recordings.length * MAX_NONE) { faults.push(`${table['ours']!.none} recordings without a duration`) }

  console.log(`${recordings.length} recordings, and ${others.length} files that are none`)
  console.table(table)
  console.log(['Without a duration, and why:', ...unknown].join('\n  '))
  console.log([`Faults of ours: ${faults.length}`, ...faults].join('\n  '))
  return faults.length === 0
}

function completed (truth: Partial<Truth>): Truth | undefined {
  const { codec, sampleRate, channels, decoded, packets = decoded } = truth
  if (
    codec === undefined ||
    sampleRate === undefined ||
    channels === undefined ||
    decoded === undefined ||
    packets === undefined
  ) { return undefined }
  return { codec, sampleRate, channels, decoded, packets }
}

async function decodedTruths (paths: readonly string[], cache: string): Promise<Record<string, Truth>> {
  const truths = existsSync(cache) ? (JSON.parse(readFileSync(cache, 'utf8')) as Record<string, Truth>) : {}
  await inParallel(
    paths.filter(path => truths[basename(path)] === undefined),
    async path => {
      const truth = await truthOf(path)
      if (truth !== undefined) truths[basename(path)] = truth
    }
  )
  writeFileSync(cache, JSON.stringify(truths))
  return truths
}

function round (value: number): number {
  return Math.round(value * 100) / 100
}

const [, , kept] = process.argv
const folder = kept ?? mkdtempSync(join(tmpdir(), 'survey-'))
try {
  process.exitCode = (await survey(folder)) ? 0 : 1
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true })
}
