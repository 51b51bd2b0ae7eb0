import { opusSamples } from './opus-packet.js'

/** What the first packet of a stream in Ogg says about it. */
export interface OggStream {
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** Samples that the decoder drops at the start (RFC 7845 section 4.2). */
  readonly preSkip: number
  /** Samples that a packet decodes to, at most. */
  readonly samplesOf: (packet: Buffer) => number
}

interface Mapping {
  readonly magic: string
  readonly size: number
  readonly parse: (packet: Buffer) => Omit<OggStream, 'preSkip'> & { readonly preSkip?: number }
}

const OPUS_RATE = 48_000
const FLAC_INFORMATION = 17

/** The ways into Ogg: RFC 7845, Vorbis I section 4.2.2, the Speex manual, RFC 9639 section 10.1, and OggPCM. */
const MAPPINGS: readonly Mapping[] = [
  {
    magic: 'OpusHead',
    size: 19,
    parse: packet => ({
      codec: 'opus',
      sampleRate: OPUS_RATE,
      channels: packet[9]!,
      preSkip: packet.readUInt16LE(10),
      samplesOf: opusSamples
    })
  },
  {
    magic: '\x01vorbis',
    size: 29,
    parse: packet => ({
      codec: 'vorbis',
      sampleRate: packet.readUInt32LE(12),
      channels: packet[11]!,
      samplesOf: () => 2 ** (packet[28]! >> 4) / 2
    })
  },
  {
    magic: 'Speex   ',
    size: 68,
    parse: packet => {
      const frame = packet.readUInt32LE(56) * Math.max(1, packet.readUInt32LE(64))
      return {
        codec: 'speex',
        sampleRate: packet.readUInt32LE(36),
        channels: packet.readUInt32LE(48),
        samplesOf: () => frame
      }
    }
  },
  {
    magic: '\x7fFLAC',
    size: FLAC_INFORMATION + 18,
    parse: packet => {
      const information = packet.subarray(FLAC_INFORMATION)
      const packed = information.readUIntBE(10, 3)
      return {
        codec: 'flac',
        sampleRate: packed >> 4,
        channels: (packed >> 1 & 7) + 1,
        samplesOf: () => information.readUInt16BE(2)
      }
    }
  }
]

/** Bytes of a first packet that are looked at. */
export const OGG_IDENTIFICATION_SIZE = 80

/** What a stream holds whose first packet this is; undefined when it is no sound that is known here. */
export function readOggStream (packet: Buffer): OggStream | undefined {
  const mapping = MAPPINGS.find(({ magic, size }) => {
    return packet.length >= size && packet.toString('latin1', 0, magic.length) === magic
  })
  if (mapping === undefined) return undefined
  const stream = { preSkip: 0, ...mapping.parse(packet) }
  return stream.sampleRate > 0 && stream.channels > 0 ? stream : undefined
}
