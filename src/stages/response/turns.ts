import { nextRound } from '../../model/clock.ts'

/** Bytes handed out in one round of the event loop, by all streams of an instance together: a millisecond or two. */
const ROUND = 1024 * 1024

/** Whose turn it is to hand out bytes that are in memory: who has a thousand readers still answers to its timers and sockets. */
export class Turns {
  #left = ROUND
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = []
  #isRenewed = true

  /** False where this round has had enough, or others wait longer: see {@link next}. */
  take(bytes: number): boolean {
    if (this.#left <= 0 || this.#waiting.length > 0) return false
    this.#left -= bytes
    this.#renew()
    return true
  }

  /** Resolves when so many bytes may be handed out. */
  next(bytes: number): Promise<void> | undefined {
    if (this.take(bytes)) return undefined
    return new Promise((go) => this.#waiting.push({ bytes, go }))
  }

  #renew(): void {
    if (!this.#isRenewed) return
    this.#isRenewed = false
    void nextRound().then(() => this.#round())
  }

  #round(): void {
    this.#isRenewed = true
    this.#left = ROUND
    let count = 0
    for (const { bytes, go } of this.#waiting) {
      if (this.#left <= 0) break
      this.#left -= bytes
      count++
      go()
    }
    this.#waiting.splice(0, count)
    if (count > 0) this.#renew()
  }
}
