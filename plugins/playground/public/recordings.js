const { document, Intl } = globalThis
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

/**
 * Adds what landed under a key to a list: what the bytes say of themselves, and a player.
 *
 * @param {import('./service.js').Service} service
 * @param {HTMLElement} list
 * @param {HTMLTemplateElement} template of one entry
 * @param {{ name: string, key: string }} upload
 */
export async function showRecording (service, list, template, { name, key }) {
  const entry = template.content.firstElementChild.cloneNode(true)
  entry.querySelector('h3').textContent = name
  list.prepend(entry)
  try {
    const status = await service.call('GET', '/upload-status', { key, inspect: 'true' })
    entry.dataset.status = status.status
    entry.querySelector('.verdict').textContent = verdictOf(status)
    entry.querySelector('dl').append(...factsOf(status).map(toElement))
    await play(service, entry.querySelector('audio'), name, key)
  } catch (error) {
    entry.dataset.status = 'unknown'
    entry.querySelector('.verdict').textContent = error.message
  }
}

async function play (service, player, name, key) {
  const { url } = await service.call('GET', '/download-url', { key })
  player.setAttribute('aria-label', name)
  player.src = url
  player.hidden = false
}

function verdictOf ({ status, reason }) {
  if (status === 'uploaded') return 'Uploaded'
  return status === 'rejected' ? `Rejected: ${reason}` : 'Nothing has landed yet'
}

function factsOf ({ key, size, contentType, sha256, audio }) {
  return [
    ['Container', audio?.container],
    ['Codec', audio?.codec],
    ['Duration', audio && (audio.duration === undefined ? 'not known from the header' : formatDuration(audio.duration))],
    ['Sample rate', audio?.sampleRate && `${audio.sampleRate.toLocaleString('en')} Hz`],
    ['Channels', audio?.channels],
    ['Size', size === undefined ? undefined : formatSize(size)],
    ['Type', contentType],
    ['SHA-256', sha256],
    ['Key', key]
  ].filter(([, value]) => value !== undefined)
}

function toElement ([term, value]) {
  const group = document.createElement('div')
  const [dt, dd] = ['dt', 'dd'].map(tag => document.createElement(tag))
  dt.textContent = term
  dd.textContent = value
  group.append(dt, dd)
  return group
}

function formatDuration (seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)]
  return [...hours > 0 ? [hours] : [], minutes, rest].map((part, index) => index === 0 ? String(part) : String(part).padStart(2, '0')).join(':')
}

function formatSize (bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return new Intl.NumberFormat('en', { style: 'unit', unit: UNITS[power], unitDisplay: 'short', maximumFractionDigits: power === 0 ? 0 : 1 }).format(bytes / 1000 ** power)
}
