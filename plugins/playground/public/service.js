const { fetch, URLSearchParams } = globalThis

/** What the service said instead of doing as asked; the message is made for people. */
export class Refusal extends Error {
  constructor ({ statusCode, code, message }) {
    super(message)
    this.name = 'Refusal'
    this.statusCode = statusCode
    this.code = code
  }
}

/** The service, by its HTTP API. */
export class Service {
  #apiKey

  constructor (apiKey) {
    this.#apiKey = apiKey
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} [query]
   * @returns {Promise<object>} the body of the reply
   * @throws {Refusal} for any other reply than 2xx
   */
  async call (method, path, query = {}) {
    const headers = this.#apiKey === '' ? {} : { authorization: `Bearer ${this.#apiKey}` }
    const parameters = new URLSearchParams(query).toString()
    const reply = await fetch(parameters === '' ? path : `${path}?${parameters}`, { method, headers })
    const body = await reply.json()
    if (!reply.ok) throw new Refusal(body)
    return body
  }
}
