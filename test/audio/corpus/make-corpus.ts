import { exec } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DAMAGES } from './damages.js'
import { INPUTS, recipes, type Recipe } from './recipes.js'
import { recordInChromium } from './record-in-chromium.js'
import type { Truth } from './truth.js'

/** A recording, and what is known of it beyond what ffmpeg says. */
export interface MadeRecording {
  readonly path: string
  readonly truth?: Partial<Truth> | undefined
  /** The recording that holds the same sound. */
  readonly same?: string | undefined
}

const run = promisify(exec)
const FIXTURES = fileURLToPath(new URL('../../fixtures/audio', import.meta.url))

/**
 * Makes every recording of the survey in a folder: by Debian's encoders, by Chromium's MediaRecorder, and out of those,
 * as uploads are found to be damaged.
 *
 * @returns the recordings
 * @throws when an encoder fails
 */
export async function makeCorpus (folder: string): Promise<MadeRecording[]> {
  const inputs = join(folder, 'inputs')
  const corpus = join(folder, 'corpus')
  for (const path of [inputs, corpus]) mkdirSync(path, { recursive: true })
  for (const recipe of INPUTS) await make(recipe, inputs, inputs)
  const recorded = recordInChromium(join(inputs, 'in-48000-1.wav'), corpus)
  const encoded = await inParallel(recipes(), async recipe => ({
    path: await make(recipe, inputs, corpus),
    truth: recipe.truth
  }))
  return [...encoded, ...(await recorded).map(path => ({ path })), ...damaged(corpus)]
}

async function make ({ name, command }: Recipe, inputs: string, folder: string): Promise<string> {
  const out = join(folder, name)
  if (existsSync(out)) return out
  await run(`set -o pipefail; ${command}`, {
    shell: '/bin/bash',
    cwd: inputs,
    env: { ...process.env, out, fixtures: FIXTURES }
  })
  if (statSync(out).size === 0) throw new Error(`nothing was written: ${command}`)
  return out
}

function damaged (corpus: string): MadeRecording[] {
  return DAMAGES.map(({ name, of, damage, isWhole }) => {
    const path = join(corpus, name)
    writeFileSync(path, damage(readFileSync(join(corpus, of))))
    return { path, same: isWhole ? of : undefined }
  })
}

/** Does the work for each item, as many at once as there are processors. */
export async function inParallel<T, R> (items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}
