import { chunkOf, given, loanOf } from '../../model/body-chunks.ts'
import { ChangingBody } from '../../model/changing-body.ts'
import type { LiveVersion } from '../../model/record.ts'
import type { Loan, StoredBody } from '../../model/rooms.ts'
import type { Purpose } from '../../model/stored-body.ts'
import type { Tier } from './tier.ts'

/** Where a version may be had, nearest first. */
export interface Copies {
  readonly key: string
  readonly version: LiveVersion
  readonly others: readonly Tier[]
}

/** The body of a version at rest; what the tier that answered cannot give of it, another one may that has the same. */
export class AnyCopy implements StoredBody {
  readonly size: number
  readonly #body: ChangingBody
  readonly #others: Tier[]
  readonly #copies: Copies
  /** Read to see that there is a body. A Response that is kept and not read holds no bytes. */
  #first: WeakRef<Uint8Array> | undefined

  constructor(body: StoredBody, copies: Copies) {
    this.size = body.size
    this.#body = new ChangingBody(body)
    this.#copies = copies
    this.#others = [...copies.others]
  }

  /** Rejects where no tier has a beginning of it: then it is not there, and nothing of it was promised to anybody. */
  async opened(): Promise<this> {
    this.#first = new WeakRef(await this.chunk(0))
    return this
  }

  async chunk(n: number): Promise<Uint8Array> {
    const first = n === 0 ? this.#first?.deref() : undefined
    if (first !== undefined) return first
    try {
      return await chunkOf(this.#body.now, n)
    } catch (error) {
      return this.#elsewhere(n, error)
    }
  }

  async lend(n: number): Promise<Loan> {
    const first = n === 0 ? this.#first?.deref() : undefined
    if (first !== undefined) return given(first)
    try {
      return await loanOf(this.#body.now, n)
    } catch (error) {
      return given(await this.#elsewhere(n, error))
    }
  }

  async #elsewhere(n: number, error: unknown): Promise<Uint8Array> {
    const { key, version } = this.#copies
    for (let tier = this.#others.shift(); tier !== undefined; tier = this.#others.shift()) {
      const placed = await tier.version(key, version.id)
      if (placed === undefined || placed.version.digest !== version.digest || placed.version.size !== this.size) continue
      try {
        const chunk = await chunkOf(placed.body, n)
        this.#body.become(placed.body)
        return chunk
      } catch {
        // The guard has told of a tier that failed, and its room of a body that is damaged.
      }
    }
    throw error
  }

  hold(why?: Purpose): () => void {
    return this.#body.hold(why)
  }
}
