/** Recordings of the survey whose duration cannot be known within the limits, each with the reason. */
export const UNKNOWN_DURATIONS: Readonly<Record<string, string>> = {
  'long.aac':
    'ADTS frames vary in size and nothing counts them: to know how many there are, all 6 MB would have to be read'
}
