/** Runs actions that have the same key one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs an action after all earlier actions with the same key. */
  async take<T>(key: string, action: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(action);
    const end = turn.then(() => {}, () => {});
    this.#last.set(key, end);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }
}
