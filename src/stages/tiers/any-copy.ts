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

type Body = Uint8Array | StoredBody
type Read<T> = (body: Body) => Promise<T>

/** The body of a version at rest; what the tier that answered cannot give of it, another one may that has the same. */
export class AnyCopy implements StoredBody {
  readonly size: number
  readonly #body: ChangingBody
  readonly #others: Tier[]
  readonly #copies: Copies
  #looking: Promise<unknown> = Promise.resolve()
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
    return this.#opening(n) ?? this.#read((body) => chunkOf(body, n))
  }

  async lend(n: number): Promise<Loan> {
    const first = this.#opening(n)
    return first === undefined ? this.#read((body) => loanOf(body, n)) : given(first)
  }

  #opening(n: number): Uint8Array | undefined {
    return n === 0 ? this.#first?.deref() : undefined
  }

  async #read<T>(read: Read<T>): Promise<T> {
    const body = this.#body.now
    try {
      return await read(body)
    } catch (error) {
      // Who read side by side fail side by side: what the first of them finds is the others' too.
      const found = this.#looking.then(() => this.#elsewhere(read, { body, error }))
      this.#looking = found.catch(() => undefined)
      return found
    }
  }

  async #elsewhere<T>(read: Read<T>, failed: { readonly body: Body; readonly error: unknown }): Promise<T> {
    const { key, version } = this.#copies
    const { now } = this.#body
    if (now !== failed.body) {
      const found = await read(now).catch(() => undefined)
      if (found !== undefined) return found
    }
    for (let tier = this.#others.shift(); tier !== undefined; tier = this.#others.shift()) {
      const placed = await tier.version(key, version.id)
      if (placed === undefined || placed.version.digest !== version.digest || placed.version.size !== this.size) continue
      try {
        const found = await read(placed.body)
        this.#body.become(placed.body)
        return found
      } catch {
        // The guard has told of a tier that failed, and its room of a body that is damaged.
      }
    }
    throw failed.error
  }

  hold(why?: Purpose): () => void {
    return this.#body.hold(why)
  }
}
