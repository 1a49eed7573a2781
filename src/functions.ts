/** The functions of one instance: which names are taken, and which objects their methods are of. */
export class Functions {
  readonly #named = new Map<string, unknown>()
  readonly #objects = new WeakMap<object, number>()
  #unnamed = 0
  #seen = 0

  /**
   * @throws TypeError where another function has this name: they would answer for each other.
   */
  claim(name: string, fn: (...args: never[]) => unknown): void {
    const taken = this.#named.get(name)
    if (taken !== undefined && taken !== fn)
      throw new TypeError(
        `buffered: two functions have the name "${name}" on this instance: ${shown(taken)}, and ${shown(fn)}. Give one of them another name.`,
      )
    this.#named.set(name, fn)
  }

  /** A space of its own, in this process. */
  unnamed(name: string): string {
    return `${name}~${++this.#unnamed}`
  }

  /** The number of an object, for as long as it lives. */
  numberOf(self: object): number {
    const known = this.#objects.get(self) ?? ++this.#seen
    this.#objects.set(self, known)
    return known
  }
}

function shown(fn: unknown): string {
  const text = String(fn).replace(/\s+/g, ' ')
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
