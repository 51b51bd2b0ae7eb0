import { readdirSync, readFileSync } from 'node:fs'

/** A source of numbers in [0, 1) that says the same ones again for the same seed. */
export type Random = () => number

const folder = new URL('../fixtures/audio/', import.meta.url)

/** The recordings in test/fixtures/audio, by file name. */
export const RECORDINGS: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(folder)
    .filter(name => name.startsWith('dictation'))
    .map(name => [name, readFileSync(new URL(name, folder))])
)

/** Mulberry32: small, and good enough to break files with. */
export function randomFrom (seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const EXTREMES = [0x00000000, 0x00000001, 0x00000008, 0x7fffffff, 0x80000000, 0xffffffff, 0x00000010, 0x01ffffff]

type Mutation = (bytes: Buffer, random: Random) => Buffer

const MUTATIONS: readonly Mutation[] = [
  function flipBit (bytes, random) {
    const at = place(bytes, random)
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8))
    return bytes
  },
  function overwriteByte (bytes, random) {
    bytes[place(bytes, random)] = Math.floor(random() * 256)
    return bytes
  },
  function overwriteSize (bytes, random) {
    const value = EXTREMES[Math.floor(random() * EXTREMES.length)]!
    if (bytes.length >= 4) bytes.writeUInt32BE(value, Math.min(place(bytes, random), bytes.length - 4))
    return bytes
  },
  function truncate (bytes, random) {
    return bytes.subarray(0, place(bytes, random) + 1)
  },
  function remove (bytes, random) {
    const [from, to] = stretch(bytes, random)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function repeat (bytes, random) {
    const [from, to] = stretch(bytes, random)
    const times = 1 + Math.floor(random() * 50)
    return Buffer.concat([
      bytes.subarray(0, to),
      ...Array.from({ length: times }, () => bytes.subarray(from, to)),
      bytes.subarray(to)
    ])
  },
  function splice (bytes, random) {
    const others = [...RECORDINGS.values()]
    const other = others[Math.floor(random() * others.length)]!
    return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))])
  },
  function scramble (bytes, random) {
    const [from, to] = stretch(bytes, random)
    for (let at = from; at < to; at += 1) bytes[at] = Math.floor(random() * 256)
    return bytes
  }
]

/** One of the recordings, broken in one to six ways. */
export function brokenRecording (random: Random): Buffer {
  const originals = [...RECORDINGS.values()]
  let bytes: Buffer = Buffer.from(originals[Math.floor(random() * originals.length)]!)
  for (let left = 1 + Math.floor(random() * 6); left > 0 && bytes.length > 0; left -= 1) {
    bytes = Buffer.from(MUTATIONS[Math.floor(random() * MUTATIONS.length)]!(bytes, random))
  }
  return bytes
}

/** Half of the time in the first 256 bytes, where the headers are. */
function place (bytes: Buffer, random: Random): number {
  const reach = random() < 0.5 ? Math.min(256, bytes.length) : bytes.length
  return Math.floor(random() * reach)
}

function stretch (bytes: Buffer, random: Random): [from: number, to: number] {
  const from = place(bytes, random)
  return [from, Math.min(bytes.length, from + 1 + Math.floor(random() * 512))]
}
