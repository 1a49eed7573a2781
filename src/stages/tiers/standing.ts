import { Chain, type Linked } from '../../model/chain.ts'
import type { LiveRecords } from '../../model/store.ts'

/** A hit that may be given again as it was. */
export interface Again extends Linked<Again> {
  /** It was given since the last time: counted, and noted as a use. */
  settle(): void
}

/** Who keeps such hits. */
export interface Keeper {
  /** Something changed in memory: none of them stands any more. */
  drop(): void
}

/**
 * What was found in memory stands for as long as nothing changes there: a write, an invalidation, a deletion, what is given up to make room.
 * So a hit need not be looked for twice. Its use is noted when it matters: before the next change, which may be what makes room, and before
 * anybody asks for counts.
 */
export class Standing {
  readonly #live: readonly LiveRecords[]
  /** Stores that will tell of their next change. */
  readonly #telling = new Set<LiveRecords>()
  readonly #keepers = new Set<Keeper>()
  readonly #used = new Chain<Again>()
  #isOver = false

  constructor(stores: readonly { readonly live?: LiveRecords }[]) {
    this.#live = stores.flatMap(({ live }) => (live === undefined ? [] : [live]))
  }

  /** False: nobody would tell when it does not stand any more. */
  keep(keeper: Keeper): boolean {
    if (this.#isOver || this.#live.some(({ beforeChange }) => beforeChange === undefined)) return false
    for (const live of this.#live) {
      if (this.#telling.has(live)) continue
      this.#telling.add(live)
      live.beforeChange?.(() => this.#changes(live))
    }
    this.#keepers.add(keeper)
    return true
  }

  /** The newest in the order of use. */
  use(hit: Again): void {
    this.#used.use(hit)
  }

  /** In the order of their use, so that memory has that order too. */
  settle(): void {
    for (const hit of this.#used.takeAll()) hit.settle()
  }

  /** The instance is closed: nothing is given any more. */
  end(): void {
    this.#isOver = true
    this.#drop()
  }

  #changes(live: LiveRecords): void {
    this.#telling.delete(live)
    this.#drop()
  }

  #drop(): void {
    this.settle()
    for (const keeper of this.#keepers) keeper.drop()
    this.#keepers.clear()
  }
}
