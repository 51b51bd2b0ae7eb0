import type { AudioInfo } from './audio/audio-schema.js'
import { MAX_DURATION } from './metadata.js'
import type { ResolvedOptions } from './options.js'
import type { RejectionReason } from './upload-status.js'

type Accept = ResolvedOptions['accept']
type Texts = Readonly<Record<string, string>>

/** Seconds, as a client may declare them. */
const DURATION = /^\d{1,9}(?:\.\d{1,9})?$/

/** The duration in seconds that the client declared in its metadata, where it is one. */
export function declaredDuration ({ duration = '' }: Texts): number | undefined {
  return DURATION.test(duration) ? Number(duration) : undefined
}

/**
 * Compares a recording with what is accepted. What is not known of it is not accepted where there is a limit: a
 * recording whose duration cannot be told may be of any.
 *
 * @param metadata of the object, which may have a limit of its own
 * @returns why it is rejected; empty where it is accepted
 */
export function rejectionReasons (
  { duration, channels, sampleRate, codec }: AudioInfo, accept: Accept, metadata: Texts
): RejectionReason[] {
  const { minDuration, maxDuration } = withOwnLimit(accept, metadata)
  const isShort = minDuration !== undefined && !(duration !== undefined && duration >= minDuration)
  const isLong = maxDuration !== undefined && !(duration !== undefined && duration <= maxDuration)
  return [
    ...isShort ? [reason('minDuration', minDuration, duration, `at least ${minDuration} seconds are required`)] : [],
    ...isLong ? [reason('maxDuration', maxDuration, duration, `at most ${maxDuration} seconds are accepted`)] : [],
    ...unlisted('channels', accept.channels, channels),
    ...unlisted('sampleRates', accept.sampleRates, sampleRate),
    ...unlisted('codecs', accept.codecs, codec)
  ]
}

const SUBJECTS = {
  minDuration: 'the duration in seconds',
  maxDuration: 'the duration in seconds',
  channels: 'the number of channels',
  sampleRates: 'the sample rate in Hz',
  codecs: 'the codec'
} as const

function withOwnLimit ({ minDuration, maxDuration }: Accept, { [MAX_DURATION]: own }: Texts) {
  if (own === undefined || !(Number(own) > 0)) return { minDuration, maxDuration }
  return { minDuration, maxDuration: Math.min(maxDuration ?? Infinity, Number(own)) }
}

function unlisted (
  code: 'channels' | 'sampleRates' | 'codecs', accepted: ReadonlyArray<number | string> | undefined,
  found: number | string | undefined
): RejectionReason[] {
  if (accepted === undefined || (found !== undefined && accepted.includes(found))) return []
  return [reason(code, [...accepted], found, `accepted: ${accepted.join(', ')}`)]
}

function reason (
  code: keyof typeof SUBJECTS, limit: NonNullable<RejectionReason['limit']>, found: number | string | undefined,
  accepted: string
): RejectionReason {
  const isFound = found === undefined ? 'is not known' : `is ${found}`
  return { code, limit, ...found !== undefined && { found }, message: `${SUBJECTS[code]} ${isFound}, but ${accepted}` }
}
