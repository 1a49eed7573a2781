import type { House } from './house.ts'
import type { Call } from './model/call.ts'

/** Which results of one function are kept, as far as this process has seen them: the least recently used first. */
export class FunctionIndex {
  readonly #calls = new Map<string, Call>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** A result was stored, or used. What is one too many goes, behind. */
  note(call: Call, house: House): void {
    this.#calls.delete(call.key)
    this.#calls.set(call.key, call)
    for (const [key, oldest] of this.#calls) {
      if (this.#calls.size <= this.#most) return
      this.#calls.delete(key)
      house.stages.background(removed(house, oldest), oldest)
    }
  }

  forget(key: string): void {
    this.#calls.delete(key)
  }

  clear(): void {
    this.#calls.clear()
  }

  /** How many there are now: what memory gave up to make room is none of them. */
  size({ stores, tiers }: House): number {
    if (stores.every(({ durable }) => !durable))
      for (const [key, call] of this.#calls) if (tiers.peek(call) === undefined) this.#calls.delete(key)
    return this.#calls.size
  }
}

async function removed({ tiers, remarks }: House, call: Call): Promise<void> {
  const known = await tiers.known(call)
  if (known !== undefined) await remarks.remove(known)
}
