import { holdOf } from './body-chunks.ts'
import type { StoredBody } from './rooms.ts'

/** A body whose place another one may take while it is read: from then on each of its readers holds both. */
export class ChangingBody {
  #now: Uint8Array | StoredBody
  /** What each reader holds. */
  readonly #holds = new Set<(() => void)[]>()

  constructor(body: StoredBody) {
    this.#now = body
  }

  get now(): Uint8Array | StoredBody {
    return this.#now
  }

  get isHeld(): boolean {
    return this.#holds.size > 0
  }

  become(body: Uint8Array | StoredBody): void {
    this.#now = body
    for (const held of this.#holds) held.push(holdOf(body))
  }

  /** Says that a reader begins; the returned function, that it ended. */
  hold(): () => void {
    const held = [holdOf(this.#now)]
    this.#holds.add(held)
    return () => {
      this.#holds.delete(held)
      for (const end of held.splice(0)) end()
    }
  }
}
