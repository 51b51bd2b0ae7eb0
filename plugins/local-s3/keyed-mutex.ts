/** Lets one task at a time run for each key; others with the same key wait their turn. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs the task when everything started before under this key has ended. */
  async run<Result> (key: string, task: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}
