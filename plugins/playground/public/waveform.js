const { AudioContext, fetch } = globalThis

/** Bytes. Longer recordings are not decoded for a picture. */
const MAX_SIZE = 20_000_000
const BARS = 160
const HEIGHT = 40

/**
 * Draws the loudness of a recording.
 *
 * @param {SVGElement} svg with a path
 * @param {string} url of the recording
 * @param {number} size in bytes
 * @returns {Promise<boolean>} whether there is something to see
 */
export async function drawWaveform (svg, url, size) {
  if (size > MAX_SIZE || AudioContext === undefined) return false
  const context = new AudioContext()
  try {
    const response = await fetch(url)
    const sound = await context.decodeAudioData(await response.arrayBuffer())
    const peaks = peaksOf(sound.getChannelData(0))
    const loudest = Math.max(...peaks, 0.01)
    svg.setAttribute('viewBox', `0 0 ${BARS * 4} ${HEIGHT}`)
    svg.querySelector('path').setAttribute('d', peaks.map((peak, bar) => {
      const height = Math.max(2, peak / loudest * HEIGHT)
      return `M${bar * 4 + 2} ${(HEIGHT - height) / 2}v${height.toFixed(1)}`
    }).join(''))
    return true
  } catch {
    // Not every browser decodes every format that it is given.
    return false
  } finally {
    await context.close()
  }
}

function peaksOf (samples) {
  const width = Math.max(1, Math.floor(samples.length / BARS))
  return Array.from({ length: BARS }, (_, bar) => {
    const loudness = samples.subarray(bar * width, (bar + 1) * width).map(Math.abs)
    return loudness.reduce((peak, sample) => Math.max(peak, sample), 0)
  })
}
