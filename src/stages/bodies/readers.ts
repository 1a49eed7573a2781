/** Who reads which body in this process, so that no sweep takes it from under a reader. */
export class Readers {
  readonly #reading = new Map<string, number>()
  /** Of each reader that follows a download: the bodies that it has begun, one after another where places fail. */
  readonly #following = new Set<{ readonly begun: readonly string[] }>()
  /** Who forgets a stream that he has begun reads no more, and does not say so. */
  readonly #forgotten = new FinalizationRegistry<() => void>((end) => end())

  /** `release` is called when it ends. */
  read(bodyId: string, release: () => void): () => void {
    this.#reading.set(bodyId, (this.#reading.get(bodyId) ?? 0) + 1)
    const end = once(() => {
      release()
      const left = (this.#reading.get(bodyId) ?? 1) - 1
      if (left === 0) this.#reading.delete(bodyId)
      else this.#reading.set(bodyId, left)
    })
    return this.#orForgotten(end)
  }

  follow(begun: readonly string[]): () => void {
    const follower = { begun }
    this.#following.add(follower)
    return this.#orForgotten(() => void this.#following.delete(follower))
  }

  #orForgotten(end: () => void): () => void {
    const told = (): void => end()
    this.#forgotten.register(told, end)
    return told
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
