import { elementsIn, parseElement, readUnsigned, type Element, type Extent } from './ebml.js'
import { opusSamples } from './opus-packet.js'
import type { RangeSource } from './range-source.js'

/** The track whose blocks are looked at. */
export interface Stream {
  /** Its number. */
  readonly track: number
  readonly isOpus: boolean
  /** Ticks of a frame; 0 where nothing says it. */
  readonly frameTicks: number
  /** Nanoseconds of a tick. */
  readonly tick: number
}

/** Blocks of one track that follow each other. */
export interface Blocks {
  /** When the first one begins, and the last one ends, in ticks. */
  readonly start: number
  readonly end: number
  /** Ticks that the last one lasts: as long as the one before it, where nothing else says it. */
  readonly blockTicks: number
  /** From the first one to the end of the last one. */
  readonly bytes: number
  /** What is in the first ones that hold one frame each. */
  readonly frames: readonly Buffer[]
}

interface Block {
  readonly time: number
  /** Ticks that its frames last; undefined where nothing says it. */
  readonly ticks: number | undefined
  /** Its only frame; undefined where several are laced together. */
  readonly frame: Buffer | undefined
}

const ID = {
  Cluster: 0x1f43b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
  BlockGroup: 0xa0,
  Block: 0xa1,
  BlockDuration: 0x9b
}
/** Elements that stand beside clusters have ids of four bytes. */
const TOP_LEVEL = 0x10000000
const MAX_FRAMES = 48
const CLUSTER_MAGIC = '\x1fC\xb6u'
/** The first is mostly read already, with the headers; pictures may come before the first sound. */
const HEADS = [12 * 1024, 256 * 1024]
/** Bytes that are looked at for a cluster in the middle. */
const PROBE = 64 * 1024
/** A browser closes a cluster after some seconds, of 30 at most. */
const TAILS = [64 * 1024, 256 * 1024, 1024 * 1024]

/** The blocks of the cluster that `extent` begins with, as far as they are in its first bytes. */
export async function firstBlocks (source: RangeSource, extent: Extent, stream: Stream): Promise<Blocks | undefined> {
  for (const length of HEADS) {
    const blocks = blocksOf(await source.read(extent.content, Math.min(length, extent.end - extent.content)), 0, stream)
    if (blocks !== undefined) return blocks
  }
  return undefined
}

/** The blocks of the first cluster that begins at `start` or soon behind it, and its offset in bytes. */
export async function nextBlocks (
  source: RangeSource,
  start: number,
  end: number,
  stream: Stream
): Promise<Blocks & { readonly offset: number } | undefined> {
  const bytes = await source.read(start, Math.min(PROBE, end - start))
  let at = bytes.indexOf(CLUSTER_MAGIC, 0, 'latin1')
  while (at !== -1) {
    const blocks = blocksOf(bytes, at, stream)
    if (blocks !== undefined) return { ...blocks, offset: start + at }
    at = bytes.indexOf(CLUSTER_MAGIC, at + 1, 'latin1')
  }
  return undefined
}

/** The blocks of the last cluster in `extent` that has any, whole ones only: looked for from the end. */
export async function lastBlocks (source: RangeSource, extent: Extent, stream: Stream): Promise<Blocks | undefined> {
  let searched = extent.end
  for (const length of TAILS) {
    const start = Math.max(extent.content, extent.end - length)
    const tail = await source.read(start, extent.end - start)
    if (tail.length < extent.end - start) return undefined
    let at = tail.lastIndexOf(CLUSTER_MAGIC, searched - start, 'latin1')
    while (at !== -1) {
      const blocks = blocksOf(tail, at, stream)
      if (blocks !== undefined) return blocks
      at = at === 0 ? -1 : tail.lastIndexOf(CLUSTER_MAGIC, at - 1, 'latin1')
    }
    if (start === extent.content) return undefined
    searched = start + CLUSTER_MAGIC.length
  }
  return undefined
}

/**
 * The whole blocks of the cluster at `at` of `bytes`; undefined where there is no cluster, or none of the track in it.
 */
function blocksOf (bytes: Buffer, at: number, stream: Stream): Blocks | undefined {
  const cluster = parseElement(bytes, at, 0, bytes.length)
  if (cluster?.id !== ID.Cluster) return undefined
  const content = bytes.subarray(cluster.content, cluster.end)
  let timestamp: number | undefined
  let first: number | undefined
  let last: Block | undefined
  const frames: Buffer[] = []
  let gap = 0
  let end = 0
  for (const element of elementsIn(content, 0)) {
    if (element.id >= TOP_LEVEL || element.end > content.length) break
    if (element.id === ID.Timestamp) timestamp = readUnsigned(content.subarray(element.content, element.end))
    const block = timestamp === undefined ? undefined : readBlock(content, element, timestamp, stream)
    if (block === undefined) continue
    gap = last === undefined ? 0 : block.time - last.time
    first ??= block.time
    last = block
    end = element.end
    if (block.frame !== undefined && frames.length < MAX_FRAMES) frames.push(block.frame)
  }
  if (first === undefined || last === undefined) return undefined
  const blockTicks = last.ticks ?? gap
  return { start: first, end: last.time + blockTicks, blockTicks, bytes: end, frames }
}

function readBlock (content: Buffer, element: Element, timestamp: number, stream: Stream): Block | undefined {
  const bytes = content.subarray(element.content, element.end)
  if (element.id === ID.SimpleBlock) return parseBlock(bytes, timestamp, stream)
  if (element.id !== ID.BlockGroup) return undefined
  const parts = [...elementsIn(bytes, 0)]
  const partOf = (id: number): Buffer | undefined => {
    const part = parts.find(part => part.id === id)
    return part && bytes.subarray(part.content, part.end)
  }
  const block = parseBlock(partOf(ID.Block) ?? Buffer.alloc(0), timestamp, stream)
  const duration = partOf(ID.BlockDuration)
  return block && duration ? { ...block, ticks: readUnsigned(duration) } : block
}

/** The header of a block: track, time relative to the cluster, flags; then how many frames are laced together. */
function parseBlock (bytes: Buffer, timestamp: number, { track, isOpus, frameTicks, tick }: Stream): Block | undefined {
  const width = Math.clz32(bytes[0] ?? 0) - 23
  if (bytes.length < width + 4 || (bytes[0]! ^ 0x80 >> (width - 1)) !== track) return undefined
  const time = timestamp + bytes.readInt16BE(width)
  const isLaced = (bytes[width + 2]! & 6) !== 0
  const frames = isLaced ? bytes[width + 3]! + 1 : 1
  const frame = isLaced ? undefined : bytes.subarray(width + 3)
  if (isOpus && frame !== undefined) return { time, ticks: opusSamples(frame) / 48_000 * 1e9 / tick, frame }
  return { time, ticks: frameTicks > 0 ? frames * frameTicks : undefined, frame }
}
