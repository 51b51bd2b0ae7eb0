import { formatDuration, formatSize } from './units.js'

const { document } = globalThis

/** One file in the list of uploads: it has one state at a time, one sentence and at most one action besides Pause. */
export class UploadItem {
  #element
  #list
  #name
  #announce
  #act
  #pause

  /**
   * @param {object} list its elements: `element`, `section`, `template`, `announcement`, `chooseButton`
   * @param {string} name of the file
   */
  constructor (list, name) {
    this.#list = list
    this.#name = name
    this.#announce = text => { list.announcement.textContent = `${name}: ${text}` }
    this.#element = list.template.content.firstElementChild.cloneNode(true)
    this.#find('h3').textContent = name
    this.#find('progress').setAttribute('aria-label', name)
    this.#find('.action').addEventListener('click', () => this.#act())
    this.#find('.pause').addEventListener('click', () => this.#pause())
    list.element.prepend(this.#element)
    list.section.hidden = false
  }

  /**
   * @param {'waiting' | 'uploading' | 'paused' | 'interrupted' | 'checking' | 'accepted' | 'rejected' | 'refused'
   *   | 'failed'} state
   * @param {string} text
   * @param {object} [controls]
   * @param {[label: string, act: () => void]} [controls.action] default: to remove the item
   * @param {[label: string, act: () => void]} [controls.pause]
   */
  show (state, text, { action = ['Remove', () => this.remove()], pause } = {}) {
    const isNews = this.#element.dataset.state !== state
    this.#element.dataset.state = state
    this.#find('.status').textContent = text
    if (isNews) this.#announce(text)
    this.#find('progress').hidden = !['uploading', 'paused', 'interrupted'].includes(state)
    this.#act = this.#setButton('.action', action)
    const pauseHadFocus = document.activeElement === this.#find('.pause')
    this.#pause = this.#setButton('.pause', pause)
    if (pauseHadFocus && pause === undefined) this.#find('.action').focus()
  }

  get isRemoved () {
    return !this.#element.isConnected
  }

  /** @param {number} share from 0 to 1 */
  setProgress (share) {
    this.#find('progress').value = share
  }

  /**
   * What is signed for a file, and so enforced by S3.
   *
   * @param {File} file
   * @param {boolean} withChecksum
   */
  showSigned ({ size, type }, withChecksum) {
    const chips = [formatSize(size), type.split(';', 1)[0], withChecksum && 'SHA-256', 'once'].filter(Boolean)
    const list = this.#find('.chips')
    list.replaceChildren(...chips.map(chip => withText('li', chip)))
    list.hidden = false
  }

  /** Where the loudness of the recording is drawn. */
  get waveform () {
    return this.#find('.waveform')
  }

  /** @param {() => Promise<Array<[what: string, answer: string]>>} cheat */
  offerToCheat (cheat) {
    const button = this.#find('.cheat button')
    this.#find('.cheat').hidden = false
    button.addEventListener('click', async () => {
      button.disabled = true
      const answers = await cheat().catch(error => [['The service was asked', error.message]])
      const lines = answers.map(([what, answer]) => withText('li', `${what} → ${answer}`))
      this.#find('.cheat ul').replaceChildren(...lines)
      button.disabled = false
    })
  }

  /**
   * @param {object} status as `GET /upload-status` has it
   * @param {string | undefined} url to play it from
   */
  showObject (status, url) {
    const list = this.#find('dl')
    list.replaceChildren(...factsOf(status).map(toElement))
    list.hidden = false
    if (url === undefined) return
    const player = this.#find('audio')
    player.setAttribute('aria-label', this.#name)
    player.src = url
    player.hidden = false
  }

  /** Takes the item off the list; the focus goes to its neighbour. @param {string} [news] to announce */
  remove (news) {
    if (news !== undefined) this.#list.announcement.textContent = news
    const hadFocus = this.#element.contains(document.activeElement)
    const neighbour = this.#element.nextElementSibling ?? this.#element.previousElementSibling
    this.#element.remove()
    this.#list.section.hidden = neighbour === null
    if (hadFocus) (neighbour?.querySelector('.action') ?? this.#list.chooseButton).focus()
  }

  #find (selector) {
    return this.#element.querySelector(selector)
  }

  #setButton (selector, [label, act] = []) {
    const button = this.#find(selector)
    button.hidden = label === undefined
    button.textContent = label ?? ''
    button.setAttribute('aria-label', `${label} ${this.#name}`)
    return act
  }
}

function factsOf ({ key, size, contentType, sha256, audio }) {
  const duration = audio?.duration === undefined ? 'not known from the header' : formatDuration(audio.duration)
  return [
    ['Container', audio?.container],
    ['Codec', audio?.codec],
    ['Duration', audio && duration],
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
  const [dt, dd] = [withText('dt', term), withText('dd', value)]
  group.className = ['SHA-256', 'Key'].includes(term) ? 'wide' : ''
  group.append(dt, dd)
  return group
}

function withText (tag, text) {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}
