/** How soon a request is to have its turn among those of its host: higher first. It grows when somebody joins who waits for it more urgently. */
export class Urgency {
  #now: number
  readonly #listeners = new Set<() => void>()

  constructor(priority: number) {
    this.#now = priority
  }

  get now(): number {
    return this.#now
  }

  raise(priority: number): void {
    if (priority <= this.#now) return
    this.#now = priority
    for (const listener of this.#listeners) listener()
  }

  /** The returned function ends it. */
  onRaised(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
