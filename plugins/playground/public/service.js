const { fetch, URLSearchParams } = globalThis

/** What the service answered instead of doing as asked; the message is made for people. */
export class ApiError extends Error {
  constructor ({ statusCode, code, message }) {
    super(message)
    this.name = 'ApiError'
    this.statusCode = statusCode
    this.code = code
  }
}

/** Whether the same request cannot succeed later. */
export function isFinal (error) {
  return error instanceof ApiError && error.statusCode < 500 && ![408, 429].includes(error.statusCode)
}

/** The service, by its HTTP API. */
export class Service {
  #apiKey

  constructor (apiKey) {
    this.#apiKey = apiKey
  }

  /** What every request needs, for the client. */
  get headers () {
    return this.#apiKey === '' ? {} : { authorization: `Bearer ${this.#apiKey}` }
  }

  /** @throws {ApiError} where the service does not know the key */
  async assertKnown () {
    await this.call('GET', '/upload-status', { key: 'none' }).catch(error => {
      if (error.statusCode !== 404) throw error
    })
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} [query]
   * @returns {Promise<object>} the body of the reply
   * @throws {ApiError} for any other reply than 2xx
   */
  async call (method, path, query = {}) {
    const parameters = new URLSearchParams(query).toString()
    const reply = await fetch(parameters === '' ? path : `${path}?${parameters}`, { method, headers: this.headers })
    const body = await reply.json()
    if (!reply.ok) throw new ApiError(body)
    return body
  }
}
