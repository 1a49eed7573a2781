import type { LiveRecords } from '../../model/store.ts'

/** A hit that may be given again as it was. */
export interface Again {
  older: Again | undefined
  newer: Again | undefined
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
  #oldest: Again | undefined
  #newest: Again | undefined
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
    if (hit === this.#newest) return
    if (hit.newer !== undefined) this.#unlink(hit)
    hit.older = this.#newest
    hit.newer = undefined
    if (this.#newest === undefined) this.#oldest = hit
    else this.#newest.newer = hit
    this.#newest = hit
  }

  /** In the order of their use, so that memory has that order too. */
  settle(): void {
    let hit = this.#oldest
    this.#oldest = undefined
    this.#newest = undefined
    while (hit !== undefined) {
      const { newer } = hit
      hit.older = undefined
      hit.newer = undefined
      hit.settle()
      hit = newer
    }
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

  #unlink(hit: Again): void {
    if (hit.older === undefined) this.#oldest = hit.newer
    else hit.older.newer = hit.newer
    if (hit.newer !== undefined) hit.newer.older = hit.older
  }
}
