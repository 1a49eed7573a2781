import type { Clock } from '../../model/clock.ts'
import type { UseRecord } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { isUseRecord } from '../../policy/record-shape.ts'
import { added, type Use } from '../../policy/use.ts'
import { decode, encode } from './codec.ts'
import { inTurn, type Turn } from './turn.ts'

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

  async read(key: string): Promise<UseRecord | undefined> {
    if (this.#store === undefined) return undefined
    const bytes = await this.#store.get(useKey(sha256(key))).catch(() => undefined)
    const decoded = bytes === undefined ? undefined : decode(bytes, key, isUseRecord)
    return decoded?.name === 'record' ? decoded.record : undefined
  }

  /** False where it was not written. The guard has told of a store that failed. */
  async add(key: string, use: Use): Promise<boolean> {
    const store = this.#store
    if (store === undefined) return false
    const hash = sha256(key)
    const write = async (turn: Turn): Promise<boolean> => {
      const known = await this.read(key)
      const sum = { ...(known ?? use) }
      if (known !== undefined) added(sum, use, use.lastRequestedAt)
      await turn.last(store.set(useKey(hash), encode({ ...sum, key })))
      return true
    }
    return inTurn(store, `s:${hash}`, { clock: this.#clock, write }).catch(() => false)
  }
}
