const { AudioContext, clearInterval, setInterval } = globalThis
const INTERVAL_MS = 100

/**
 * Shows how loud a microphone is.
 *
 * @param {HTMLMeterElement} meter from 0 to 1
 * @param {MediaStream} stream
 * @returns {() => void} ends it
 */
export function showLevel (meter, stream) {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    meter.value = Math.min(1, Math.sqrt(power) * 4)
  }, INTERVAL_MS)
  meter.hidden = false
  return () => {
    clearInterval(timer)
    meter.hidden = true
    context.close()
  }
}
