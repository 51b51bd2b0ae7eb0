import { Type, type Static } from '@sinclair/typebox'

/** The containers that are told apart, under the names that people use. */
export const CONTAINERS = [
  'mp3', 'mp4', '3gp', 'wav', 'flac', 'ogg', 'webm', 'matroska', 'aac', 'amr', 'aiff', 'caf'
] as const

/** The name of a container, as `webm`. */
export type Container = typeof CONTAINERS[number]

/** What the bytes of a recording say about it. */
export const AudioInfoSchema = Type.Object({
  container: Type.Unsafe<Container>({
    type: 'string',
    enum: CONTAINERS,
    description: 'The file format around the sound. MP4, M4A and QuickTime are all `mp4`.'
  }),
  codec: Type.String({
    pattern: '^[a-z0-9_]{1,32}$',
    description: 'How the sound is coded, by the name ffprobe uses; `unknown` where the container names a codec that ' +
      'is not known here.',
    examples: ['opus', 'pcm_s16le']
  }),
  duration: Type.Optional(Type.Number({
    minimum: 0,
    description: 'Length in seconds. Absent where it cannot be known without reading the whole object, or where the ' +
      'header claims more than the object holds.',
    examples: [3.448]
  })),
  sampleRate: Type.Optional(Type.Integer({
    minimum: 1, maximum: 10_000_000, description: 'Samples a second of each channel, in Hz.', examples: [16_000]
  })),
  channels: Type.Optional(Type.Integer({
    minimum: 1, maximum: 65_535, description: 'Number of channels: 1 is mono, 2 stereo.', examples: [1]
  })),
  bitRate: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Bits a second of the sound, on average.',
    examples: [32_000]
  }))
}, { additionalProperties: false })

/** What the bytes of a recording say about it. */
export type AudioInfo = Static<typeof AudioInfoSchema>
