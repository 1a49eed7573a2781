/** Who reads which body in this process, so that no sweep takes it from under a reader. */
export class Readers {
  readonly #reading = new Map<string, number>()
  /** Of each reader that follows a download: the bodies that it has begun, one after another where places fail. */
  readonly #following = new Set<{ readonly begun: readonly string[] }>()

  read(bodyId: string): () => void {
    this.#reading.set(bodyId, (this.#reading.get(bodyId) ?? 0) + 1)
    return once(() => {
      const left = (this.#reading.get(bodyId) ?? 1) - 1
      if (left === 0) this.#reading.delete(bodyId)
      else this.#reading.set(bodyId, left)
    })
  }

  follow(begun: readonly string[]): () => void {
    const follower = { begun }
    this.#following.add(follower)
    return () => void this.#following.delete(follower)
  }

  isRead(bodyId: string): boolean {
    if (this.#reading.has(bodyId)) return true
    for (const { begun } of this.#following) if (begun.includes(bodyId)) return true
    return false
  }
}

/** A reader may say twice that it ended. */
export function once(end: () => void): () => void {
  let open = true
  return () => {
    if (open) end()
    open = false
  }
}

/** Ends all of them. */
export function together(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end()
  }
}
