import type { Clock } from '../../model/clock.ts'
import type { UseRecord } from '../../model/record.ts'
import type { Lease, Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { isUseRecord } from '../../policy/record-shape.ts'
import { added, type Use } from '../../policy/use.ts'
import { decode, encode } from './codec.ts'
import { inTurn, TURN } from './turn.ts'

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
    return inTurn(store, 's', { clock: this.#clock, write: (lease) => add(store, [...uses], lease) }).then(
      () => true,
      () => false,
    )
  }
}

/** One turn, one read and one write for all of them: by itself each would cost more than the hit that it counts. */
async function add(store: Store, uses: readonly (readonly [key: string, use: Use])[], lease: Lease | undefined): Promise<void> {
  const storeKeys = uses.map(([key]) => useKey(sha256(key)))
  const stored = await store.getMany(storeKeys, { recency: 'keep' })
  const entries = uses.map(([key, use], n) => {
    const known = recordIn(stored[n], key)
    const sum = { ...(known ?? use) }
    if (known !== undefined) added(sum, use, use.lastRequestedAt)
    return { key: storeKeys[n] as string, value: encode({ ...sum, key }) }
  })
  if (!store.remote) return store.setMany(entries, lease && { fence: lease })
  // A cluster takes no fence for the keys of several entries. So the turn is asked about just before: a process may have been stopped.
  if (lease !== undefined && !(await lease.extend(TURN))) throw Object.assign(new Error('its turn is over'), { code: 'FENCED' })
  return store.setMany(entries)
}

function recordIn(bytes: Uint8Array | undefined, key: string): UseRecord | undefined {
  const decoded = bytes === undefined ? undefined : decode(bytes, key, isUseRecord)
  return decoded?.name === 'record' ? decoded.record : undefined
}
