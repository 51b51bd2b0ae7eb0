import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { keepScreenshot, startChromium } from './chromium.js'
import { makeRecording, type MadeRecording } from './made-recording.js'
import { PlaygroundPage } from './playground-page.js'
import { startSite, type Site } from './site.js'
import type { Gate, PartPut } from './store-proxy.js'

/** Bytes, as the service cuts it. */
const PART = 8 * 1024 ** 2
const OUTAGE_MS = 10_000
/** Seconds that URLs live where a test waits for one to end. */
const SHORT_LIFE = 4

const browser = await startChromium(t)

/** The numbers of the parts that the store took, each as often as it did. */
const taken = (parts: readonly PartPut[]) =>
  parts
    .filter(({ status }) => status === 200)
    .map(({ partNumber }) => partNumber)
    .sort((one, other) => one - other)

/** An upload that stands before the gate of its store. */
interface Held {
  readonly site: Site
  readonly playground: PlaygroundPage
  readonly gate: Gate
  readonly file: MadeRecording
}

/** A recording, and the part that is held. Sizes in bytes. */
interface Journey {
  readonly name: string
  readonly size: number
  readonly heldAt: number
  readonly variables?: Record<string, string>
}

async function setOut (t: Test, { name, size, heldAt, variables }: Journey): Promise<Held> {
  t.testdir()
  const site = await startSite(t, variables)
  const file = await makeRecording(t, name, size)
  const playground = await PlaygroundPage.open(t, browser, site)
  const gate = site.proxy.gateAt(heldAt)
  await playground.choose(file.path)
  await gate.reached
  return { site, playground, gate, file }
}

/** Uploads a recording through a mishap, after which all of it is there, and no part that was taken was sent again. */
function survives (title: string, journey: Journey, mishap: (held: Held, t: Test) => Promise<void>): void {
  t.test(title, async t => {
    const held = await setOut(t, journey)
    await mishap(held, t)
    const { facts } = await held.playground.ended(journey.name)
    const parts = taken(held.site.proxy.parts)
    t.same(parts, [...new Set(parts)], 'the store took no part twice')
    t.equal(await held.site.sha256(facts['Key']!), held.file.sha256)
  })
}

survives(
  '300 MB survive a store that is gone for ten seconds, and no part is sent twice',
  {
    name: 'day in court.wav',
    size: 38 * PART,
    heldAt: 20
  },
  async ({ site, playground, gate }) => {
    await keepScreenshot(playground.page, 'uploading')
    await site.proxy.cut()
    gate.open()
    await playground.item('day in court.wav').and(playground.page.locator('[data-state="interrupted"]')).waitFor()
    await keepScreenshot(playground.page, 'cut-off')
    await setTimeout(OUTAGE_MS)
    await site.proxy.mend()
  }
)

survives(
  'an upload goes on when its file is chosen again after a reload, and no part is sent twice',
  {
    name: 'hearing.wav',
    size: 7 * PART + 2,
    heldAt: 4
  },
  async ({ playground, gate, file }) => {
    await playground.page.reload()
    await gate.left
    gate.open()
    await playground.page.getByText('Choose this file again to continue.', { exact: true }).waitFor()
    await keepScreenshot(playground.page, 'choose-again')
    await playground.choose(file.path)
  }
)

survives(
  'an upload is paused and resumed, and no part is sent twice',
  {
    name: 'interview.wav',
    size: 4 * PART,
    heldAt: 3
  },
  async ({ playground, gate }) => {
    await playground.press('Pause interview.wav')
    await gate.left
    gate.open()
    await playground.press('Resume interview.wav')
  }
)

survives(
  'a part URL that has ended is signed again',
  {
    name: 'slow line.wav',
    size: 4 * PART,
    heldAt: 3,
    variables: { PRESIGNED_URL_EXPIRATION: String(SHORT_LIFE) }
  },
  async ({ site, playground, gate }, t) => {
    // Life is counted in whole seconds.
    await setTimeout((SHORT_LIFE + 1) * 1000)
    gate.open()
    await playground.ended('slow line.wav')
    t.ok(
      site.proxy.parts.some(({ partNumber, status }) => partNumber === 3 && status === 403),
      'the store refused the first URL'
    )
  }
)

t.test('an upload that is cancelled leaves nothing behind', async t => {
  const { site, playground, gate } = await setOut(t, { name: 'wrong file.wav', size: 4 * PART, heldAt: 3 })
  t.equal((await site.uploads()).length, 1)
  const aborted = playground.page.waitForResponse(response => response.request().method() === 'DELETE')
  await playground.press('Cancel wrong file.wav')
  t.equal((await aborted).status(), 204)
  await gate.left
  gate.open()
  t.same(await site.uploads(), [])
  t.same(await site.keys(), [])
})

t.test('an upload that is cancelled before anything is sent leaves nothing behind', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'wrong file.wav', 2 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const asked = playground.page.waitForRequest(/part-urls/)
  // Never answered.
  await playground.page.route(/part-urls/, () => {})
  await playground.choose(file.path)
  await asked
  const aborted = playground.page.waitForResponse(response => response.request().method() === 'DELETE')
  await playground.press('Cancel wrong file.wav')
  t.equal((await aborted).status(), 204)
  t.same(await site.uploads(), [])
  t.same(await site.keys(), [])
})
