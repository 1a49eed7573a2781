import type { Clock } from '../../model/clock.ts'
import type { UseRecord } from '../../model/record.ts'
import type { KnownValue, Lease, Store, StoreEntry } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { isUseRecord } from '../../policy/record-shape.ts'
import { added, type Use } from '../../policy/use.ts'
import { decode, encode } from './codec.ts'
import { inTurn } from './turn.ts'

/** How often it is begun anew because others have counted, before it is written as it is: what is damaged is never as it was read. */
const TRIES = 100

const useKey = (hash: string): string => `h1:s:${hash}`

/** `h1:s:<key>`: how entries were used, in the nearest tier that outlives the process. */
export class UseRecords {
  readonly #store: Store | undefined
  readonly #clock: Clock

  constructor(stores: readonly Store[], clock: Clock) {
    this.#store = stores.find(({ durable, live, readOnly }) => durable && live === undefined && readOnly !== true)
    this.#clock = clock
  }

  /** Whether any tier keeps such. */
  get areKept(): boolean {
    return this.#store !== undefined
  }

  /** @throws the error of the tier */
  async read(key: string): Promise<UseRecord | undefined> {
    return recordIn(await this.#store?.get(useKey(sha256(key))), key)
  }

  /** False where they were not written. The guard has told of a store that failed. */
  async add(uses: ReadonlyMap<string, Use>): Promise<boolean> {
    const store = this.#store
    if (store === undefined) return false
    const all = [...uses]
    const write = (lease: Lease | undefined): Promise<void> => this.#addTogether(store, all, lease && { fence: lease })
    // In a cluster no turn is good for the keys of several entries.
    const isApart = store.remote && store.compareAndSet !== undefined
    const adding = isApart ? this.#addApart(store, all) : inTurn(store, 's', { clock: this.#clock, write })
    return adding.then(
      () => true,
      () => false,
    )
  }

  /** One turn, one read and one write for all of them: by itself each would cost more than the hit that it counts. */
  async #addTogether(store: Store, uses: Counted, options?: { fence: Lease }): Promise<void> {
    const sums = await summed(store, uses)
    const entries = sums.map(({ entry }) => entry)
    await store.setMany(entries, options)
  }

  async #addApart(store: Store, uses: Counted): Promise<void> {
    let left = uses
    for (let n = 0; left.length > 0 && n < TRIES; n++) {
      const sums = await summed(store, left)
      const areSet = await Promise.all(sums.map(async ({ before, entry }) => store.compareAndSet?.(before, [entry])))
      left = left.filter((_, at) => areSet[at] === false)
    }
    if (left.length > 0) await this.#addTogether(store, left)
  }
}

type Counted = readonly (readonly [key: string, use: Use])[]

/** What a store is to have, and what it has. */
async function summed(store: Store, uses: Counted): Promise<{ readonly entry: StoreEntry; readonly before: KnownValue }[]> {
  const keys = uses.map(([key]) => useKey(sha256(key)))
  const stored = await store.getMany(keys, { recency: 'keep' })
  return uses.map(([key, use], n) => {
    const before = { key: keys[n] as string, value: stored[n] }
    const known = recordIn(before.value, key)
    const sum = { ...(known ?? use) }
    if (known !== undefined) added(sum, use, use.lastRequestedAt)
    return { before, entry: { key: before.key, value: encode({ ...sum, key }) } }
  })
}

function recordIn(bytes: Uint8Array | undefined, key: string): UseRecord | undefined {
  const decoded = bytes === undefined ? undefined : decode(bytes, key, isUseRecord)
  return decoded?.name === 'record' ? decoded.record : undefined
}
