import { randomUUID } from 'node:crypto'
import type { Lease } from '../../../src/model/store.ts'
import { storeFailure } from '../failures.ts'
import type { Layout } from './layout.ts'
import { EXTEND, GRANT, RELEASE } from './scripts.ts'
import type { Server } from './server.ts'

/** Milliseconds for which a lease is remembered when it has run out, so that a late holder is refused by name and not for want of memory. */
const REMEMBRANCE = 24 * 3600 * 1000

/** Milliseconds: more than anybody means, and few enough for Redis to count with. */
const LONGEST = 2 ** 45

export class RedisLease implements Lease {
  readonly key: string
  readonly generation: number
  /** Of this grant alone. */
  readonly holder: string
  /** It went with a write. */
  isGivenBack = false
  readonly #leases: RedisLeases

  constructor(leases: RedisLeases, { key, generation, holder }: { key: string; generation: number; holder: string }) {
    this.key = key
    this.generation = generation
    this.holder = holder
    this.#leases = leases
  }

  readonly extend: Lease['extend'] = (ms) => this.#leases.extend(this, ms)

  readonly release: Lease['release'] = async () => {
    if (!this.isGivenBack) await this.#leases.release(this)
  }
}

/** Who may write: decided by one script each, by the clock of the server. */
export class RedisLeases {
  readonly #server: Server
  readonly #layout: Layout

  constructor(server: Server, layout: Layout) {
    this.#server = server
    this.#layout = layout
  }

  async grant(key: string, ms: number): Promise<Lease | undefined> {
    const holder = randomUUID()
    const generation = Number(await this.#server.run(GRANT, [this.#layout.lease(key)], [holder, wholeMs(ms), `${REMEMBRANCE}`]))
    return generation === 0 ? undefined : new RedisLease(this, { key, generation, holder })
  }

  async extend({ key, generation, holder }: RedisLease, ms: number): Promise<boolean> {
    const words = [holder, wholeMs(ms), `${REMEMBRANCE}`, `${generation}`]
    return Number(await this.#server.run(EXTEND, [this.#layout.lease(key)], words)) === 1
  }

  async release({ key, generation, holder }: RedisLease): Promise<void> {
    await this.#server.run(RELEASE, [this.#layout.lease(key)], [holder, `${generation}`])
  }

  /**
   * What the scripts ask of a writer in this part: [the lease's key], [generation, holder].
   *
   * @throws STORE where a cluster keeps lease and values on different nodes, so that nobody could decide in one step.
   */
  fence(part: string, fence: Lease | undefined): { keys: string[]; words: [string, string] } {
    if (fence === undefined) return { keys: [], words: ['', ''] }
    if (this.#layout.partOf(fence.key) !== part)
      throw storeFailure(`redis: in a cluster the lease ${fence.key} fences only keys of the same subject (h1:e:<subject>)`)
    const holder = fence instanceof RedisLease ? fence.holder : ''
    return { keys: [this.#layout.lease(fence.key)], words: [`${fence.generation}`, holder] }
  }
}

function wholeMs(ms: number): string {
  return `${Math.ceil(Math.min(Math.max(ms, 0), LONGEST))}`
}
