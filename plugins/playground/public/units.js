const { Intl } = globalThis
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

/** The one way sizes are written, as in `14.3 kB` or `40 bytes`. */
export function formatSize (bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1
  }).format(bytes / 1000 ** power)
}

/** A time, as in `2.5 s` or `1:02:03`. */
export function formatDuration (seconds) {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : formatClock(seconds)
}

/** A running time, as in `0:07`. */
export function formatClock (seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)]
  const parts = hours > 0 ? [hours, minutes, rest] : [minutes, rest]
  return parts.map((part, index) => index === 0 ? String(part) : String(part).padStart(2, '0')).join(':')
}
