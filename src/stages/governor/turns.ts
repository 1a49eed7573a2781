/** What has its turn: the most urgent of those who are ready, and among equals who has waited longest for one. */
export class Turns<T> {
  readonly #ready = new Map<number, Set<T>>()
  readonly #places = new Map<T, number>()

  /** How urgent it is; undefined: it is not ready. Who is ready already keeps its place, unless its urgency changes. */
  place(one: T, priority: number | undefined): void {
    const before = this.#places.get(one)
    if (before === priority) return
    if (before !== undefined) this.#leave(one, before)
    if (priority === undefined) return
    const equals = this.#ready.get(priority) ?? new Set<T>()
    this.#ready.set(priority, equals.add(one))
    this.#places.set(one, priority)
  }

  /** Takes out who is next. */
  take(): T | undefined {
    if (this.#ready.size === 0) return undefined
    const highest = Math.max(...this.#ready.keys())
    const [first] = this.#ready.get(highest) ?? []
    if (first !== undefined) this.#leave(first, highest)
    return first
  }

  #leave(one: T, priority: number): void {
    this.#places.delete(one)
    const equals = this.#ready.get(priority)
    equals?.delete(one)
    if (equals?.size === 0) this.#ready.delete(priority)
  }
}
