import type { AudioInfo } from './audio/audio-schema.js'
import { MAX_DURATION } from './metadata.js'
import type { ResolvedOptions } from './options.js'
import { smallest } from './policy.js'
import type { RejectionReason } from './upload-status.js'

type Accept = ResolvedOptions['accept']
type Metadata = Readonly<Record<string, string>>

/** Seconds, as a client may declare them. */
const SECONDS = /^\d{1,9}(?:\.\d{1,9})?$/

/** What each limit is about, for people. */
const SUBJECTS = {
  minDuration: 'the duration in seconds',
  maxDuration: 'the duration in seconds',
  channels: 'the number of channels',
  sampleRates: 'the sample rate in Hz',
  codecs: 'the codec'
} as const

/** The duration in seconds that the client declared in its metadata, where it is one. */
export function declaredDuration ({ duration = '' }: Metadata): number | undefined {
  return SECONDS.test(duration) ? Number(duration) : undefined
}

/**
 * Compares a recording with what is accepted. What is not known of it is not accepted where there is a limit: a
 * recording whose duration cannot be told may be of any.
 *
 * @param metadata of the object, which may have a limit of its own
 * @returns why it is rejected; empty where it is accepted
 */
export function rejectionReasons (audio: AudioInfo, accept: Accept, metadata: Metadata): RejectionReason[] {
  const { duration, channels, sampleRate, codec } = audio
  const { minDuration } = accept
  const maxDuration = smallest(accept.maxDuration, ownMaxDuration(metadata))
  const isShort = minDuration !== undefined && !(duration !== undefined && duration >= minDuration)
  const isLong = maxDuration !== undefined && !(duration !== undefined && duration <= maxDuration)
  return [
    ...isShort ? [reason('minDuration', minDuration, duration, `at least ${minDuration} are required`)] : [],
    ...isLong ? [reason('maxDuration', maxDuration, duration, `at most ${maxDuration} are accepted`)] : [],
    ...unlisted('channels', accept.channels, channels),
    ...unlisted('sampleRates', accept.sampleRates, sampleRate),
    ...unlisted('codecs', accept.codecs, codec)
  ]
}

function ownMaxDuration ({ [MAX_DURATION]: seconds }: Metadata): number | undefined {
  return Number(seconds) > 0 ? Number(seconds) : undefined
}

function unlisted (
  code: 'channels' | 'sampleRates' | 'codecs', accepted: ReadonlyArray<number | string> | undefined,
  found: number | string | undefined
): RejectionReason[] {
  if (accepted === undefined || (found !== undefined && accepted.includes(found))) return []
  return [reason(code, [...accepted], found, `these are accepted: ${accepted.join(', ')}`)]
}

function reason (
  code: keyof typeof SUBJECTS, limit: NonNullable<RejectionReason['limit']>, found: number | string | undefined,
  accepted: string
): RejectionReason {
  const message = `${SUBJECTS[code]} is ${found ?? 'not known'}, but ${accepted}`
  return { code, limit, ...found !== undefined && { found }, message }
}
