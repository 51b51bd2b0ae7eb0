const { document } = globalThis

/** What there is to say about files that do not get through, one notice a file. */
export class Notices {
  #list

  /** @param {HTMLElement} list */
  constructor (list) {
    this.#list = list
  }

  /**
   * @param {{ id: string, name: string }} file
   * @param {'waiting' | 'failed'} kind
   * @param {string} message
   */
  show (file, kind, message) {
    this.clear(file)
    const entry = document.createElement('li')
    const name = document.createElement('strong')
    entry.dataset.file = file.id
    entry.className = kind
    name.textContent = file.name
    entry.append(name, `: ${message}`)
    this.#list.append(entry)
  }

  /** Takes back what was said of a file. */
  clear ({ id }) {
    for (const entry of this.#list.children) if (entry.dataset.file === id) entry.remove()
  }
}
