import { showLevel } from './level.js'
import { formatClock } from './units.js'

const { clearInterval, MediaRecorder, navigator, setInterval } = globalThis
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
const NOTE = 'Saved in S3 while you speak'

/** A media type that this browser records and the service accepts; undefined where there is none. */
export function recordingType (accepted) {
  if (MediaRecorder === undefined || navigator.mediaDevices === undefined) return undefined
  return TYPES.find(type => MediaRecorder.isTypeSupported(type) && accepted.hasType(type))
}

/**
 * Makes a button record the microphone: pressed once it starts, pressed again it stops.
 *
 * @param {{ button: HTMLButtonElement, note: HTMLElement, level: HTMLMeterElement }} elements
 * @param {(stream: MediaStream) => import('./client/recording.js').Recording} record
 */
export function recordWith ({ button, note, level }, record) {
  let recording
  note.textContent = NOTE
  button.addEventListener('click', async () => {
    if (recording !== undefined) return recording.stop().catch(() => {})
    let stream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      recording = record(stream)
    } catch {
      note.textContent = 'The microphone is not available: allow it for this page, then try again.'
      return
    }
    const started = Date.now()
    let saved
    const show = () => {
      button.textContent = `Stop ${formatClock((Date.now() - started) / 1000)}`
      if (saved !== undefined) note.textContent = `Saved ${Math.round((Date.now() - saved) / 1000)} s ago`
    }
    const timer = setInterval(show, 500)
    const hideLevel = showLevel(level, stream)
    note.textContent = 'Recording'
    show()
    recording.addEventListener('saved', () => { saved = Date.now() })
    recording.addEventListener('waiting', () => {
      saved = undefined
      note.textContent = 'S3 cannot be reached: kept on this device meanwhile'
    })
    recording.addEventListener('state', ({ detail: { state } }) => {
      if (recording === undefined || state === 'paused' || state === 'recording') return
      recording = undefined
      clearInterval(timer)
      hideLevel()
      for (const track of stream.getTracks()) track.stop()
      button.textContent = 'Record'
      note.textContent = NOTE
    })
  })
}
