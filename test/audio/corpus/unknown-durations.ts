/** Recordings of the survey whose duration cannot be known within the limits, each with the reason. */
export const UNKNOWN_DURATIONS: Readonly<Record<string, string>> = {}
