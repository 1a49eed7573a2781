import type { Lease } from '../../../src/model/store.ts'
import type { Open } from './open.ts'
import type { Write } from './transactions.ts'

type Writing = <T>(write: (works: Open['works']) => Write<T>) => Promise<T>

/** A lease of one grant, for whom it was granted. */
export class SqliteLease implements Lease {
  readonly key: string
  readonly generation: number
  /** It went with a write. */
  isGivenBack = false
  readonly #write: Writing

  constructor(key: string, generation: number, write: Writing) {
    this.key = key
    this.generation = generation
    this.#write = write
  }

  readonly extend: Lease['extend'] = (ms) => this.#write((works) => works.extend(this.key, this.generation, ms))

  readonly release: Lease['release'] = async () => {
    if (!this.isGivenBack) await this.#write((works) => works.giveBack(this.key, this.generation))
  }
}
