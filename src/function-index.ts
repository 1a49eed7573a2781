import type { House } from './house.ts'
import type { Call } from './model/call.ts'
import { OrderOfUse } from './order-of-use.ts'
import { pinnedVersions } from './policy/retention.ts'

/** Results counted where nothing else bounds them; beyond that the ones seen longest ago are not counted. */
const MOST_COUNTED = 100_000

/** As many are looked over at least, before those that memory gave up are left out. */
const LOOKED_OVER = 10_000

/** Which results of one function are kept, as far as this process has seen them: the least recently used first. */
export class FunctionIndex {
  readonly #keys = new OrderOfUse()
  readonly #most: number
  #lookAt = LOOKED_OVER

  constructor(most: number) {
    this.#most = most
  }

  /** A result was stored, or used. What is one too many goes, behind. */
  note(call: Call, house: House): void {
    const { key } = call
    this.#keys.use(key)
    if (this.#keys.size > this.#lookAt) this.#lookOver(house)
    while (this.#keys.size > Math.min(this.#most, MOST_COUNTED)) {
      const oldest = this.#keys.shift()
      if (oldest === undefined || !Number.isFinite(this.#most)) return
      const gone = { ...call, key: oldest }
      house.stages.background(removed(house, gone), gone)
    }
  }

  forget(key: string): void {
    this.#keys.delete(key)
  }

  clear(): void {
    this.#keys.clear()
  }

  /** How many there are now: what memory gave up to make room is none of them. */
  size(house: House): number {
    this.#lookOver(house)
    return this.#keys.size
  }

  #lookOver({ stores, tiers }: House): void {
    if (stores.every(({ durable }) => !durable)) for (const key of this.#keys.keys()) if (!tiers.has(key)) this.#keys.delete(key)
    this.#lookAt = Math.max(LOOKED_OVER, 2 * this.#keys.size)
  }
}

/** A pin is a promise, and goes before the count. */
async function removed({ tiers, remarks, clock }: House, call: Call): Promise<void> {
  const known = await tiers.known(call)
  if (known !== undefined && pinnedVersions(known, clock.now()).length === 0) await remarks.remove(known)
}
