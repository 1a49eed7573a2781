/** Groups that are being written, so that none of them is given up meanwhile to make room. */
export class InUse {
  readonly #users = new Map<string, number>()

  has(group: string): boolean {
    return this.#users.has(group)
  }

  async during<T>(groups: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const group of groups) this.#users.set(group, (this.#users.get(group) ?? 0) + 1)
    try {
      return await work()
    } finally {
      for (const group of groups) this.#leave(group)
    }
  }

  #leave(group: string): void {
    const left = (this.#users.get(group) ?? 1) - 1
    if (left === 0) this.#users.delete(group)
    else this.#users.set(group, left)
  }
}
