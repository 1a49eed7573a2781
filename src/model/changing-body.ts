import { holdOf } from './body-chunks.ts'
import type { StoredBody } from './rooms.ts'
import type { Purpose } from './stored-body.ts'

/** A body whose place another one may take while it is read: from then on each of its readers holds both. */
export class ChangingBody {
  #now: Uint8Array | StoredBody
  /** What each reader holds. */
  readonly #holds = new Map<(() => void)[], Purpose | undefined>()

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
    for (const [held, why] of this.#holds) held.push(holdOf(body, why))
  }

  /** Says that a reader begins; the returned function, that it ended. */
  hold(why?: Purpose): () => void {
    const held = [holdOf(this.#now, why)]
    this.#holds.set(held, why)
    return () => {
      this.#holds.delete(held)
      for (const end of held.splice(0)) end()
    }
  }
}
