import { essence } from './accepted.js'
import { formatClock } from './units.js'

const { Blob, clearInterval, File, MediaRecorder, navigator, setInterval } = globalThis
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** A media type that this browser records and the service accepts; undefined where there is none. */
export function recordingType (accepted) {
  if (MediaRecorder === undefined || navigator.mediaDevices === undefined) return undefined
  return TYPES.find(type => MediaRecorder.isTypeSupported(type) && accepted.hasType(type))
}

/**
 * Makes a button record the microphone: pressed once it starts, pressed again it stops.
 *
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} note where it says what to know
 * @param {string} type media type to record
 * @param {(file: File) => void} done takes the recording
 */
export function recordWith (button, note, type, done) {
  let recorder
  button.addEventListener('click', async () => {
    if (recorder !== undefined) return recorder.stop()
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      recorder = new MediaRecorder(stream, { mimeType: type })
    } catch {
      note.textContent = 'The microphone is not available: allow it for this page, then try again.'
      return
    }
    const chunks = []
    const started = Date.now()
    const showTime = () => { button.textContent = `Stop ${formatClock((Date.now() - started) / 1000)}` }
    const timer = setInterval(showTime, 500)
    note.textContent = 'Recording'
    showTime()
    recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data))
    recorder.addEventListener('stop', () => {
      clearInterval(timer)
      for (const track of recorder.stream.getTracks()) track.stop()
      recorder = undefined
      button.textContent = 'Record'
      note.textContent = 'Uploaded when you stop'
      done(new File([new Blob(chunks)], `audio-${started}.${extensionOf(type)}`, { type: essence(type) }))
    })
    recorder.start()
  })
}

const extensionOf = type => ({ 'audio/webm': 'webm', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' })[essence(type)]
